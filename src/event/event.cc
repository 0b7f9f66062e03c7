#include "event/event.h"

#include <fmt/format.h>

namespace ordertail {

std::string_view name_of(Kind kind) {
  return kind == Kind::registration ? "registration" : "purchase";
}

std::string us_date(Day day) {
  return fmt::format("{:02}/{:02}/{:04}", day.month, day.day, day.year);
}

std::string iso_date(Day day) {
  return fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day);
}

void Event::clear() {
  kind = Kind::registration;
  id = {};
  for (const TextField& field : kTextFields) (this->*field.member).clear();
  shop.clear();
  origin.file.clear();
  occurred_at.reset();
  close_date.reset();
  total_revenue.reset();
  skus.clear();
  extra.clear();
  origin.line = origin.byte = 0;
  rows = 1;
  content.reset();
}

}  // namespace ordertail

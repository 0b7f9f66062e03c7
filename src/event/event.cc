#include "event/event.h"

#include "base/text.h"

namespace ordertail {

std::string_view name_of(Kind kind) {
  return kind == Kind::registration ? "registration" : "purchase";
}

std::string us_date(Day day) {
  std::string text = "MM/DD/YYYY";
  put_digits(day.month, &text[0], 2);
  put_digits(day.day, &text[3], 2);
  put_digits(static_cast<unsigned>(day.year), &text[6], 4);
  return text;
}

std::string iso_date(Day day) {
  std::string text = "YYYY-MM-DD";
  put_digits(static_cast<unsigned>(day.year), &text[0], 4);
  put_digits(day.month, &text[5], 2);
  put_digits(day.day, &text[8], 2);
  return text;
}

void Event::clear() {
  kind = Kind::registration;
  id = {};
  for (const TextField& field : kTextFields) {
    std::string& text = this->*field.member;
    if (!text.empty()) text.clear();  // most are: their memory is not written to
  }
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

#include "app/time_in_words.h"

#include <date/date.h>
#include <fmt/format.h>

#include "app/record_walk.h"
#include "base/text.h"

namespace ordertail {
namespace {

/// "-08:00"
std::string offset_in_words(std::chrono::seconds offset) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(offset).count();
  const auto size = minutes < 0 ? -minutes : minutes;
  return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

/// "December 31, 2023, 22:15:00 -08:00"
std::string in_words(LocalTime local, Instant instant) {
  const date::sys_seconds time(local.time_since_epoch());
  const date::year_month_day day(date::floor<date::days>(time));
  return fmt::format("{} {}, {}, {} {}", date::format("%B", time), static_cast<unsigned>(day.day()),
                     static_cast<int>(day.year()), date::format("%T", time),
                     offset_in_words(local.time_since_epoch() - instant.time_since_epoch()));
}

}  // namespace

TimeInWords::TimeInWords(const MappingSpec& mapping, const Pattern& pattern, Selection& selection) {
  const TimeSpec* spec = time_alternative(mapping, selection);
  if (spec == nullptr) return;
  try {
    field_.emplace(*spec, pattern, selection);
  } catch (const Error&) {
    return;  // an import refuses the file, and says so
  }
  columns_ = bind_columns(spec->columns, selection);
  zone_columns_ = bind_columns(spec->zone_columns, selection);
  for (const std::string& format : spec->formats) {
    formats_.emplace_back(format, pattern.settings.date_order);
  }
}

std::optional<LocalTime> TimeInWords::local(std::string_view text) const {
  for (const DateFormat& format : formats_) {
    if (const auto parsed = format.parse(text)) return parsed->local;
  }
  return std::nullopt;
}

std::string TimeInWords::of(Row& row) {
  if (!field_) return {};
  std::string text;
  for (const BoundColumn& column : columns_) {
    if (!text.empty()) text += ' ';
    text += row.text(column);
  }
  const auto read = field_->read(row);
  if (const auto* fault = std::get_if<TimeField::Fault>(&read)) return fault->message;
  const auto& instant = std::get<Instant>(read);
  const std::string zone(row.text(zone_columns_));
  return fmt::format("\"{}\"{} is {}", printable(trim(text), 40),
                     zone.empty() ? "" : " " + printable(zone, 40),
                     in_words(local(trim(text)).value(), instant));
}

}  // namespace ordertail

// Times as files write them: a declared format, compiled once per column.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/zone.h"
#include "event/date_order.h"

namespace ordertail {

/// A point in local time, and its offset from UTC when the text itself carries one.
struct ParsedTime {
  LocalTime local{};
  std::optional<std::chrono::seconds> offset;
};

/// A strptime-like format. Fixed-layout parsing, since date::parse costs a microsecond a value.
///   %Y 2025   %y 25 (2000-2099)   %m 1-12   %b Jan or January   %d 1-31   %H 0-23   %I 1-12
///   %M 0-59   %S 0-60   %p AM/PM   %a Mon or Monday (not checked)
///   %z -0500, -05:00, Z, GMT or UTC   %s seconds since 1970, UTC
///   %F = %Y-%m-%d   %T = %H:%M:%S   %x = a date in the source's own order, `/`, `-` or `.` between
/// %H beside %p may be of either clock. A fraction after %S or %s is passed over, unless the format
/// says itself that a point follows. A space stands for one or more blanks (no-break ones too), any
/// other byte for itself. Numbers may lack their leading zero, save %Y and %y. Names are English.
class DateFormat {
 public:
  /// Throws Error(usage) for an unknown directive, or for %x without an order.
  DateFormat(std::string_view format, std::optional<DateOrder> order);

  /// nullopt when `text` is not wholly of this format, or names no real day or time.
  [[nodiscard]] std::optional<ParsedTime> parse(std::string_view text) const;

  /// The form as people write it: "MM/DD/YYYY HH:MM:SS".
  [[nodiscard]] std::string shape() const;

 private:
  static constexpr char kLiteral = 0;

  void compile(std::string_view format, std::optional<DateOrder> order);
  [[nodiscard]] bool wants_point_at(std::size_t step) const;

  std::vector<char> steps_;  // a directive letter, or kLiteral and a byte
};

}  // namespace ordertail

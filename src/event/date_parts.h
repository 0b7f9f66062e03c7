// What a DateFormat gathers on its way through a text.
#pragma once

#include <chrono>
#include <optional>

#include "event/date_format.h"
#include "event/date_input.h"

namespace ordertail {

/// The parts of a time as they are found.
struct DateParts {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, weekday = 0;
  bool twelve_hours = false;
  std::optional<bool> afternoon;
  std::optional<std::chrono::seconds> offset;
  std::optional<std::chrono::seconds> epoch;
  char separator = 0;  // the one used between the parts of %x

  /// Takes what a directive of DateFormat stands for; false when the text does not fit.
  bool take(char directive, DateInput& input);
  /// nullopt when they name no real day or time.
  [[nodiscard]] std::optional<ParsedTime> whole() const;

 private:
  bool take_separator(DateInput& input);
  bool take_half(DateInput& input);
  bool take_epoch(DateInput& input);
  [[nodiscard]] std::optional<int> hour_of_day() const;
};

}  // namespace ordertail

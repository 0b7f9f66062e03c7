// What a record's time means, for people.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/pattern.h"
#include "event/row.h"
#include "event/time_field.h"

namespace ordertail {

class TimeInWords {
 public:
  /// Says nothing of any row when the mapping has no time here, or the source does not say enough
  /// to read it.
  TimeInWords(const MappingSpec& mapping, const Pattern& pattern, Selection& selection);

  /// `"12/31/2023 22:15:00" PST is December 31, 2023, 22:15:00 -08:00`, or why it is none.
  [[nodiscard]] std::string of(Row& row);

 private:
  [[nodiscard]] std::optional<LocalTime> local(std::string_view text) const;

  BoundColumns columns_, zone_columns_;
  std::vector<DateFormat> formats_;
  std::optional<TimeField> field_;
};

}  // namespace ordertail

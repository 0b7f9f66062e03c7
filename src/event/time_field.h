// When something happened, out of a record.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/zone.h"
#include "event/date_format.h"
#include "event/row.h"

namespace ordertail {

/// A TimeSpec bound to a file's columns. Not for use by two threads (zones cache).
class TimeField {
 public:
  /// Throws Error(usage) when the format is wrong, wants a date order that the source does not
  /// declare, or when neither the times nor the source tell the zone.
  TimeField(const TimeSpec& spec, const Pattern& pattern, Selection& selection);

  struct Fault {
    std::string reason;  ///< "missing_date", "bad_date", "bad_time_zone", "date_order_contradicted"
    std::string message;
  };
  /// A text that is a date only in another order than the source's is a date_order_contradicted:
  /// no bad cell, but a doubt about all that was read before it.
  /// A local time in the gap when clocks go forward is a bad_date; one that occurs twice when they
  /// go back is the first of the two.
  [[nodiscard]] std::variant<Instant, Fault> read(Row& row);

  /// "Date", "Date Time"
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  [[nodiscard]] Fault unreadable(std::string_view text) const;
  [[nodiscard]] const TimeZone* zone_named(std::string_view text);

  std::string name_;
  BoundColumns columns_;
  std::vector<std::string> formats_;  // tried in order
  std::optional<DateOrder> order_;
  std::vector<DateFormat> compiled_;  // parallel to formats_
  std::optional<BoundColumn> zone_column_;
  std::map<std::string, std::string> zone_names_;
  std::map<std::string, TimeZone, std::less<>> zones_;  // every name seen there
  TimeZone fallback_;
  std::string joined_;
  std::string parsed_text_;  // the last text read, and what it is: a busy log repeats its second
  std::optional<ParsedTime> parsed_;
};

}  // namespace ordertail

// Which lines of a log show a visitor, and whom.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "event/admission.h"
#include "event/reject.h"
#include "event/sighting.h"
#include "event/time_field.h"

namespace ordertail {

/// Reads [visitor] of a log's pattern or source.
class SightingMapping {
 public:
  /// As Mapping has it. The pattern has a `visitor` that is wanted.
  SightingMapping(const Pattern& pattern, Selection& selection, const std::string& file);

  /// Why the row is none ("not_a_conversion", "visitor_unknown" for one without a token or a
  /// session, and what Admission says); nullopt when `sighting`, save its place, has been filled.
  /// A time that cannot be read makes it a `reject`.
  std::optional<std::string_view> apply(Row& row, Sighting& sighting,
                                        std::optional<Reject>& reject);

 private:
  Admission admission_;
  BoundColumns token_, order_number_, email_, session_, ip_;
  TimeField time_;
};

}  // namespace ordertail

// Which records a mapping is about: those of the right request, answered well, of a person, a sale.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/condition.h"
#include "event/path_pattern.h"
#include "event/pattern.h"
#include "event/row.h"
#include "event/selection.h"
#include "event/visit.h"

namespace ordertail {

inline constexpr std::string_view kNotAConversion = "not_a_conversion";

/// What a MappingSpec asks of a record, bound to a file's columns.
class Admission {
 public:
  /// The spec outlives it. Throws Error(source) when the log has no column for the status.
  Admission(const MappingSpec& spec, const Pattern& pattern, const Binder& binder);

  /// Why the row is not what the mapping is about: a Skip's reason; nullopt when it is. The row is
  /// given what its path has for the names of the mapping's.
  [[nodiscard]] std::optional<std::string_view> excluded(Row& row);
  /// Does the row say nothing where a condition wants something?
  [[nodiscard]] bool is_blank_where_needed(Row& row) const;

 private:
  [[nodiscard]] bool is_asked_for(Row& row);
  [[nodiscard]] bool went_well(Row& row) const;

  const MappingSpec& spec_;
  std::vector<PathPattern> paths_;
  PathParts path_parts_;
  std::optional<BoundColumn> status_;
  std::optional<Visit> visit_;
  std::vector<BoundCondition> when_;
};

}  // namespace ordertail

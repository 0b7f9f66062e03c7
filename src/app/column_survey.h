// What all of a file's rows prove about how its dates and amounts are written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "event/column_proof.h"
#include "event/pattern.h"
#include "input/glob.h"

namespace ordertail {

struct DateColumn {
  std::string name;  ///< "Date", "Date Time"
  DateProof proof;
};

struct AmountColumn {
  std::string name;
  NumberProof proof;
};

/// Reads the file once, to its end.
struct ColumnSurvey {
  std::optional<DateColumn> dates;  ///< only where the pattern leaves open which part comes first
  std::vector<AmountColumn> amounts;

  /// Throws as RecordWalk does.
  ColumnSurvey(const Pattern& pattern, const SourceFile& file);
};

/// The mapping that tells where a pattern's fields are: of purchases, if it makes any.
[[nodiscard]] const MappingSpec& main_mapping(const Pattern& pattern);

/// Does the format leave to the source which part of a date comes first?
[[nodiscard]] bool leaves_order_open(const TimeSpec& spec);

/// The texts of the columns in this row, joined by blanks.
[[nodiscard]] std::string joined_text(const std::vector<std::string>& texts);

}  // namespace ordertail

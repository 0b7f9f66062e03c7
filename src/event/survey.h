// What a file's own columns say of how it is written, where nobody has declared it.
#pragma once

#include <string>

#include "event/column_proof.h"
#include "event/pattern.h"
#include "input/glob.h"

namespace ordertail {

/// The pattern reads dates whose order neither it nor the source declares.
[[nodiscard]] bool wants_date_order(const Pattern& pattern);
/// The same of how amounts are written.
[[nodiscard]] bool wants_number_style(const Pattern& pattern);

struct Survey {
  DateProof dates;
  std::string date_column;  ///< "Date Time"
  NumberProof numbers;
  std::string amount_columns;  ///< "Gross, Sales Tax"
};

/// Reads the whole file: its dates, and all amounts that the pattern looks at. Companions are not
/// looked at. Throws Error(source) as Extraction does.
[[nodiscard]] Survey survey(const Pattern& pattern, const SourceFile& file);

}  // namespace ordertail

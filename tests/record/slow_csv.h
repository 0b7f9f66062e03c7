// The CSV grammar of record/csv_reader.h once more, as plainly and slowly as it can be said, over a
// whole input in one string. It knows no caps,
// and no header delimiter of its own.
#pragma once

#include <string_view>
#include <vector>

#include "record/collect.h"
#include "record/csv_dialect.h"

namespace ordertail {

/// What CsvReader must find in `text` when it selects `selected` of `columns` columns.
[[nodiscard]] Findings read_csv_slowly(std::string_view text, const CsvFrame& frame,
                                       std::size_t columns,
                                       const std::vector<std::size_t>& selected);

}  // namespace ordertail

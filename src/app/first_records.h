// A file's first records: what they hold, and what would become of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/pattern.h"
#include "input/glob.h"

namespace ordertail {

/// Where an event field comes from.
struct FieldPlace {
  std::string key;      ///< "email", "total_revenue", …
  std::string columns;  ///< those that the file has, as people write them; empty: none
};

struct FirstRecord {
  std::uint64_t line = 0;
  std::vector<std::string> values;  ///< parallel to the fields
  std::string time;                 ///< what its time means; empty when there is none
  std::string fate;  ///< "purchase of order 1001 …", "skipped: …", "rejected: …"
};

struct FirstRecords {
  static constexpr std::size_t kMost = 3;

  std::vector<FieldPlace> fields;
  std::vector<FirstRecord> records;
  std::string refusal;  ///< why the file could not be read for events; empty: it could
};

/// The files that hold a pattern's companions, by companion, in the pattern's order.
using CompanionFiles = std::vector<std::vector<SourceFile>>;

/// `masked`: people's data is masked in values and fates. Throws Error(source) when the file has no
/// header or cannot be read.
[[nodiscard]] FirstRecords first_records(const Pattern& pattern, const SourceFile& file,
                                         const CompanionFiles& companions, bool masked);

}  // namespace ordertail

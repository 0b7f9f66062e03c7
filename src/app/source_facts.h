// What a source has to say, since its files do not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/file_groups.h"
#include "event/date_order.h"
#include "event/money.h"

namespace ordertail {

enum class ZoneNeed {
  none,  ///< every time carries its zone, or the pattern knows it
  some,  ///< a column names it, which may be empty
  all,   ///< nothing tells it
};

/// What whole columns say of the order of dates, or of how amounts are written.
template <typename Way>
struct ColumnFacts {
  std::optional<Way> proved;          ///< by one file at least, and contradicted by none
  std::vector<std::string> evidence;  ///< of that
  std::vector<std::string> doubts;    ///< why nothing is proved: the source has to say it
};

struct SourceFacts {
  ZoneNeed zone = ZoneNeed::none;
  ColumnFacts<DateOrder> dates;      ///< nothing where the pattern says it
  ColumnFacts<NumberStyle> numbers;  ///< where the pattern says it, only what contradicts that
};

/// Reads the group's own files to their ends. Throws Error(source) when one cannot be read.
[[nodiscard]] SourceFacts facts_of(const FileGroup& group);

}  // namespace ordertail

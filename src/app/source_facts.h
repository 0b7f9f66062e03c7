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

struct SourceFacts {
  ZoneNeed zone = ZoneNeed::none;
  /// The order of its dates, where the pattern leaves that open: proved by its files.
  std::optional<DateOrder> date_order;
  std::vector<std::string> date_evidence;  ///< of the order, or of why none is proved
  std::optional<NumberStyle> numbers;      ///< proved, and not what the pattern says
  std::vector<std::string> number_evidence;
};

/// Reads the group's own files to their ends. Throws Error(source) when one cannot be read.
[[nodiscard]] SourceFacts facts_of(const FileGroup& group);

}  // namespace ordertail

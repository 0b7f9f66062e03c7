// The words people read for reason codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace ordertail {

/// "not_a_conversion" -> "not a conversion"; "when:Status" -> "not a sale by Status".
[[nodiscard]] std::string words_for(std::string_view reason);

/// "submitted", …, "in doubt"; "withdrawn" for what the store does not hold any more.
[[nodiscard]] std::string_view words_for(std::optional<Settlement> state);

/// "1 row", "2,000 rows"
[[nodiscard]] std::string count_of(std::uint64_t count, std::string_view noun);

}  // namespace ordertail

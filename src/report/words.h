// The words people read for reason codes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ordertail {

/// "not_a_conversion" -> "not a conversion"; "when:Status" -> "not a sale by Status".
[[nodiscard]] std::string words_for(std::string_view reason);

/// "1 row", "2,000 rows"
[[nodiscard]] std::string count_of(std::uint64_t count, std::string_view noun);

}  // namespace ordertail

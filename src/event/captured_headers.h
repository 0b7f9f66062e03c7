// The headers that HAProxy captures into its log lines, which tell none of their names.
#pragma once

#include <string_view>
#include <vector>

namespace ordertail {

/// The headers in `{shop.example.com|Mozilla/5.0} {/thanks}`; none of a text that begins otherwise.
[[nodiscard]] std::vector<std::string_view> captured_headers(std::string_view text);

/// Does a header begin as user agents do, PRODUCT/VERSION? Few others do, and no host or cookie.
[[nodiscard]] bool is_user_agent(std::string_view header);

}  // namespace ordertail

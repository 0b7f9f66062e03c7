// JSON that is one value, in UTF-8, without a key that occurs twice in an object.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace ordertail::sandbox {

struct ParsedJson {
  nlohmann::json value;
  std::string error;  ///< "line 1, column 5: …"; empty when it was parsed
};

[[nodiscard]] ParsedJson parse_strictly(std::string_view text);

/// A value that has not the shape an API describes; for a reader of one body to throw and catch.
struct Malformed {
  std::string what;
};

void expect(bool holds, std::string_view what);

/// An object with no other keys than these. HubSpot may be more lenient, but a client that sends
/// "pageURI" has a defect that the stand-in must show.
void expect_keys(const nlohmann::json& object, std::string_view where,
                 std::initializer_list<std::string_view> known);

}  // namespace ordertail::sandbox

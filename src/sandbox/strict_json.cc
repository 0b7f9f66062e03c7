#include "sandbox/strict_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/text.h"

namespace ordertail::sandbox {
namespace {

using nlohmann::json;

/// The library's words without its own number: "line 1, column 5: syntax error …"
std::string said_by(const json::exception& error) {
  const std::string_view text = error.what();
  const std::size_t place = text.find("line ");
  return printable(place == text.npos ? text : text.substr(place), 300);
}

}  // namespace

ParsedJson parse_strictly(std::string_view text) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  std::string twice;
  const auto watch = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key) {
      const std::string& key = parsed.get_ref<const std::string&>();
      if (!keys.back().insert(key).second && twice.empty()) twice = key;
    }
    return true;
  };
  try {
    ParsedJson parsed{json::parse(text, watch), ""};
    if (twice.empty()) return parsed;
    return {json(), fmt::format("the key '{}' occurs twice in an object", printable(twice))};
  } catch (const json::exception& error) {
    return {json(), said_by(error)};
  }
}

void expect(bool holds, std::string_view what) {
  if (!holds) throw Malformed{std::string(what)};
}

void expect_keys(const json& object, std::string_view where,
                 std::initializer_list<std::string_view> known) {
  expect(object.is_object(), fmt::format("{} must be an object", where));
  for (const auto& [key, value] : object.items()) {
    expect(std::find(known.begin(), known.end(), key) != known.end(),
           fmt::format("{} has the unknown key '{}'", where, printable(key)));
  }
}

}  // namespace ordertail::sandbox

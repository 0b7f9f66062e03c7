#include "sandbox/crm_batch.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sandbox/strict_json.h"

namespace ordertail::sandbox {
namespace {

using nlohmann::json;

std::string text_of(const json& value, std::string_view what) {
  expect(value.is_string(), fmt::format("{} must be a string", what));
  return value.get<std::string>();
}

/// The text of an optional member; empty when it is absent.
std::string optional_text(const json& object, const char* name) {
  return object.contains(name) ? text_of(object[name], fmt::format("'{}'", name)) : std::string();
}

const json& array_of(const json& object, const char* name) {
  expect(object.contains(name) && object[name].is_array(),
         fmt::format("'{}' must be an array", name));
  return object[name];
}

UpsertInput upsert_input(const json& item) {
  expect_keys(item, "an input", {"id", "properties", "idProperty", "objectWriteTraceId"});
  expect(item.contains("id"), "an input lacks its 'id'");
  expect(item.contains("properties") && item["properties"].is_object(),
         "an input lacks its 'properties', an object");
  UpsertInput input{text_of(item["id"], "'id'"),
                    optional_text(item, "idProperty"),
                    optional_text(item, "objectWriteTraceId"),
                    {}};
  for (const auto& [name, value] : item["properties"].items()) {
    input.properties.push_back(
        {name, text_of(value, fmt::format("the property '{}'", printable(name)))});
  }
  return input;
}

}  // namespace

UpsertBatch read_upsert_batch(std::string_view body) {
  UpsertBatch batch;
  const ParsedJson parsed = parse_strictly(body);
  batch.malformed = parsed.error;
  if (!batch.malformed.empty()) return batch;
  try {
    expect_keys(parsed.value, "the body", {"inputs"});
    for (const json& item : array_of(parsed.value, "inputs")) {
      batch.inputs.push_back(upsert_input(item));
    }
  } catch (const Malformed& malformed) {
    batch.malformed = malformed.what;
  }
  return batch;
}

ReadBatch read_read_batch(std::string_view body) {
  ReadBatch batch;
  const ParsedJson parsed = parse_strictly(body);
  batch.malformed = parsed.error;
  if (!batch.malformed.empty()) return batch;
  try {
    const json& root = parsed.value;
    expect_keys(root, "the body", {"properties", "propertiesWithHistory", "idProperty", "inputs"});
    batch.id_property = optional_text(root, "idProperty");
    for (const json& name : array_of(root, "properties")) {
      batch.properties.push_back(text_of(name, "a property"));
    }
    for (const json& item : array_of(root, "inputs")) {
      expect_keys(item, "an input", {"id"});
      expect(item.contains("id"), "an input lacks its 'id'");
      batch.ids.push_back(text_of(item["id"], "'id'"));
    }
  } catch (const Malformed& malformed) {
    batch.malformed = malformed.what;
  }
  return batch;
}

}  // namespace ordertail::sandbox

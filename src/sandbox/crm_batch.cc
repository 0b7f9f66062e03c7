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

/// The batch that `fill` makes of the body, or why it cannot.
template <typename Batch>
Batch read_batch(std::string_view body, void (*fill)(const json& root, Batch& batch)) {
  Batch batch;
  const ParsedJson parsed = parse_strictly(body);
  batch.malformed = parsed.error;
  if (!batch.malformed.empty()) return batch;
  try {
    fill(parsed.value, batch);
  } catch (const Malformed& malformed) {
    batch.malformed = malformed.what;
  }
  return batch;
}

/// {"id":"…"}
std::string id_of(const json& item, std::string_view what) {
  expect_keys(item, what, {"id"});
  expect(item.contains("id"), fmt::format("{} lacks its 'id'", what));
  return text_of(item["id"], "'id'");
}

}  // namespace

UpsertBatch read_upsert_batch(std::string_view body) {
  return read_batch<UpsertBatch>(body, [](const json& root, UpsertBatch& batch) {
    expect_keys(root, "the body", {"inputs"});
    for (const json& item : array_of(root, "inputs")) batch.inputs.push_back(upsert_input(item));
  });
}

ReadBatch read_read_batch(std::string_view body) {
  return read_batch<ReadBatch>(body, [](const json& root, ReadBatch& batch) {
    expect_keys(root, "the body", {"properties", "propertiesWithHistory", "idProperty", "inputs"});
    batch.id_property = optional_text(root, "idProperty");
    for (const json& name : array_of(root, "properties")) {
      batch.properties.push_back(text_of(name, "a property"));
    }
    for (const json& item : array_of(root, "inputs")) {
      batch.ids.push_back(id_of(item, "an input"));
    }
  });
}

AssociateBatch read_associate_batch(std::string_view body) {
  return read_batch<AssociateBatch>(body, [](const json& root, AssociateBatch& batch) {
    expect_keys(root, "the body", {"inputs"});
    for (const json& item : array_of(root, "inputs")) {
      expect_keys(item, "an input", {"from", "to"});
      expect(item.contains("from"), "an input lacks its 'from'");
      expect(item.contains("to"), "an input lacks its 'to'");
      batch.inputs.push_back({id_of(item["from"], "'from'"), id_of(item["to"], "'to'")});
    }
  });
}

}  // namespace ordertail::sandbox

#include "base/toml_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "base/text.h"

namespace ordertail {

struct TomlTable::File {
  std::string name;
  toml::table root;
};

namespace {

Error error_at(const std::string& file, const toml::source_region& at, std::string_view message) {
  return {ExitCode::usage, fmt::format("{}:{}:{}: {}", printable_name(file), at.begin.line,
                                       at.begin.column, message)};
}

/// toml++ keeps a table sorted by key.
std::vector<const toml::key*> in_file_order(const toml::table& table) {
  std::vector<const toml::key*> keys;
  for (const auto& [key, value] : table) keys.push_back(&key);
  std::sort(keys.begin(), keys.end(), [](const toml::key* a, const toml::key* b) {
    return a->source().begin < b->source().begin;
  });
  return keys;
}

}  // namespace

TomlTable TomlTable::parse(std::string_view text, const std::string& name) {
  try {
    auto file = std::make_shared<File>(File{name, toml::parse(text)});
    const toml::table* root = &file->root;
    return {std::move(file), root, ""};
  } catch (const toml::parse_error& error) {
    throw error_at(name, error.source(), error.description());
  }
}

TomlTable::TomlTable(std::shared_ptr<const File> file, const toml::table* table, std::string path)
    : file_(std::move(file)), table_(table), path_(std::move(path)) {}

Error TomlTable::error(std::string_view key, std::string_view message) const {
  const toml::node* node = key.empty() ? nullptr : table_->get(key);
  return error_at(file_->name, node != nullptr ? node->source() : table_->source(), message);
}

const toml::node* TomlTable::find(std::string_view key) {
  known_.emplace_back(key);
  return table_->get(key);
}

bool TomlTable::has(std::string_view key) {
  return find(key) != nullptr;
}

bool TomlTable::is_table(std::string_view key) {
  const toml::node* node = find(key);
  return node != nullptr && node->is_table();
}

std::optional<std::string> TomlTable::text(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_string()) return value->get();
  throw error(key, fmt::format("\"{}\" must be a string", key));
}

std::string TomlTable::required_text(std::string_view key) {
  if (auto value = text(key)) return *std::move(value);
  throw error({}, fmt::format("{} lacks the key \"{}\"",
                              path_.empty() ? "the file" : fmt::format("[{}]", path_), key));
}

std::optional<std::int64_t> TomlTable::integer(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_integer();
  if (value != nullptr && value->get() >= 0) return value->get();
  throw error(key, fmt::format("\"{}\" must be a whole number, 0 or more", key));
}

std::optional<bool> TomlTable::boolean(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_boolean()) return value->get();
  throw error(key, fmt::format("\"{}\" must be true or false", key));
}

std::vector<std::string> TomlTable::texts(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return {};
  if (const auto* value = node->as_string()) return {value->get()};
  std::vector<std::string> result;
  if (const auto* array = node->as_array()) {
    for (const toml::node& item : *array) {
      if (!item.is_string()) break;
      result.push_back(item.as_string()->get());
    }
    if (result.size() == array->size()) return result;
  }
  throw error(key, fmt::format("\"{}\" must be a string or a list of strings", key));
}

std::optional<TomlTable> TomlTable::table(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const std::string path = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  if (const auto* value = node->as_table()) return TomlTable(file_, value, path);
  throw error(key, fmt::format("\"{}\" must be a table", key));
}

TomlTable TomlTable::required_table(std::string_view key) {
  if (auto value = table(key)) return *std::move(value);
  throw error({}, fmt::format("{} lacks the table [{}]",
                              path_.empty() ? "the file" : fmt::format("[{}]", path_),
                              path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key)));
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return {};
  const auto* array = node->as_array();
  if (array == nullptr || (!array->empty() && !array->is_homogeneous<toml::table>())) {
    throw error(key, fmt::format("\"{0}\" must be written as [[{0}]] tables", key));
  }
  std::vector<TomlTable> result;
  for (const toml::node& item : *array) {
    result.push_back(
        TomlTable(file_, item.as_table(),
                  path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key)));
  }
  return result;
}

std::vector<TomlTable> TomlTable::table_or_tables(std::string_view key) {
  const toml::node* node = find(key);
  if (node != nullptr && node->is_array()) return tables(key);
  std::vector<TomlTable> result;
  if (auto one = table(key)) result.push_back(*std::move(one));
  return result;
}

bool TomlTable::holds_tables(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return false;
  const auto* array = node->as_array();
  return node->is_table() || (array != nullptr && !array->empty() && array->front().is_table());
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> result;
  for (const toml::key* key : in_file_order(*table_)) result.emplace_back(key->str());
  return result;
}

std::string TomlTable::written(std::string_view except) const {
  toml::table copy = *table_;
  copy.erase(except);
  std::ostringstream text;
  text << copy;
  return text.str();
}

void TomlTable::finish() const {
  for (const toml::key* key : in_file_order(*table_)) {
    if (std::find(known_.begin(), known_.end(), key->str()) != known_.end()) continue;
    const std::string near = nearest(key->str(), known_);
    throw error_at(file_->name, key->source(),
                   fmt::format("unknown key \"{}\"{}{}", printable(key->str()),
                               path_.empty() ? "" : fmt::format(" in [{}]", path_),
                               near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
  }
}

}  // namespace ordertail

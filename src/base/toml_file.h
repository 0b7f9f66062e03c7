// A TOML file read strictly: every complaint has file, line and column, and a key that nobody asked
// for is an error that names the nearest one that exists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace toml {
inline namespace v3 {
class node;
class table;
}  // namespace v3
}  // namespace toml

namespace ordertail {

/// One table of a TOML file. Values are fetched by key; finish() then complains about keys that
/// were never fetched. All complaints are Error(usage): "job.toml:12:7: …".
class TomlTable {
 public:
  /// Parses `text`; `name` is what messages call the file.
  static TomlTable parse(std::string_view text, const std::string& name);

  [[nodiscard]] bool has(std::string_view key);
  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  [[nodiscard]] std::string required_text(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  /// A string, or an array of strings; empty when there is no such key.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  [[nodiscard]] std::optional<TomlTable> table(std::string_view key);
  [[nodiscard]] TomlTable required_table(std::string_view key);
  /// An array of tables; empty when there is no such key.
  [[nodiscard]] std::vector<TomlTable> tables(std::string_view key);
  /// A table, or an array of tables; empty when there is no such key.
  [[nodiscard]] std::vector<TomlTable> table_or_tables(std::string_view key);
  /// Would table_or_tables() find any?
  [[nodiscard]] bool holds_tables(std::string_view key);
  /// Is the value at `key` a table?
  [[nodiscard]] bool is_table(std::string_view key);

  /// The table's keys in the file's order, marking none as fetched.
  [[nodiscard]] std::vector<std::string> keys() const;

  /// The table as TOML in a canonical form, without the key `except`: equal when its meaning is.
  [[nodiscard]] std::string written(std::string_view except) const;

  /// Throws for the first key, in file order, that was never asked for.
  void finish() const;

  /// An error at the value of `key`, or at the table itself when `key` is empty or absent.
  [[nodiscard]] Error error(std::string_view key, std::string_view message) const;

 private:
  struct File;
  TomlTable(std::shared_ptr<const File> file, const toml::table* table, std::string path);
  [[nodiscard]] const toml::node* find(std::string_view key);

  std::shared_ptr<const File> file_;
  const toml::table* table_;
  std::string path_;                // "hubspot.purchase", for messages
  std::vector<std::string> known_;  // keys that were asked for
};

}  // namespace ordertail

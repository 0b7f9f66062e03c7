// The rows of companion files, found by their key.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sqlite.h"
#include "event/pattern.h"
#include "event/reject.h"
#include "input/glob.h"

namespace ordertail {

/// Holds the rows of all files of one companion, however many: in memory as long as they are few,
/// else in a temporary file that has no name and dies with the process.
class CompanionTable {
 public:
  using Cells = std::vector<std::string>;

  /// What loading one file came to.
  struct Load {
    std::uint64_t bytes = 0;     ///< decoded, those of the header not among them
    std::uint64_t rows = 0;      ///< all of them: held, without a key, rejected
    std::uint64_t keyless = 0;   ///< rows with a blank key: nothing may find them
    std::uint64_t rejected = 0;  ///< rows that could not be read
  };

  /// `columns`: those that mappings want, by name, without the companion's; a name may hold one
  /// '*'. `spec` outlives the table.
  CompanionTable(const CompanionSpec& spec, std::vector<std::string> columns);

  /// Reads all of the file; what cannot be read of it goes to `on_reject`, one by one. All files
  /// are to be loaded before the first find(). Throws Error(source) when the file cannot be used or
  /// has no column for the key, Error(store) when the disk is full; nothing of the file is held
  /// then.
  Load load(const SourceFile& file, const std::function<void(const Reject&)>& on_reject);

  /// The rows with this key, compared byte by byte once trimmed, in the order of loading; none for
  /// a blank key. Each has a cell for each of the columns, in their order, trimmed and without its
  /// guards: empty where the file has no such column. A name with a '*' may mean several columns of
  /// a file: their values that are not empty stand below one another, the first in the row itself,
  /// the others in rows that hold nothing else. Valid until the next find().
  const std::vector<Cells>& find(std::string_view key);

  /// All columns of the files loaded so far.
  [[nodiscard]] const std::vector<std::string>& available() const { return available_; }
  /// Does one of the files have this column, or one that its '*' means?
  [[nodiscard]] bool has(std::string_view column) const;
  /// What to throw when it has not: names the files and the nearest column.
  [[nodiscard]] Error lacks(std::string_view column) const;

 private:
  class Reading;

  const CompanionSpec& spec_;
  std::vector<std::string> columns_;
  std::vector<std::string> available_;
  std::vector<std::string> files_;
  Database database_;
  std::optional<Statement> select_;
  std::vector<Cells> found_;
};

}  // namespace ordertail

// The rows of companion files, found by their key.
#pragma once

#include <cstddef>
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

  /// `wanted`: the columns worth keeping, without the companion's name; one '*' in a name stands
  /// for anything. `spec` outlives the table.
  CompanionTable(const CompanionSpec& spec, std::vector<std::string> wanted);

  /// Reads all of the file; what cannot be read of it goes to `on_reject`, one by one. Fast before
  /// the first find(), which makes the index. Throws Error(source) when the file cannot be used or
  /// has no column for the key, Error(store) when the disk is full; nothing of the file is held
  /// then.
  Load load(const SourceFile& file, const std::function<void(const Reject&)>& on_reject);

  /// Forgets all rows and columns.
  void clear();

  /// Says which of the available columns find() gives, and in which order.
  void select(const std::vector<std::string>& columns);

  /// The rows with this key, compared byte by byte once trimmed; none for a blank key. Those of the
  /// file loaded last come first, so that it is right about a customer. Files overlap: a row that
  /// an earlier one has as well, in all selected cells, is given once. The cells are parallel to
  /// the selected columns, trimmed and without their guards; empty where a file has no such column,
  /// or it was not wanted. Valid until the next find().
  const std::vector<Cells>& find(std::string_view key);

  /// The columns of the files loaded so far, wanted or not.
  [[nodiscard]] const std::vector<std::string>& available() const { return available_; }

 private:
  class Reading;
  [[nodiscard]] Cells unpacked(std::string_view packed) const;

  const CompanionSpec& spec_;
  std::vector<std::string> wanted_;
  std::vector<std::string> available_;
  std::int64_t files_ = 0;                          // loaded so far
  std::size_t selected_ = 0;                        // how many columns are
  std::vector<std::optional<std::size_t>> places_;  // by index in available_, among those selected
  Database database_;
  std::optional<Statement> select_;
  std::vector<Cells> found_;
};

}  // namespace ordertail

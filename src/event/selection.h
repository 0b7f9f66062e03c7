// A pattern's names found among a file's columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "event/pattern.h"

namespace ordertail {

/// Where one value is.
struct BoundColumn {
  enum class Kind : std::uint8_t { cell, query, path, constant, companion };
  Kind kind = Kind::cell;
  std::size_t place = 0;      ///< among the record's (or the companion row's) cells
  std::size_t companion = 0;  ///< index in the pattern's companions
  std::string name;       ///< the column, as messages say it; the parameter or part; the constant
  bool encoded = false;   ///< a cell as it stood in a URL: nginx's $arg_order
  bool has_port = false;  ///< a cell that is ADDRESS:PORT, of which the address is meant
};
using BoundColumns = std::vector<BoundColumn>;

/// Does the column have this name? Case does not matter; one `*` in `name` stands for anything.
[[nodiscard]] bool fits(std::string_view name, std::string_view column);
[[nodiscard]] bool fits_one_of(const std::vector<std::string>& names, std::string_view column);

/// Which of a file's columns (or of an expression's groups) are wanted; each gets a place among a
/// record's cells.
class Selection {
 public:
  /// Columns that fit one of `drop` are as good as absent.
  explicit Selection(std::vector<std::string> available, std::vector<std::string> drop = {});

  /// Adds the next of the pattern's companions, in its order, and the columns of its file.
  void add_companion(const CompanionSpec& companion, std::vector<std::string> available);
  /// What is wanted of a companion: its chosen_names() are what the cells of its rows have to be.
  [[nodiscard]] const Selection& companion(std::size_t index) const { return companions_[index]; }

  /// All values that an entry of Columns stands for; a column that is not there is none.
  BoundColumns bind(std::string_view entry);
  [[nodiscard]] bool has(std::string_view entry) const;
  /// The place of the file's first column.
  std::size_t first_column() { return place_of(0); }

  /// Indices into the available columns, by place.
  [[nodiscard]] const std::vector<std::size_t>& chosen() const { return chosen_; }
  [[nodiscard]] std::vector<std::string> chosen_names() const;
  [[nodiscard]] const std::vector<std::string>& available() const { return available_; }
  /// The column most like one that is not there; empty when there is none like it.
  [[nodiscard]] std::string nearest_to(std::string_view entry) const;

 private:
  [[nodiscard]] std::vector<std::size_t> indices_of(std::string_view name) const;
  std::size_t place_of(std::size_t index);
  [[nodiscard]] std::optional<std::size_t> companion_of(std::string_view entry) const;

  std::vector<std::string> available_, drop_;
  std::vector<std::size_t> chosen_;
  std::string prefix_;  // of a companion's columns: "customers:"
  std::vector<Selection> companions_;
};

/// All that `columns` stand for, in order; none when the file has none of them.
[[nodiscard]] BoundColumns bind_columns(const Columns& columns, Selection& selection);

/// The same for one kind of event, which may not be able to do without.
class Binder {
 public:
  /// `delimiter`: of the header; none for lines of a log.
  Binder(Kind kind, Selection& selection, const std::string& file, std::optional<char> delimiter)
      : kind_(kind), selection_(selection), file_(file), delimiter_(delimiter) {}

  [[nodiscard]] BoundColumns find(const Columns& columns) const {
    return bind_columns(columns, selection_);
  }
  /// At least one. Throws Error(source) that says what `field` lacks; usage when nothing says where
  /// it is.
  [[nodiscard]] BoundColumns need(const Columns& columns, std::string_view field) const;
  [[nodiscard]] Selection& selection() const { return selection_; }

 private:
  /// What to say of a column that is not there.
  [[nodiscard]] std::string advice(const std::string& column) const;

  Kind kind_;
  Selection& selection_;
  const std::string& file_;
  std::optional<char> delimiter_;
};

}  // namespace ordertail

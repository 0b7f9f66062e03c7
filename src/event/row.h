// One record seen through a pattern's names.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/pattern.h"
#include "event/request_line.h"

namespace ordertail {

/// Which of a file's columns (or of an expression's groups) are wanted; each gets a place among a
/// record's cells.
class Selection {
 public:
  explicit Selection(std::vector<std::string> available) : available_(std::move(available)) {}

  /// The place of the column of this name (case does not matter); nullopt when there is none.
  std::optional<std::size_t> select(std::string_view name);

  /// Indices into the available columns, by place.
  [[nodiscard]] const std::vector<std::size_t>& chosen() const { return chosen_; }
  [[nodiscard]] const std::vector<std::string>& available() const { return available_; }

 private:
  std::vector<std::string> available_;
  std::vector<std::size_t> chosen_;
};

/// Where one value is: a cell, or a parameter of the logged request.
struct BoundColumn {
  static constexpr std::size_t kQuery = static_cast<std::size_t>(-1);
  std::size_t place = kQuery;
  std::string name;  ///< as the pattern writes it; for a parameter: without "query:"
};
using BoundColumns = std::vector<BoundColumn>;

/// The columns that the file has; none when it has none of them.
[[nodiscard]] BoundColumns bind_columns(const Columns& columns, Selection& selection);

/// A record's cells and, of an access log, its request. Texts are views into the record or into
/// this row: valid until the next begin().
class Row {
 public:
  explicit Row(bool apostrophe_guard) : apostrophe_guard_(apostrophe_guard) {}

  void begin(std::span<const std::string_view> cells, const RequestLine& request);

  /// The first value that is not empty, trimmed.
  [[nodiscard]] std::string_view text(const BoundColumns& columns, Plus plus = Plus::blank);
  [[nodiscard]] std::string_view text(const BoundColumn& column, Plus plus = Plus::blank);
  [[nodiscard]] const RequestLine& request() const { return request_; }

 private:
  bool apostrophe_guard_;
  std::span<const std::string_view> cells_;
  RequestLine request_;
  std::deque<std::string> decoded_;  // a deque: growing moves nothing
};

}  // namespace ordertail

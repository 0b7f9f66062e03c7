// One record seen through a pattern's names.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/path_pattern.h"
#include "event/pattern.h"
#include "event/request_line.h"
#include "event/selection.h"

namespace ordertail {

/// The rows of a companion file that belong to an order: their cells are parallel to the
/// companion's Selection::chosen_names().
using CompanionRows = std::span<const std::vector<std::string>>;

/// A cell, trimmed, without what guards it from spreadsheets, entities decoded, as `form` says. A
/// view into the cell or into a text added to `decoded`.
[[nodiscard]] std::string_view bare(std::string_view cell, const CsvForm& form,
                                    std::deque<std::string>& decoded);

/// A record's cells and, of an access log, its request. Texts are views into the record, the
/// companions or this row: valid until the next begin().
class Row {
 public:
  /// The pattern outlives the row.
  explicit Row(const Pattern& pattern);

  /// The companions have no rows until join() says otherwise.
  void begin(std::span<const std::string_view> cells);
  /// Of a logged line: views into the record.
  void set_request(const RequestLine& request) { request_ = request; }
  /// What its path has for the names of a mapping's.
  void set_path_parts(const PathParts& parts) { path_parts_ = parts; }
  void join(std::size_t companion, CompanionRows rows) { companions_[companion] = rows; }

  /// The first value that is not empty, trimmed.
  [[nodiscard]] std::string_view text(const BoundColumns& columns, Plus plus = Plus::blank);
  [[nodiscard]] std::string_view text(const BoundColumn& column, Plus plus = Plus::blank);
  /// What `part` finds in the first column where it is one of those that are sought; else what it
  /// finds first.
  [[nodiscard]] std::string_view sought(const BoundColumns& columns,
                                        std::string_view (*part)(std::string_view),
                                        bool (*is_one)(std::string_view));
  /// Adds all values that are not empty, trimmed: a companion has one to a row.
  void collect(const BoundColumn& column, std::vector<std::string_view>& values);
  [[nodiscard]] const RequestLine& request() const { return request_; }
  [[nodiscard]] CompanionRows companion(std::size_t index) const { return companions_[index]; }

 private:
  std::string_view parameter(const BoundColumn& column, Plus plus);
  std::string_view path_part(const BoundColumn& column);
  [[nodiscard]] std::string_view of_companion(const BoundColumn& column) const;

  [[nodiscard]] std::string_view logged(const BoundColumn& column, Plus plus);

  const bool is_log_;
  int encodings_ = 1;                // of the parameters of a request
  const CsvForm* guards_ = nullptr;  // when cells are not what they are written as
  std::span<const std::string_view> cells_;
  RequestLine request_;
  PathParts path_parts_;
  std::vector<CompanionRows> companions_;
  std::deque<std::string> decoded_;  // a deque: growing moves nothing
};

}  // namespace ordertail

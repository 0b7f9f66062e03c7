#include "event/row.h"

#include <algorithm>

#include "base/text.h"

namespace ordertail {
namespace {

constexpr std::string_view kQueryPrefix = "query:";

}  // namespace

std::optional<std::size_t> Selection::select(std::string_view name) {
  const auto found =
      std::find_if(available_.begin(), available_.end(),
                   [&](const std::string& column) { return equal_ignoring_case(column, name); });
  if (found == available_.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(found - available_.begin());
  const auto place = std::find(chosen_.begin(), chosen_.end(), index);
  if (place == chosen_.end()) {
    chosen_.push_back(index);
    return chosen_.size() - 1;
  }
  return static_cast<std::size_t>(place - chosen_.begin());
}

BoundColumns bind_columns(const Columns& columns, Selection& selection) {
  BoundColumns bound;
  for (const std::string& column : columns) {
    if (column.starts_with(kQueryPrefix)) {
      bound.push_back({BoundColumn::kQuery, column.substr(kQueryPrefix.size())});
    } else if (const auto place = selection.select(column)) {
      bound.push_back({*place, column});
    }
  }
  return bound;
}

void Row::begin(std::span<const std::string_view> cells, const RequestLine& request) {
  cells_ = cells;
  request_ = request;
  decoded_.clear();
}

std::string_view Row::text(const BoundColumn& column, Plus plus) {
  if (column.place == BoundColumn::kQuery) {
    std::string& value = decoded_.emplace_back();
    if (!query_parameter(request_.query, column.name, plus, value)) value.clear();
    return trim(value);
  }
  std::string_view cell = cells_[column.place];
  if (apostrophe_guard_ && cell.starts_with('\'')) cell.remove_prefix(1);
  return trim(cell);
}

std::string_view Row::text(const BoundColumns& columns, Plus plus) {
  for (const BoundColumn& column : columns) {
    const std::string_view value = text(column, plus);
    if (!value.empty()) return value;
  }
  return {};
}

}  // namespace ordertail

#include "event/row.h"

#include <algorithm>

#include "base/text.h"
#include "event/entities.h"

namespace ordertail {
namespace {

/// ="0123" makes a spreadsheet keep the zero.
std::string_view without_formula(std::string_view cell) {
  const bool is_one = cell.size() >= 3 && cell.starts_with("=\"") && cell.ends_with('"');
  return is_one ? cell.substr(2, cell.size() - 3) : cell;
}

/// Of "192.0.2.7:80", "2001:db8::7:80" and "[2001:db8::7]:80".
std::string_view without_port(std::string_view address) {
  address = address.substr(0, address.rfind(':'));
  const bool bracketed = address.starts_with('[') && address.ends_with(']');
  return bracketed ? address.substr(1, address.size() - 2) : address;
}

}  // namespace

std::string_view bare(std::string_view cell, const CsvForm& form,
                      std::deque<std::string>& decoded) {
  cell = trim(cell);
  const bool is_guarded = !cell.empty() && (cell.front() == '=' || cell.front() == '\'');
  if (!is_guarded && !form.entities) return cell;
  if (form.formula_guard) cell = without_formula(cell);
  if (form.apostrophe_guard && cell.starts_with('\'')) cell.remove_prefix(1);
  if (form.entities && cell.find('&') != cell.npos) {
    cell = decode_entities(cell, decoded.emplace_back());
  }
  return trim(cell);
}

Row::Row(const Pattern& pattern)
    : is_log_(pattern.line.has_value()), companions_(pattern.companions.size()) {
  if (pattern.line && pattern.line->encoded_twice) encodings_ = 2;
  if (!pattern.csv) return;
  const CsvForm& form = *pattern.csv;
  if (form.apostrophe_guard || form.formula_guard || form.entities) guards_ = &form;
}

void Row::begin(std::span<const std::string_view> cells) {
  cells_ = cells;
  request_ = {};
  path_parts_.clear();
  decoded_.clear();
  std::fill(companions_.begin(), companions_.end(), CompanionRows());
}

std::string_view Row::parameter(const BoundColumn& column, Plus plus) {
  std::string& value = decoded_.emplace_back();
  if (!query_parameter(request_.query, column.name, {plus, encodings_}, value)) value.clear();
  return trim(value);
}

std::string_view Row::path_part(const BoundColumn& column) {
  for (const auto& [name, part] : path_parts_) {
    if (name == column.name) return trim(decoded_.emplace_back(url_decoded(part, Plus::plus)));
  }
  return {};
}

/// Servers write "-" for what is not there.
std::string_view Row::logged(const BoundColumn& column, Plus plus) {
  const std::string_view value = trim(cells_[column.place]);
  if (value == "-") return {};
  if (column.has_port) return without_port(value);
  return column.encoded ? trim(decoded_.emplace_back(url_decoded(value, plus))) : value;
}

std::string_view Row::of_companion(const BoundColumn& column) const {
  for (const auto& cells : companions_[column.companion]) {
    const std::string_view value = trim(cells[column.place]);
    if (!value.empty()) return value;
  }
  return {};
}

std::string_view Row::text(const BoundColumn& column, Plus plus) {
  switch (column.kind) {
    case BoundColumn::Kind::cell:
      return is_log_              ? logged(column, plus)
             : guards_ != nullptr ? bare(cells_[column.place], *guards_, decoded_)
                                  : trim(cells_[column.place]);
    case BoundColumn::Kind::query:
      return parameter(column, plus);
    case BoundColumn::Kind::path:
      return path_part(column);
    case BoundColumn::Kind::constant:
      return column.name;
    case BoundColumn::Kind::companion:
      return of_companion(column);
  }
  return {};
}

std::string_view Row::text(const BoundColumns& columns, Plus plus) {
  for (const BoundColumn& column : columns) {
    const std::string_view value = text(column, plus);
    if (!value.empty()) return value;
  }
  return {};
}

std::string_view Row::sought(const BoundColumns& columns,
                             std::string_view (*part)(std::string_view),
                             bool (*is_one)(std::string_view)) {
  if (columns.size() == 1) return part(text(columns.front()));
  std::string_view first;
  for (const BoundColumn& column : columns) {
    const std::string_view found = part(text(column));
    if (is_one(found)) return found;
    if (first.empty()) first = found;
  }
  return first;
}

void Row::collect(const BoundColumn& column, std::vector<std::string_view>& values) {
  if (column.kind != BoundColumn::Kind::companion) {
    if (const std::string_view value = text(column); !value.empty()) values.push_back(value);
    return;
  }
  for (const auto& cells : companions_[column.companion]) {
    const std::string_view value = trim(cells[column.place]);
    if (!value.empty()) values.push_back(value);
  }
}

}  // namespace ordertail

#include "event/selection.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "record/header_doubt.h"

namespace ordertail {
namespace {

constexpr std::string_view kQueryPrefix = "query:";
constexpr std::string_view kPathPrefix = "path:";
constexpr std::string_view kConstantPrefix = "constant:";
constexpr std::string_view kAddressPrefix = "address:";
// nginx's variables for the parameters of a request, which it logs as they were sent.
constexpr std::string_view kArgumentPrefix = "$arg_";

bool is_in_every_file(std::string_view entry) {
  return entry.starts_with(kQueryPrefix) || entry.starts_with(kPathPrefix) ||
         entry.starts_with(kConstantPrefix);
}

}  // namespace

bool fits(std::string_view name, std::string_view column) {
  const std::size_t star = name.find('*');
  if (star == name.npos) return equal_ignoring_case(name, column);
  const std::string_view front = name.substr(0, star);
  const std::string_view back = name.substr(star + 1);
  return column.size() >= front.size() + back.size() &&
         equal_ignoring_case(column.substr(0, front.size()), front) &&
         equal_ignoring_case(column.substr(column.size() - back.size()), back);
}

bool fits_one_of(const std::vector<std::string>& names, std::string_view column) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return fits(name, column); });
}

Selection::Selection(std::vector<std::string> available, std::vector<std::string> drop)
    : available_(std::move(available)), drop_(std::move(drop)) {}

void Selection::add_companion(const CompanionSpec& companion, std::vector<std::string> available) {
  companions_.emplace_back(std::move(available), companion.form.drop);
  companions_.back().prefix_ = companion.name + ":";
}

std::vector<std::size_t> Selection::indices_of(std::string_view name) const {
  // Apache's %t and %T are two fields: the very same name goes before one in other letters.
  const auto same = std::find(available_.begin(), available_.end(), name);
  if (same != available_.end() && !fits_one_of(drop_, *same)) {
    return {static_cast<std::size_t>(same - available_.begin())};
  }
  std::vector<std::size_t> indices;
  const bool all = name.find('*') != name.npos;
  for (std::size_t i = 0; i < available_.size(); ++i) {
    if (!fits(name, available_[i]) || fits_one_of(drop_, available_[i])) continue;
    indices.push_back(i);
    if (!all) break;
  }
  return indices;
}

std::size_t Selection::place_of(std::size_t index) {
  const auto place = std::find(chosen_.begin(), chosen_.end(), index);
  if (place != chosen_.end()) return static_cast<std::size_t>(place - chosen_.begin());
  chosen_.push_back(index);
  return chosen_.size() - 1;
}

std::optional<std::size_t> Selection::companion_of(std::string_view entry) const {
  for (std::size_t i = 0; i < companions_.size(); ++i) {
    if (entry.starts_with(companions_[i].prefix_)) return i;
  }
  return std::nullopt;
}

BoundColumns Selection::bind(std::string_view entry) {
  for (const auto& [prefix, kind] : {std::pair(kQueryPrefix, BoundColumn::Kind::query),
                                     std::pair(kPathPrefix, BoundColumn::Kind::path),
                                     std::pair(kConstantPrefix, BoundColumn::Kind::constant)}) {
    if (!entry.starts_with(prefix)) continue;
    return {{kind, 0, 0, std::string(entry.substr(prefix.size()))}};
  }
  if (entry.starts_with(kAddressPrefix)) {
    BoundColumns bound = bind(entry.substr(kAddressPrefix.size()));
    for (BoundColumn& column : bound) column.has_port = true;
    return bound;
  }
  BoundColumns bound;
  if (const auto companion = companion_of(entry)) {
    Selection& columns = companions_[*companion];
    for (BoundColumn& column : columns.bind(entry.substr(columns.prefix_.size()))) {
      bound.push_back(
          {BoundColumn::Kind::companion, column.place, *companion, columns.prefix_ + column.name});
    }
    return bound;
  }
  const bool exact = entry.find('*') == entry.npos;
  for (const std::size_t index : indices_of(entry)) {
    bound.push_back(
        {BoundColumn::Kind::cell, place_of(index), 0,
         exact ? std::string(entry) : available_[index],
         equal_ignoring_case(entry.substr(0, kArgumentPrefix.size()), kArgumentPrefix)});
  }
  return bound;
}

bool Selection::has(std::string_view entry) const {
  if (is_in_every_file(entry)) return true;
  if (entry.starts_with(kAddressPrefix)) return has(entry.substr(kAddressPrefix.size()));
  if (const auto companion = companion_of(entry)) {
    const Selection& columns = companions_[*companion];
    return columns.has(entry.substr(columns.prefix_.size()));
  }
  return !indices_of(entry).empty();
}

std::vector<std::string> Selection::chosen_names() const {
  std::vector<std::string> names;
  for (const std::size_t index : chosen_) names.push_back(available_[index]);
  return names;
}

std::string Selection::nearest_to(std::string_view entry) const {
  if (const auto companion = companion_of(entry)) {
    const Selection& columns = companions_[*companion];
    const std::string near = columns.nearest_to(entry.substr(columns.prefix_.size()));
    return near.empty() ? near : columns.prefix_ + near;
  }
  return nearest(entry, available_);
}

BoundColumns bind_columns(const Columns& columns, Selection& selection) {
  BoundColumns all;
  for (const std::string& entry : columns) {
    for (BoundColumn& column : selection.bind(entry)) all.push_back(std::move(column));
  }
  return all;
}

BoundColumns Binder::need(const Columns& columns, std::string_view field) const {
  BoundColumns bound = find(columns);
  if (!bound.empty()) return bound;
  if (columns.empty()) {
    throw Error(ExitCode::usage,
                fmt::format("nothing says where a {} of {} has its {}: add \"{}\" to the source's "
                            "[source.{}]",
                            name_of(kind_), printable_name(file_), field, field, name_of(kind_)));
  }
  throw Error(ExitCode::source,
              fmt::format("{}:1: there is no column \"{}\", which a {} needs for its {}{}",
                          printable_name(file_), columns.front(), name_of(kind_), field,
                          advice(columns.front())));
}

std::string Binder::advice(const std::string& column) const {
  if (delimiter_) {
    const std::string doubt = header_doubt(selection_.available(), *delimiter_);
    if (!doubt.empty()) return "; " + doubt;
  }
  const std::string near = selection_.nearest_to(column);
  if (near.empty()) return {};
  return fmt::format("; the nearest is \"{}\"", printable(discreet(near)));
}

}  // namespace ordertail

#include "app/column_survey.h"

#include <algorithm>

#include "app/record_walk.h"

namespace ordertail {
namespace {

void bind_amounts(const Columns& columns, Selection& selection, BoundColumns& bound) {
  for (BoundColumn& column : bind_columns(columns, selection)) {
    const bool known = std::any_of(bound.begin(), bound.end(), [&](const BoundColumn& other) {
      return other.place == column.place;
    });
    // What a URL carries is written by a program: there is nothing to prove.
    if (column.kind == BoundColumn::Kind::cell && !known) bound.push_back(std::move(column));
  }
}

BoundColumns amounts_of(const MappingSpec& mapping, Selection& selection) {
  BoundColumns bound;
  const MoneySpec* revenue = revenue_alternative(mapping, selection);
  if (revenue == nullptr) return bound;
  bind_amounts(revenue->columns, selection, bound);
  bind_amounts(revenue->minus, selection, bound);
  bind_amounts(revenue->plus, selection, bound);
  return bound;
}

}  // namespace

const MappingSpec& main_mapping(const Pattern& pattern) {
  const MappingSpec& purchase = pattern.mapping(Kind::purchase);
  const MappingSpec& registration = pattern.mapping(Kind::registration);
  return purchase.wanted || !registration.wanted ? purchase : registration;
}

bool leaves_order_open(const TimeSpec& spec) {
  return std::any_of(spec.formats.begin(), spec.formats.end(),
                     [](const std::string& format) { return format.find("%x") != format.npos; });
}

std::string joined_text(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) {
    if (!joined.empty() && !text.empty()) joined += ' ';
    joined += text;
  }
  return joined;
}

ColumnSurvey::ColumnSurvey(const Pattern& pattern, const SourceFile& file) {
  RecordWalk walk(pattern, file);
  const MappingSpec& mapping = main_mapping(pattern);
  const BoundColumns amount_columns = amounts_of(mapping, walk.selection());
  for (const BoundColumn& column : amount_columns) amounts.push_back({column.name, {}});
  BoundColumns date_columns;
  const TimeSpec* time = time_alternative(mapping, walk.selection());
  if (time != nullptr && leaves_order_open(*time)) {
    dates.emplace(DateColumn{joined_text(time->columns), DateProof(time->formats)});
    date_columns = bind_columns(time->columns, walk.selection());
  }
  if (!dates && amounts.empty()) return;
  Row row(pattern);
  const auto look = [&](const Record& record, std::span<const std::string_view> cells) {
    row.begin(cells, {});
    for (std::size_t i = 0; i < amounts.size(); ++i) {
      amounts[i].proof.add(row.text(amount_columns[i]), record.begin.line);
    }
    if (!dates) return true;
    std::vector<std::string> texts;
    for (const BoundColumn& column : date_columns) texts.emplace_back(row.text(column));
    dates->proof.add(joined_text(texts), record.begin.line);
    return true;
  };
  walk.run({look, [](const BadRecord&) { return true; }});
}

}  // namespace ordertail

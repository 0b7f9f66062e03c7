#include "event/revenue.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ordertail {
namespace {

/// A column that may fit none is in every file.
bool is_there(const std::string& entry, const Selection& selection) {
  return entry.find('*') != entry.npos || selection.has(entry);
}

bool has_columns(const MoneySpec& spec, const Selection& selection) {
  const auto here = [&](const std::string& entry) { return is_there(entry, selection); };
  return std::any_of(spec.columns.begin(), spec.columns.end(),
                     [&](const std::string& entry) { return selection.has(entry); }) &&
         std::all_of(spec.minus.begin(), spec.minus.end(), here) &&
         std::all_of(spec.plus.begin(), spec.plus.end(), here);
}

/// All of them, each of which has to be there.
BoundColumns need_each(const Columns& columns, const Binder& binder) {
  BoundColumns all;
  for (const std::string& entry : columns) {
    if (!is_there(entry, binder.selection())) (void)binder.need({entry}, "total_revenue");
    for (BoundColumn& column : binder.find({entry})) all.push_back(std::move(column));
  }
  return all;
}

std::variant<Amount, Reject> read_amount(Row& row, const BoundColumn& column, NumberStyle style) {
  const std::string_view text = row.text(column);
  if (text.empty()) return Amount{};
  // What a URL carries is written by a program, whatever the file's people are used to.
  if (column.kind == BoundColumn::Kind::query) style = NumberStyle::plain;
  if (const auto price = parse_price(text, style)) return Amount{price->money, price->currency};
  return Reject{"bad_amount",
                column.name,
                fmt::format("{}: \"{}\" is no amount written like {}", column.name,
                            printable(discreet(text), 40), example(style)),
                {},
                {}};
}

/// Adds the cell's amount, `sign` times.
std::optional<Reject> add(Row& row, const BoundColumn& column, NumberStyle style, int sign,
                          Money& total) {
  auto part = read_amount(row, column, style);
  if (auto* reject = std::get_if<Reject>(&part)) return std::move(*reject);
  const auto& money = std::get<Amount>(part).money;
  if (money) total.ten_thousandths += sign * money->ten_thousandths;
  if (is_in_range(total)) return std::nullopt;
  return Reject{"bad_amount",
                column.name,
                fmt::format("{}: the total {} this is no amount of a sale", column.name,
                            sign < 0 ? "less" : "plus"),
                {},
                {}};
}

}  // namespace

Revenue::Revenue(const std::vector<MoneySpec>& alternatives, const Binder& binder,
                 NumberStyle numbers)
    : numbers_(numbers) {
  if (alternatives.empty()) return;
  const auto found =
      std::find_if(alternatives.begin(), alternatives.end(),
                   [&](const MoneySpec& spec) { return has_columns(spec, binder.selection()); });
  const MoneySpec& spec = found == alternatives.end() ? alternatives.front() : *found;
  columns_ = binder.need(spec.columns, "total_revenue");
  minus_ = need_each(spec.minus, binder);
  plus_ = need_each(spec.plus, binder);
  over_rows_ = spec.over_rows;
}

std::variant<Amount, Reject> Revenue::read(Row& row) const {
  Amount total;
  for (const BoundColumn& column : columns_) {
    auto amount = read_amount(row, column, numbers_);
    if (std::holds_alternative<Reject>(amount)) return amount;
    total = std::get<Amount>(amount);
    if (total.money) break;
  }
  if (!total.money) return total;
  for (const BoundColumn& column : minus_) {
    if (auto reject = add(row, column, numbers_, -1, *total.money)) return *std::move(reject);
  }
  for (const BoundColumn& column : plus_) {
    if (auto reject = add(row, column, numbers_, 1, *total.money)) return *std::move(reject);
  }
  return total;
}

}  // namespace ordertail

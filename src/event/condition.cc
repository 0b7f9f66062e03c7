#include "event/condition.h"

#include <algorithm>

#include "base/text.h"

namespace ordertail {
namespace {

bool lists(const std::vector<std::string>& values, std::string_view cell) {
  return std::any_of(values.begin(), values.end(),
                     [&](const std::string& value) { return equal_ignoring_case(value, cell); });
}

}  // namespace

BoundCondition::BoundCondition(const Condition& condition, const Binder& binder,
                               NumberStyle numbers)
    : condition_(condition),
      columns_(binder.need({condition.column}, "when")),
      numbers_(numbers),
      otherwise_("when:" + condition.column) {}

std::optional<std::string_view> BoundCondition::failure(Row& row) const {
  const std::string_view cell = row.text(columns_);
  if (condition_.positive) {
    const auto money = parse_money(cell, numbers_);
    // What is no amount at all is not filtered away: the revenue field rejects it by name.
    if (!money || money->ten_thousandths > 0) return std::nullopt;
    return otherwise_;
  }
  // A value that is listed as it is comes before the "*" that means all others.
  for (const std::string_view value : {cell, std::string_view(cell.empty() ? "" : "*")}) {
    if (lists(condition_.is, value)) return std::nullopt;
    if (lists(condition_.is_not, value)) return otherwise_;
    for (const auto& [reason, values] : condition_.reasons) {
      if (lists(values, value)) return reason;
    }
  }
  return condition_.is.empty() ? std::nullopt : std::optional<std::string_view>(otherwise_);
}

bool withdraws(std::string_view reason) {
  return reason == "refunded" || reason == "cancelled";
}

}  // namespace ordertail

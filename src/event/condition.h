// What makes a row a sale: one line of a pattern's `when`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "event/row.h"

namespace ordertail {

/// A Condition bound to a file's columns.
class BoundCondition {
 public:
  /// `condition` outlives this. Throws as Binder::need does.
  BoundCondition(const Condition& condition, const Binder& binder, NumberStyle numbers);

  /// Why the row is no sale ("when:Status", or a reason of the pattern's); nullopt when, as far as
  /// this condition goes, it is one. A view into the condition or into this.
  [[nodiscard]] std::optional<std::string_view> failure(Row& row) const;
  /// Does the row say nothing at all of it?
  [[nodiscard]] bool is_blank(Row& row) const { return row.text(columns_).empty(); }

 private:
  const Condition& condition_;
  BoundColumns columns_;
  NumberStyle numbers_;
  std::string otherwise_;
};

/// Is this a reason to take back an order that was a sale before?
[[nodiscard]] bool withdraws(std::string_view reason);

}  // namespace ordertail

// The revenue of an order, out of its records.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "event/reject.h"
#include "event/row.h"

namespace ordertail {

/// What cells say; no money when they are empty.
struct Amount {
  std::optional<Money> money;
  std::string_view currency;  ///< as written with it; empty when it is not. A view into the row
};

/// A pattern's total_revenue bound to a file's columns.
class Revenue {
 public:
  Revenue() = default;
  /// Takes the first of the alternatives whose columns the file has. Throws as Binder::need does
  /// when it has those of none.
  Revenue(const std::vector<MoneySpec>& alternatives, const Binder& binder, NumberStyle numbers);

  /// What one row says, minus and plus included. A Reject has no position yet.
  [[nodiscard]] std::variant<Amount, Reject> read(Row& row) const;

  /// Do the further rows of an order count too?
  [[nodiscard]] bool over_rows() const { return over_rows_; }

 private:
  BoundColumns columns_, minus_, plus_;
  bool over_rows_ = false;
  NumberStyle numbers_ = NumberStyle::plain;
};

}  // namespace ordertail

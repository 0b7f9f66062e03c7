// The SKUs of an order, out of its records.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/expression.h"
#include "event/row.h"

namespace ordertail {

/// A SkuSpec bound to a file's columns.
class SkuList {
 public:
  SkuList() = default;
  SkuList(const SkuSpec& spec, const Binder& binder);

  /// Adds what one row (and its companions) says.
  void add(Row& row, std::vector<std::string>& skus);
  /// The first of the columns that holds what is not UTF-8; "skus" when none does.
  [[nodiscard]] std::string broken_column(Row& row);

 private:
  std::vector<BoundColumns> entries_;  // the first that gives any counts, with all of its columns
  std::optional<Expression> each_;
  std::vector<std::string_view> cells_, found_;
};

}  // namespace ordertail

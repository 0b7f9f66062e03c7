#include "event/sku_list.h"

#include <algorithm>

#include "base/text.h"

namespace ordertail {

SkuList::SkuList(const SkuSpec& spec, const Binder& binder) {
  for (const std::string& entry : spec.columns) {
    if (BoundColumns bound = binder.find({entry}); !bound.empty()) {
      entries_.push_back(std::move(bound));
    }
  }
  if (!spec.each.empty()) each_.emplace(spec.each);
}

void SkuList::add(Row& row, std::vector<std::string>& skus) {
  for (const BoundColumns& columns : entries_) {
    cells_.clear();
    for (const BoundColumn& column : columns) row.collect(column, cells_);
    if (each_) {
      found_.clear();
      for (const std::string_view cell : cells_) each_->collect(cell, found_);
      std::swap(cells_, found_);
    }
    for (const std::string_view sku : cells_) skus.emplace_back(trim(sku));
    if (!cells_.empty()) return;
  }
}

std::string SkuList::broken_column(Row& row) {
  for (const BoundColumns& columns : entries_) {
    for (const BoundColumn& column : columns) {
      cells_.clear();
      row.collect(column, cells_);
      if (!std::all_of(cells_.begin(), cells_.end(), is_utf8)) return column.name;
    }
  }
  return "skus";
}

}  // namespace ordertail

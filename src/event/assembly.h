// Records into events: row by row, or several rows to an order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "event/findings.h"
#include "event/mapping.h"
#include "event/pattern.h"
#include "record/record.h"

namespace ordertail {

/// Applies a pattern's mappings to a file's records. With an order key, adjacent records of one
/// key are one order: its first record says what it is, the others add to it and share its fate.
class Assembly {
 public:
  /// `file` is what messages call the file. Throws as Mapping does.
  Assembly(const Pattern& pattern, const EventContext& context, Selection& selection,
           std::string file);

  /// Adds one record; what it completes goes to `findings`.
  void add(const Record& record, std::span<const std::string_view> cells, Findings& findings);
  /// Adds a stretch of input that is no record. It ends the order before it.
  void add(const BadRecord& bad, std::size_t columns, Findings& findings);
  /// Completes the open order, at the end of the file.
  void finish(Findings& findings);

  /// How many records the open order has; they are in no findings yet.
  [[nodiscard]] std::uint64_t open_rows() const { return rows_; }
  /// Where the open order begins, if there is one: reading has to resume there.
  [[nodiscard]] std::optional<Position> open() const;

 private:
  Meaning interpret();
  void begin_order(const Record& record);

  std::string file_;
  std::vector<Mapping> mappings_;
  std::optional<BoundColumn> order_key_, request_;
  Row row_;
  std::string key_;          // of the open order
  Position begin_;           // of the open order
  std::uint64_t rows_ = 0;   // of the open order; 0: none is open
  std::size_t mapping_ = 0;  // that made event_
  // Of the open order, when meaning_ is Made. A pointer, since findings take it by trading.
  std::unique_ptr<Event> event_ = std::make_unique<Event>();
  Meaning meaning_;
  std::vector<Remark> remarks_;  // on event_
};

}  // namespace ordertail

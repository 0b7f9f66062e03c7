// Records into events: row by row, or several rows to an order.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "event/expression.h"
#include "event/findings.h"
#include "event/logged_request.h"
#include "event/mapping.h"
#include "event/pattern.h"
#include "event/sighting_mapping.h"
#include "record/batch_cursor.h"
#include "record/record.h"

namespace ordertail {

/// The rows of a companion (by its index in the pattern) that have this key; they stay until the
/// next call for that companion.
using CompanionLookup = std::function<CompanionRows(std::size_t companion, std::string_view key)>;

/// Applies a pattern's mappings to a file's records. Several records may be one order (Layout): its
/// first record says what it is, the others add to it and share its fate.
class Assembly {
 public:
  /// `file` is what messages call the file. Throws as Mapping does. `lookup` is first called by
  /// add(), when `selection` tells which columns its rows have to have.
  Assembly(const Pattern& pattern, const EventContext& context, Selection& selection,
           std::string file, CompanionLookup lookup = {});

  /// Adds one record; what it completes goes to `findings`.
  void add(const Record& record, std::span<const std::string_view> cells, Findings& findings);
  /// Adds a stretch of input that is no record. Where an order has several rows, this may have been
  /// one of the order's before it or behind it: neither is taken without it.
  void add(const BadRecord& bad, std::size_t columns, Findings& findings);
  /// Completes the open order, at the end of the file.
  void finish(Findings& findings);

  /// Adds the next piece of a batch, of which there is one; `columns` has the header.
  void add_next(const RecordBatch& batch, BatchCursor& next, std::size_t columns,
                Findings& findings);
  /// Forgets the open order, and all that was read before.
  void abandon();

  /// Does an order begin with the second of two records that follow each other, whatever goes
  /// before them? To be asked between two calls of add(); there are no companions.
  [[nodiscard]] bool parts(std::span<const std::string_view> before,
                           std::span<const std::string_view> cells);

  /// How many records the open order has, blank ones between them included; they are in no
  /// findings yet.
  [[nodiscard]] std::uint64_t open_rows() const { return rows_ + blank_rows_; }
  /// Where the open order begins, if there is one: reading has to resume there.
  [[nodiscard]] std::optional<Position> open() const;
  /// Where the last order begins that rows behind the end of the file could add to, open or not.
  [[nodiscard]] std::optional<Position> last_order() const;

 private:
  void join();
  Meaning interpret();
  Meaning look_for_visitor(Skip skip);
  void begin_order(const Record& record);
  [[nodiscard]] bool continues_order(std::string_view key) const;
  void continue_order(const Record& record, std::string_view key);
  [[nodiscard]] bool is_footer(std::string_view cell) const;
  template <typename Finding>
  void place(Finding& finding, Position where) const;

  const Pattern& pattern_;
  std::string file_;
  CompanionLookup lookup_;
  std::vector<Mapping> mappings_;
  std::optional<SightingMapping> visitor_;
  std::optional<BoundColumn> order_key_;
  LoggedRequest request_;
  std::vector<BoundColumn> companion_keys_;  // by companion
  std::optional<Expression> footer_;
  std::size_t first_column_ = 0;  // place of it, when there is a footer
  Row row_;
  std::optional<std::string> key_;      // of the open order; none: only a BadRecord is known of it
  std::optional<Position> begin_;       // of the open order
  std::optional<Position> last_order_;  // begins here; what is no record has not moved it
  std::uint64_t end_ = 0;               // of the open order, so far
  std::uint64_t rows_ = 0;              // of the open order; 0: none is open
  std::uint64_t blank_rows_ = 0;        // read while it was open
  std::size_t mapping_ = 0;             // that made event_
  // Of the open order, when meaning_ is Made. A pointer, since findings take it by trading.
  std::unique_ptr<Event> event_ = std::make_unique<Event>();
  Meaning meaning_;
  Sighting sighting_;            // when meaning_ is a Skip that says so
  Position fault_;               // of the row that a Reject in meaning_ is about
  std::vector<Remark> remarks_;  // on event_
};

}  // namespace ordertail

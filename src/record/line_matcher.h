// What cuts a log line into cells.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "record/json_line.h"
#include "record/line_pattern.h"
#include "record/line_splitter.h"
#include "record/line_table.h"

namespace ordertail {

class LineMatcher {
 public:
  // All are meant to be taken for a matcher.
  LineMatcher(LinePattern pattern) : how_(std::move(pattern)) {}     // NOLINT(*-explicit-*)
  LineMatcher(LineSplitter splitter) : how_(std::move(splitter)) {}  // NOLINT(*-explicit-*)
  LineMatcher(LineTable table) : how_(std::move(table)) {}           // NOLINT(*-explicit-*)
  LineMatcher(JsonLine json) : how_(std::move(json)) {}              // NOLINT(*-explicit-*)

  /// Is the line about those behind it, and none of them? Then it is heeded.
  bool heed(std::string_view line) {
    auto* const table = std::get_if<LineTable>(&how_);
    return table != nullptr && table->heed(line);
  }
  /// What such a line holds; empty when there are none.
  [[nodiscard]] std::string heeded() const {
    const auto* const table = std::get_if<LineTable>(&how_);
    return table != nullptr ? table->naming() : std::string();
  }

  /// Cuts all of `line`: the wanted parts go to `cells`, as views into `line` or into a text added
  /// to `unescaped`. False when it does not match.
  bool match(std::string_view line, std::string_view* cells,
             std::deque<std::string>& unescaped) const {
    return std::visit(
        [&](const auto& how) {
          if constexpr (requires { how.match(line, cells); }) {
            return how.match(line, cells);
          } else {
            return how.match(line, cells, unescaped);
          }
        },
        how_);
  }

  /// Why a line does not match.
  [[nodiscard]] LineFault fault(std::string_view line) const {
    return std::visit([&](const auto& how) { return how.fault(line); }, how_);
  }

  /// How many cells match() fills.
  [[nodiscard]] std::size_t wanted() const {
    return std::visit([](const auto& how) { return how.wanted(); }, how_);
  }

 private:
  std::variant<LinePattern, LineSplitter, LineTable, JsonLine> how_;
};

}  // namespace ordertail

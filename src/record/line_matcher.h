// What cuts a log line into cells: a regular expression, or the server's own description of it.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "record/line_pattern.h"
#include "record/line_splitter.h"

namespace ordertail {

class LineMatcher {
 public:
  // Both are meant to be taken for a matcher.
  LineMatcher(LinePattern pattern) : how_(std::move(pattern)) {}     // NOLINT(*-explicit-*)
  LineMatcher(LineSplitter splitter) : how_(std::move(splitter)) {}  // NOLINT(*-explicit-*)

  /// Cuts all of `line`: the wanted parts go to `cells`, as views into `line` or into a text added
  /// to `unescaped`. False when it does not match.
  bool match(std::string_view line, std::string_view* cells,
             std::deque<std::string>& unescaped) const {
    if (const auto* splitter = std::get_if<LineSplitter>(&how_)) {
      return splitter->match(line, cells, unescaped);
    }
    return std::get<LinePattern>(how_).match(line, cells);
  }

  /// How many bytes of a line that does not match are as they should be; 0 where an expression does
  /// not say.
  [[nodiscard]] std::size_t reach(std::string_view line) const {
    const auto* splitter = std::get_if<LineSplitter>(&how_);
    return splitter != nullptr ? splitter->reach(line) : 0;
  }

  /// How many cells match() fills.
  [[nodiscard]] std::size_t wanted() const {
    return std::visit([](const auto& how) { return how.wanted(); }, how_);
  }

 private:
  std::variant<LinePattern, LineSplitter> how_;
};

}  // namespace ordertail

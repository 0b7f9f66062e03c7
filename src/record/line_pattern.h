// A regular expression over a line, and what it captures.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "record/line_fault.h"

namespace ordertail {

/// An RE2 expression with named groups, or fragments of it (fragments.h), matched against whole
/// lines. Only the wanted groups
/// capture: every other group is made non-capturing. RE2 is fast with at most four captures
/// (one-pass), so more than four are taken by several expressions, each the whole pattern with
/// another four of its groups capturing; all of them match alike, so the result is the same.
class LinePattern {
 public:
  /// Throws Error(usage) with RE2's message and the offset in `expression` (its fragments expanded)
  /// when it is no RE2 expression, larger than 8 KiB, names two groups alike, or lacks one of the
  /// `wanted` groups (naming those it has). Bytes above 0x7F are taken as Latin-1, one by one, so
  /// that every line can match.
  LinePattern(const std::string& expression, const std::vector<std::string>& wanted);
  ~LinePattern();
  LinePattern(LinePattern&&) noexcept;

  /// Matches all of `line` and writes the wanted groups, in the order of `wanted`, to `cells`
  /// (views into `line`; a group that took no part is empty). False when it does not match.
  bool match(std::string_view line, std::string_view* cells) const;

  /// Of a line that does not match: as far as the front of the expression goes that does, cut where
  /// nothing is open. Compiles such fronts when first asked. Threads may ask at the same time.
  [[nodiscard]] LineFault fault(std::string_view line) const;

  [[nodiscard]] std::size_t wanted() const;

 private:
  struct Piece;
  struct Fronts;
  std::vector<Piece> pieces_;
  std::unique_ptr<Fronts> fronts_;
  std::size_t wanted_ = 0;
};

/// The names of an expression's named groups, in order; empty when it is no RE2 expression.
[[nodiscard]] std::vector<std::string> group_names(const std::string& expression);

}  // namespace ordertail

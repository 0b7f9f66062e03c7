// Cuts log lines at the literals of a LineFormat: no regular expression, no going back.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "record/line_fault.h"
#include "record/line_format.h"

namespace ordertail {

/// A quoted field ends at its first quote that is not escaped (where the server escapes none, or
/// writes them as #22: at its first quote), another one at the first byte of the
/// literal behind it, and then that literal has to follow whole: so nothing that a visitor writes
/// can shift the fields; one at the end of the line has no blanks (no tabs, where these divide the
/// fields). Only a loose field goes on: a user's name to where the literal stands whole, a list
/// over the blanks that divide it.
class LineSplitter {
 public:
  /// Throws Error(usage) when one of `wanted` is no field of the format; it names those it has.
  LineSplitter(LineFormat format, const std::vector<std::string>& wanted);

  /// Cuts all of `line` and writes the wanted fields, in the order of `wanted`, to `cells`: views
  /// into `line`, or into a text added to `unescaped` where the server had to escape something.
  /// False when the line is not of the format.
  bool match(std::string_view line, std::string_view* cells,
             std::deque<std::string>& unescaped) const;

  [[nodiscard]] std::size_t wanted() const { return wanted_; }

  /// Of a line that does not match: which literal does not follow, and behind which field.
  [[nodiscard]] LineFault fault(std::string_view line) const;

 private:
  [[nodiscard]] std::size_t end_of(const LineFormat::Field& field, std::string_view rest,
                                   LineEscapes escapes) const;

  LineFormat format_;
  std::vector<std::size_t> place_;  // of each field among the cells; npos where it is not wanted
  std::vector<std::pair<std::size_t, std::size_t>> repeated_;  // further cells of the same field
  std::size_t wanted_ = 0;
};

/// What a server wrote as `text`. Escapes that it does not write are left as they are, and so are
/// those that tell HAProxy's captured headers, {A|B}, from a visitor's `{`, `|` and `}`.
[[nodiscard]] std::string unescaped(std::string_view text, LineEscapes escapes);

}  // namespace ordertail

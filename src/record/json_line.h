// Log lines that are a JSON object each.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "record/line_fault.h"

namespace ordertail {

/// Values are named by the path to them: "request.headers.User-Agent". Names that themselves hold a
/// point cannot be told from a path and are taken for one.
struct JsonForm {
  std::vector<std::string> columns;  ///< all that may be asked for
  std::vector<std::string> needed;   ///< those that a line cannot do without
};

class JsonLine {
 public:
  /// Throws Error(usage) when one of `wanted` is none of the form's columns.
  JsonLine(const JsonForm& form, const std::vector<std::string>& wanted);

  /// Writes the wanted values, in the order of `wanted`, to `cells`: views into texts added to
  /// `unescaped`. Numbers are as they are written, true and false are those words, the texts in an
  /// array are joined by "; " (as two Cookie headers would be), and anything else, null and what is
  /// not there among it, is empty. Of two values of one name the last counts. False when the line
  /// is not one JSON object, in UTF-8, with a value for every needed column.
  bool match(std::string_view line, std::string_view* cells,
             std::deque<std::string>& unescaped) const;

  [[nodiscard]] LineFault fault(std::string_view line) const;

  [[nodiscard]] std::size_t wanted() const { return wanted_; }

 private:
  std::vector<std::string> paths_;  // the wanted ones, then the needed ones
  std::size_t wanted_;
};

}  // namespace ordertail

// Log lines that are rows of a table, whose columns a line among them names: W3C extended logs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "input/byte_stream.h"
#include "record/line_fault.h"

namespace ordertail {

/// The W3C extended log file format (https://www.w3.org/TR/WD-logfile.html), as IIS and CloudFront
/// write it: values are never quoted.
struct TableForm {
  std::string naming;                ///< what a line that names columns begins with: "#Fields:"
  char separator = ' ';              ///< between values; names are divided by blanks or tabs
  std::vector<std::string> columns;  ///< all that may be asked for
  std::vector<std::string> needed;   ///< those that a row cannot do without
};

/// Cuts rows at the separator. Which column a value is of is said by the last naming line, wherever
/// in the file that stands; a column that it does not name is empty.
class LineTable {
 public:
  /// Throws Error(usage) when one of `wanted` is none of the form's columns.
  LineTable(TableForm form, const std::vector<std::string>& wanted);

  /// Is the line about the table rather than a row of it: does it begin as a naming line does, with
  /// the same first byte? What it names holds for the lines behind it.
  bool heed(std::string_view line);

  /// Writes the wanted values, in the order of `wanted`, to `cells`: views into `line`. False when
  /// the line has not as many values as columns are named, or a needed one of these is not named.
  bool match(std::string_view line, std::string_view* cells) const;

  /// Of a line that does not match: that it has too many values, too few, or what is not named.
  [[nodiscard]] LineFault fault(std::string_view line) const;

  [[nodiscard]] std::size_t wanted() const { return wanted_.size(); }
  /// What every naming line holds.
  [[nodiscard]] const std::string& naming() const { return form_.naming; }

 private:
  TableForm form_;
  std::vector<std::string> wanted_;
  std::vector<std::size_t> place_;  // of each named column among the cells; npos: not wanted
  bool readable_ = false;           // the needed columns are named
};

/// The last whole line among the first `end` bytes of `stream` that begins with `naming`; empty
/// when there is none.
[[nodiscard]] std::string last_naming_line(ByteStream& stream, std::uint64_t end,
                                           std::string_view naming);

}  // namespace ordertail

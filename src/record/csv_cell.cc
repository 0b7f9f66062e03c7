#include "record/csv_cell.h"

namespace ordertail {

std::size_t blanks_before_quote(std::string_view text, char delimiter) {
  std::size_t blanks = 0;
  while (blanks < text.size() && text[blanks] != delimiter &&
         (text[blanks] == ' ' || text[blanks] == '\t')) {
    ++blanks;
  }
  return blanks < text.size() && text[blanks] == '"' ? blanks : 0;
}

std::string unescape(std::string_view inside, Quoting quoting) {
  std::string text;
  text.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const bool before_quote = i + 1 < inside.size() && inside[i + 1] == '"';
    const bool escape = inside[i] == '"' || (inside[i] == '\\' && quoting == Quoting::backslash);
    if (escape && before_quote) ++i;
    text += inside[i];
  }
  return text;
}

bool WholeRecord::fits(std::size_t columns, const CsvDialect& dialect) const {
  if (cells < columns) return false;
  for (std::size_t i = columns; i < cells; ++i) {
    if (!inside_quotes(cell(i), dialect).value_or(cell(i)).empty()) return false;
  }
  return true;
}

}  // namespace ordertail

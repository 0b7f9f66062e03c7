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

std::optional<std::string_view> inside_quotes(std::string_view cell, const CsvDialect& dialect) {
  if (dialect.blank_before_quote) cell.remove_prefix(blanks_before_quote(cell, dialect.delimiter));
  if (cell.empty() || cell.front() != '"' || dialect.quoting == Quoting::none) return std::nullopt;
  return cell.substr(1, cell.size() - 2);
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

std::string_view content(std::string_view cell, const CsvDialect& dialect, bool escaped,
                         std::deque<std::string>& unescaped) {
  const auto inside = inside_quotes(cell, dialect);
  if (!inside) return cell;
  if (!escaped || inside->find('"') == std::string_view::npos) return *inside;
  return unescaped.emplace_back(unescape(*inside, dialect.quoting));
}

bool WholeRecord::fits(std::size_t columns, const CsvDialect& dialect) const {
  if (cells < columns) return false;
  for (std::size_t i = columns; i < cells; ++i) {
    if (!inside_quotes(cell(i), dialect).value_or(cell(i)).empty()) return false;
  }
  return true;
}

}  // namespace ordertail

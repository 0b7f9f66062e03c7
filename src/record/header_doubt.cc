#include "record/header_doubt.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "record/csv_header.h"

namespace ordertail {
namespace {

constexpr std::string_view kDelimiters = ",;\t|";

std::ptrdiff_t occurrences(const std::vector<std::string>& columns, char c) {
  std::ptrdiff_t count = 0;
  for (const std::string& column : columns) count += std::count(column.begin(), column.end(), c);
  return count;
}

}  // namespace

std::string name_of_delimiter(char delimiter) {
  switch (delimiter) {
    case ',':
      return "commas";
    case ';':
      return "semicolons";
    case '\t':
      return "tabs";
    case '|':
      return "bars";
    default:
      return fmt::format("\"{}\"", printable({&delimiter, 1}));
  }
}

std::string delimiter_doubt(char seems, char read, std::string_view pattern) {
  return fmt::format(
      "the header looks delimited by {0}, while the pattern {2}reads {1}: export the file with "
      "{1}, or add {3}delimiter = \"{4}\" to the source",
      name_of_delimiter(seems), name_of_delimiter(read),
      pattern.empty() ? std::string() : fmt::format("{}, whose columns it has, ", pattern),
      pattern.empty() ? std::string() : fmt::format("pattern = \"{}\" and ", pattern),
      seems == '\t' ? "\\t" : std::string(1, seems));
}

std::string utf16_doubt(std::string_view beginning) {
  if (beginning.size() < 2 || (beginning[0] == '\0') == (beginning[1] == '\0')) return {};
  return fmt::format(
      "the file looks like UTF-16 without a byte order mark: save it as UTF-8, or add charset = "
      "\"{}\" to the source",
      beginning[0] == '\0' ? "utf-16be" : "utf-16le");
}

std::string content_doubt(std::string_view beginning) {
  if (std::string doubt = utf16_doubt(beginning); !doubt.empty()) return doubt;
  if (beginning.starts_with("sep=")) {
    return "its first line is \"sep=\", which only Excel understands: remove that line";
  }
  const std::size_t first = beginning.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  const auto export_again = [](std::string_view is) {
    return fmt::format("it is {}, which is not read: export as CSV", is);
  };
  const std::string_view text = beginning.substr(first);
  if (text.starts_with("<?xml")) return export_again("XML");
  if (text.starts_with("<!") || text.starts_with("<html")) {
    return export_again("a page of HTML, perhaps the one that asks for a password");
  }
  if (text.starts_with("{\"") || text.starts_with("[{")) return export_again("JSON");
  return {};
}

std::string header_doubt(const std::vector<std::string>& columns, char delimiter) {
  if (columns.empty()) return {};
  if (std::string doubt = utf16_doubt(columns.front()); !doubt.empty()) return doubt;
  const auto more = [&](char a, char b) {
    return occurrences(columns, a) < occurrences(columns, b);
  };
  const char seems = *std::max_element(kDelimiters.begin(), kDelimiters.end(), more);
  const auto own = static_cast<std::ptrdiff_t>(columns.size() - 1);
  return seems == delimiter || occurrences(columns, seems) <= own
             ? std::string()
             : delimiter_doubt(seems, delimiter);
}

std::string header_doubt(std::string_view beginning, const CsvFrame& frame) {
  if (std::string doubt = utf16_doubt(beginning); !doubt.empty()) return doubt;
  for (const CsvFrame& other : otherwise_delimited(frame)) {
    const auto header = read_csv_header(beginning, Ending::more, other);
    if (!header || header->columns.size() < 2) continue;
    return delimiter_doubt(other.dialect.delimiter, frame.header_dialect().delimiter);
  }
  return {};
}

std::vector<CsvFrame> otherwise_delimited(const CsvFrame& frame) {
  std::vector<CsvFrame> others;
  for (const char delimiter : kDelimiters) {
    if (delimiter == frame.header_dialect().delimiter) continue;
    CsvFrame& other = others.emplace_back(frame);
    other.dialect.delimiter = delimiter;
    other.header_delimiter.reset();
  }
  return others;
}

}  // namespace ordertail

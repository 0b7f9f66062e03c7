#include "record/line_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "input/window.h"
#include "record/record.h"

namespace ordertail {
namespace {

constexpr std::size_t npos = std::string_view::npos;

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<std::string> words;
  std::size_t at = text.find_first_not_of(kBlanks);
  while (at != npos) {
    const std::size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

LineTable::LineTable(TableForm form, const std::vector<std::string>& wanted)
    : form_(std::move(form)), wanted_(wanted) {
  for (const std::string& name : wanted_) {
    if (has(form_.columns, name)) continue;
    throw Error(ExitCode::usage, fmt::format("The log has no column \"{}\"; it may have {}.",
                                             printable(name), fmt::join(form_.columns, ", ")));
  }
}

bool LineTable::heed(std::string_view line) {
  if (!line.starts_with(form_.naming.front())) return false;
  if (!line.starts_with(form_.naming)) return true;
  const std::vector<std::string> names = words_of(line.substr(form_.naming.size()));
  place_.assign(names.size(), npos);
  for (std::size_t cell = 0; cell < wanted_.size(); ++cell) {
    const auto name = std::find(names.begin(), names.end(), wanted_[cell]);
    if (name != names.end()) place_[static_cast<std::size_t>(name - names.begin())] = cell;
  }
  readable_ = std::all_of(form_.needed.begin(), form_.needed.end(),
                          [&](const std::string& name) { return has(names, name); });
  return true;
}

bool LineTable::match(std::string_view line, std::string_view* cells) const {
  if (!readable_) return false;
  std::fill(cells, cells + wanted_.size(), std::string_view());
  for (std::size_t i = 0; i < place_.size(); ++i) {
    const bool last = i + 1 == place_.size();
    const std::size_t end = line.find(form_.separator);
    if (last != (end == npos)) return false;
    if (place_[i] != npos) cells[place_[i]] = line.substr(0, end);
    if (!last) line.remove_prefix(end + 1);
  }
  return true;
}

LineFault LineTable::fault(std::string_view line) const {
  if (!readable_) {
    return {0, fmt::format("no line {} before it names {}", printable(form_.naming),
                           fmt::join(form_.needed, " and "))};
  }
  std::size_t reached = 0;
  for (std::size_t i = 0; i < place_.size(); ++i) {
    const std::size_t end = line.find(form_.separator, reached);
    if (end == npos) {
      return {line.size(), fmt::format("it has {} values, and {} names {}", i + 1,
                                       printable(form_.naming), place_.size())};
    }
    reached = end + 1;
  }
  return {reached, fmt::format("it has more values than the {} that {} names", place_.size(),
                               printable(form_.naming))};
}

std::string last_naming_line(ByteStream& stream, std::uint64_t end, std::string_view naming) {
  std::string last;
  Window window(stream);
  bool begins_line = true;  // the window's front does
  for (std::uint64_t at = 0; at < end && !window.at_end();) {
    window.more();
    std::string_view lines = window.view().substr(0, end - at);
    const std::size_t line_end = lines.rfind('\n');
    if (line_end == npos && lines.size() <= kMaxRecordBytes) continue;
    if (line_end != npos) lines = lines.substr(0, line_end + 1);
    // From behind, since only the last one counts.
    for (std::size_t found = lines.rfind(naming); found != npos && line_end != npos;
         found = found == 0 ? npos : lines.rfind(naming, found - 1)) {
      const bool is_first = at == 0 && lines.substr(0, found) == kByteOrderMark;
      const bool is_line = found == 0 ? begins_line : is_first || lines[found - 1] == '\n';
      if (!is_line) continue;
      last = lines.substr(found, lines.find('\n', found) - found);
      break;
    }
    at += lines.size();
    begins_line = line_end != npos;
    window.consume(lines.size());
  }
  return last;
}

}  // namespace ordertail

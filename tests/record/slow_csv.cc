#include "record/slow_csv.h"

#include <optional>

namespace ordertail {
namespace {

using Fault = BadRecord::Fault;

constexpr std::size_t kNone = std::string_view::npos;

class SlowCsv {
 public:
  SlowCsv(std::string_view text, const CsvFrame& frame, std::size_t columns)
      : text_(text), frame_(frame), dialect_(frame.dialect), columns_(columns) {}

  Findings run(const std::vector<std::size_t>& selected) {
    std::size_t begin = 0;
    while (begin < text_.size()) {
      if (line_end_at(begin) > 0) {
        begin += line_end_at(begin);
        continue;
      }
      const Attempt attempt = attempt_at(begin);
      std::size_t end = attempt.end;
      if (is_section(begin)) {
        end = end_of_other_sections(begin);
        findings_.passed_over += lines(begin, end);
      } else if (attempt.fault) {
        end = resume_after(attempt.at);
        give_up(begin, end, attempt.at, *attempt.fault, 0);
      } else if (!fits(attempt.cells)) {
        give_up(begin, end, begin, Fault::ragged, attempt.cells.size());
      } else {
        FoundRecord record{position(begin), end, {}};
        for (const std::size_t column : selected) record.cells.push_back(attempt.cells[column]);
        findings_.records.push_back(record);
      }
      begin = end;
    }
    findings_.next = position(text_.size());
    return findings_;
  }

 private:
  struct Attempt {
    std::vector<std::string> cells;
    std::size_t end = 0;
    std::optional<Fault> fault;
    std::size_t at = 0;
  };

  /// Length of the line end that begins at an offset, 0 when none does.
  std::size_t line_end_at(std::size_t offset) const {
    if (text_.substr(offset, 2) == "\r\n") return 2;
    return offset < text_.size() && (text_[offset] == '\r' || text_[offset] == '\n') ? 1 : 0;
  }

  std::size_t next_line(std::size_t offset) const {
    while (offset < text_.size() && line_end_at(offset) == 0) ++offset;
    return offset + line_end_at(offset);
  }

  Position position(std::size_t offset) const {
    Position found{.line = 1, .byte = offset};
    for (std::size_t line = next_line(0); line <= offset; line = next_line(line)) {
      if (line == text_.size() && !ends_with_line_end()) break;
      ++found.line;
      if (line == text_.size()) break;
    }
    return found;
  }

  bool ends_with_line_end() const {
    return !text_.empty() && (text_.back() == '\n' || text_.back() == '\r');
  }

  bool fits(const std::vector<std::string>& cells) const {
    for (std::size_t i = columns_; i < cells.size(); ++i) {
      if (!cells[i].empty()) return false;
    }
    return cells.size() >= columns_;
  }

  /// Where the cell that begins at an offset has its opening quote.
  std::size_t opening_quote(std::size_t begin) const {
    if (dialect_.quoting == Quoting::none) return kNone;
    while (dialect_.blank_before_quote && begin < text_.size() &&
           (text_[begin] == ' ' || text_[begin] == '\t')) {
      ++begin;
    }
    return text_.substr(begin, 1) == "\"" ? begin : kNone;
  }

  /// Behind its closing quote.
  std::size_t pass_quoted(std::size_t quote, std::string& cell) const {
    std::size_t i = quote + 1;
    while (i < text_.size()) {
      const std::string_view two = text_.substr(i, 2);
      if (two == "\"\"" || (two == "\\\"" && dialect_.quoting == Quoting::backslash)) {
        cell += '"';
        i += 2;
        continue;
      }
      const std::size_t after = i + 1;
      const bool may_close = dialect_.quoting != Quoting::lenient || after == text_.size() ||
                             text_[after] == dialect_.delimiter || line_end_at(after) > 0;
      if (text_[i] == '"' && may_close) return after;
      cell += text_[i++];
    }
    return kNone;
  }

  /// The name in the section's line that begins at an offset; empty when none does.
  std::string_view section_at(std::size_t begin) const {
    std::string_view line = text_.substr(begin);
    line = line.substr(0, line.find_first_of("\r\n"));
    while (line.ends_with(dialect_.delimiter)) line.remove_suffix(1);
    if (line.size() < 3 || line.front() != '[' || line.back() != ']') return {};
    const std::string_view name = line.substr(1, line.size() - 2);
    const bool is_name =
        name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
    return is_name ? name : std::string_view{};
  }

  bool is_section(std::size_t begin) const {
    return !frame_.section.empty() && !section_at(begin).empty();
  }

  std::size_t pass_blank_lines(std::size_t begin) const {
    while (line_end_at(begin) > 0) begin += line_end_at(begin);
    return begin;
  }

  /// Where the wanted section's records go on behind the section's line at an offset.
  std::size_t end_of_other_sections(std::size_t begin) const {
    while ((begin = pass_blank_lines(begin)) < text_.size()) {
      const Attempt attempt = attempt_at(begin);
      const bool is_wanted = section_at(begin) == frame_.section;
      begin = attempt.fault ? next_line(begin) : attempt.end;
      if (!is_wanted) continue;
      if (!frame_.columns.empty()) return begin;
      begin = pass_blank_lines(begin);
      if (begin == text_.size()) return begin;
      const Attempt header = attempt_at(begin);
      if (header.fault) return begin;
      if (!is_section(begin)) return header.end;
    }
    return begin;
  }

  std::uint64_t lines(std::size_t begin, std::size_t end) const {
    std::uint64_t count = 0;
    for (std::size_t line = begin; line < end; line = next_line(line)) ++count;
    return count;
  }

  Attempt attempt_at(std::size_t begin) const {
    Attempt found;
    for (std::size_t i = begin;; ++i) {
      std::string cell;
      if (const std::size_t quote = opening_quote(i); quote != kNone) {
        found.at = quote;
        i = pass_quoted(quote, cell);
        if (i == kNone) {
          found.fault = Fault::unclosed_quote;
          return found;
        }
      } else {
        while (i < text_.size() && text_[i] != dialect_.delimiter && line_end_at(i) == 0)
          cell += text_[i++];
      }
      found.cells.push_back(cell);
      found.end = i + line_end_at(i);
      if (i >= text_.size() || line_end_at(i) > 0) return found;
      if (text_[i] != dialect_.delimiter) {
        found.fault = Fault::text_after_quote;
        return found;
      }
    }
  }

  std::size_t resume_after(std::size_t at) const {
    for (std::size_t line = next_line(at); line < text_.size(); line = next_line(line)) {
      if (line_end_at(line) > 0) continue;
      const Attempt attempt = attempt_at(line);
      if (is_section(line) || (!attempt.fault && fits(attempt.cells))) return line;
    }
    return text_.size();
  }

  void give_up(std::size_t begin, std::size_t end, std::size_t at, Fault fault, std::size_t cells) {
    BadRecord bad{.begin = position(begin), .end = end, .at = position(at), .fault = fault};
    bad.cells = cells;
    bad.lines = lines(begin, end);
    const std::string_view rest = text_.substr(at);
    bad.excerpt = rest.substr(0, std::min(rest.find_first_of("\r\n"), std::size_t{80}));
    findings_.bad.push_back(bad);
  }

  std::string_view text_;
  const CsvFrame& frame_;
  CsvDialect dialect_;
  std::size_t columns_;
  Findings findings_;
};

}  // namespace

Findings read_csv_slowly(std::string_view text, const CsvFrame& frame, std::size_t columns,
                         const std::vector<std::size_t>& selected) {
  return SlowCsv(text, frame, columns).run(selected);
}

}  // namespace ordertail

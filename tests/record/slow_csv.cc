#include "record/slow_csv.h"

#include <optional>

namespace ordertail {
namespace {

using Fault = BadRecord::Fault;

class SlowCsv {
 public:
  SlowCsv(std::string_view text, char delimiter, std::size_t columns)
      : text_(text), delimiter_(delimiter), columns_(columns) {}

  Findings run(const std::vector<std::size_t>& selected) {
    std::size_t begin = 0;
    while (begin < text_.size()) {
      if (line_end_at(begin) > 0) {
        begin += line_end_at(begin);
        continue;
      }
      const Attempt attempt = attempt_at(begin);
      std::size_t end = attempt.end;
      if (attempt.fault) {
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

  Attempt attempt_at(std::size_t begin) const {
    Attempt found;
    for (std::size_t i = begin;; ++i) {
      std::string cell;
      if (i < text_.size() && text_[i] == '"') {
        found.at = i;
        for (++i;; ++i) {
          if (i >= text_.size()) {
            found.fault = Fault::unclosed_quote;
            return found;
          }
          if (text_.substr(i, 2) == "\"\"") {
            ++i;
          } else if (text_[i] == '"') {
            break;
          }
          cell += text_[i];
        }
        ++i;
      } else {
        while (i < text_.size() && text_[i] != delimiter_ && line_end_at(i) == 0)
          cell += text_[i++];
      }
      found.cells.push_back(cell);
      found.end = i + line_end_at(i);
      if (i >= text_.size() || line_end_at(i) > 0) return found;
      if (text_[i] != delimiter_) {
        found.fault = Fault::text_after_quote;
        return found;
      }
    }
  }

  std::size_t resume_after(std::size_t at) const {
    for (std::size_t line = next_line(at); line < text_.size(); line = next_line(line)) {
      if (line_end_at(line) > 0) continue;
      const Attempt attempt = attempt_at(line);
      if (!attempt.fault && fits(attempt.cells)) return line;
    }
    return text_.size();
  }

  void give_up(std::size_t begin, std::size_t end, std::size_t at, Fault fault, std::size_t cells) {
    BadRecord bad{.begin = position(begin), .end = end, .at = position(at), .fault = fault};
    bad.cells = cells;
    bad.lines = 0;
    for (std::size_t line = begin; line < end; line = next_line(line)) ++bad.lines;
    const std::string_view rest = text_.substr(at);
    bad.excerpt = rest.substr(0, std::min(rest.find_first_of("\r\n"), std::size_t{80}));
    findings_.bad.push_back(bad);
  }

  std::string_view text_;
  char delimiter_;
  std::size_t columns_;
  Findings findings_;
};

}  // namespace

Findings read_csv_slowly(std::string_view text, char delimiter, std::size_t columns,
                         const std::vector<std::size_t>& selected) {
  return SlowCsv(text, delimiter, columns).run(selected);
}

}  // namespace ordertail

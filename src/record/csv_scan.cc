#include "record/csv_scan.h"

#include <algorithm>

#include "record/csv_cell.h"

namespace ordertail {
namespace {

bool ends_line(char c) {
  return c == '\n' || c == '\r';
}

class Scan {
 public:
  Scan(std::string_view text, Ending ending, const CsvDialect& dialect, CellEdges& edges)
      : text_(text),
        limit_(std::min(text.size(), kMaxRecordBytes)),
        ending_(ending),
        delimiter_(dialect.delimiter),
        quoting_(dialect.quoting),
        skips_blanks_(dialect.blank_before_quote && dialect.quoting != Quoting::none),
        edges_(edges) {
    edges_.assign(1, kEdgeBefore);
  }

  ScannedRecord run() {
    for (;;) {
      if (skips_blanks_) i_ += blanks_before_quote(text_.substr(i_, limit_ - i_), delimiter_);
      if (i_ < limit_ && text_[i_] == '"' && quoting_ != Quoting::none) {
        if (!pass_quoted_cell()) return found_;
      } else {
        pass_plain_cell();
      }
      if (i_ == limit_) return stopped_at_limit(false);
      edges_.push_back(static_cast<std::uint32_t>(i_));
      if (ends_line(text_[i_])) return stopped_at_line_end();
      if (text_[i_] != delimiter_) return broken(BadRecord::Fault::text_after_quote);
      ++i_;
    }
  }

 private:
  void pass_plain_cell() {
    while (i_ < limit_ && text_[i_] != delimiter_ && !ends_line(text_[i_])) ++i_;
  }

  [[nodiscard]] bool ends_cell(std::size_t at) const {
    return at == limit_ || text_[at] == delimiter_ || ends_line(text_[at]);
  }

  /// False when the cell does not end; `found_` then says why.
  bool pass_quoted_cell() {
    quote_ = i_;
    line_ends_to_quote_ = line_ends_;
    for (++i_; i_ < limit_; ++i_) {
      const char c = text_[i_];
      if (c == '"') {
        const bool is_protected = quoting_ == Quoting::backslash && text_[i_ - 1] == '\\';
        const bool is_doubled = !is_protected && i_ + 1 < limit_ && text_[i_ + 1] == '"';
        if (is_protected || is_doubled) {
          found_.escaped = true;
          i_ += is_doubled ? 1 : 0;
        } else if (quoting_ != Quoting::lenient || ends_cell(i_ + 1)) {
          ++i_;
          return true;
        }
      } else if ((c == '\r' || (c == '\n' && text_[i_ - 1] != '\r')) &&
                 ++line_ends_ > kMaxRecordLines) {
        broken(BadRecord::Fault::unclosed_quote);
        return false;
      }
    }
    stopped_at_limit(true);
    return false;
  }

  ScannedRecord stopped_at_limit(bool in_quotes) {
    if (limit_ < text_.size()) return too_long();
    if (ending_ == Ending::more) return unfinished();
    if (in_quotes) return broken(BadRecord::Fault::unclosed_quote);
    edges_.push_back(static_cast<std::uint32_t>(i_));
    return complete(i_);
  }

  ScannedRecord stopped_at_line_end() {
    const bool cr = text_[i_] == '\r';
    if (cr && i_ + 1 == text_.size() && ending_ == Ending::more) return unfinished();
    const bool crlf = cr && i_ + 1 < text_.size() && text_[i_ + 1] == '\n';
    const std::size_t end = i_ + (crlf ? 2 : 1);
    if (end > kMaxRecordBytes) return too_long();
    ++line_ends_;
    return complete(end);
  }

  ScannedRecord complete(std::size_t end) {
    found_.outcome =
        ends_line(text_[0]) ? ScannedRecord::Outcome::blank : ScannedRecord::Outcome::whole;
    found_.end = end;
    found_.line_ends = line_ends_;
    return found_;
  }

  ScannedRecord unfinished() {
    found_.outcome = ScannedRecord::Outcome::unfinished;
    return found_;
  }

  ScannedRecord too_long() {
    quote_ = 0;
    line_ends_to_quote_ = 0;
    return broken(BadRecord::Fault::too_long);
  }

  ScannedRecord broken(BadRecord::Fault fault) {
    found_.outcome = ScannedRecord::Outcome::broken;
    found_.fault = fault;
    found_.at = quote_;
    found_.line_ends_to_at = line_ends_to_quote_;
    return found_;
  }

  std::string_view text_;
  std::size_t limit_;  // how far a record may reach within the text
  Ending ending_;
  char delimiter_;
  Quoting quoting_;
  bool skips_blanks_;
  CellEdges& edges_;

  std::size_t i_ = 0;
  std::uint64_t line_ends_ = 0;
  std::size_t quote_ = 0;  // where the last quoted cell opened
  std::uint64_t line_ends_to_quote_ = 0;
  ScannedRecord found_;
};

}  // namespace

ScannedRecord scan_record(std::string_view text, Ending ending, const CsvDialect& dialect,
                          CellEdges& edges) {
  return Scan(text, ending, dialect, edges).run();
}

RestOfLine rest_of_line(std::string_view text, Ending ending) {
  const std::size_t size = std::min(text.find_first_of("\r\n"), text.size());
  const std::string_view line_end = text.substr(size, 2);
  if (line_end.empty() || (line_end == "\r" && ending == Ending::more)) return {size, false};
  return {size + (line_end == "\r\n" ? 2 : 1), true};
}

}  // namespace ordertail

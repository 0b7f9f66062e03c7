#include "record/line_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace ordertail {
namespace {

// Literals are sought and line ends counted in blocks that stay in the cache between the two.
constexpr std::size_t kBlockBytes = std::size_t{1} << 18U;
static_assert(kBlockBytes <= kMaxRecordBytes, "or a line that is too long might hide in a block");

/// Length of the whole lines at the front of `text`.
std::size_t whole_lines(std::string_view text) {
  if (text.empty()) return 0;
  const void* last = memrchr(text.data(), '\n', text.size());
  return last == nullptr
             ? 0
             : static_cast<std::size_t>(static_cast<const char*>(last) - text.data()) + 1;
}

/// Length of the first line, its line end included; all of `text` when it has none.
std::size_t first_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end == std::string_view::npos ? text.size() : end + 1;
}

/// Lines that have to be heeded must be found like the others.
std::vector<std::string> with_heeded(std::vector<std::string> literals,
                                     const LineMatcher& matcher) {
  std::string heeded = matcher.heeded();
  if (!literals.empty() && !heeded.empty()) literals.push_back(std::move(heeded));
  return literals;
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with("\r\n")) return line.substr(0, line.size() - 2);
  if (line.ends_with('\n')) return line.substr(0, line.size() - 1);
  return line;
}

}  // namespace

/// One call of frame().
class LineReader::Pass {
 public:
  Pass(LineReader& reader, std::string_view window, Position at, Ending ending, RecordBatch& batch)
      : reader_(reader), window_(window), at_(at), ending_(ending), batch_(batch), line_(at.line) {}

  void run() {
    while (cursor_ < window_.size() || ending_ == Ending::last) {
      if (reader_.too_long_) {
        if (!give_up_line()) return;
      } else if (const std::size_t bytes = measure_lines(); bytes > 0) {
        read_lines(rest().substr(0, bytes));
      } else if (rest().size() > kMaxRecordBytes) {
        begin_too_long();
      } else {
        return;
      }
    }
  }

  [[nodiscard]] std::size_t consumed() const { return cursor_; }
  [[nodiscard]] Position here() const { return {.line = line_, .byte = at_.byte + cursor_}; }

 private:
  [[nodiscard]] std::string_view rest() const { return window_.substr(cursor_); }

  /// How many bytes from the cursor on are lines that are whole and not too long: about a block
  /// full of them, 0 when there is none.
  [[nodiscard]] std::size_t measure_lines() const {
    if (const std::size_t lines = whole_lines(rest().substr(0, kBlockBytes)); lines > 0)
      return lines;
    const std::size_t line = first_line(rest().substr(0, kMaxRecordBytes + 1));
    const bool whole = line > 0 && (rest()[line - 1] == '\n' || ending_ == Ending::last);
    return whole && line <= kMaxRecordBytes ? line : 0;
  }

  void read_lines(std::string_view lines) {
    while (!lines.empty()) {
      if (!reader_.literals_.empty()) {
        const std::size_t hit = reader_.literals_.find(lines);
        const std::size_t before =
            hit == LiteralScan::npos ? lines.size() : whole_lines(lines.substr(0, hit));
        pass_over(lines.substr(0, before));
        lines.remove_prefix(before);
        if (lines.empty()) return;
      }
      const std::string_view line = lines.substr(0, first_line(lines));
      read_line(line);
      lines.remove_prefix(line.size());
    }
  }

  void pass_over(std::string_view lines) {
    if (lines.empty()) return;
    const std::uint64_t line_feeds = count_line_feeds(lines);
    batch_.passed_over += line_feeds + (lines.back() == '\n' ? 0 : 1);
    line_ += line_feeds;
    cursor_ += lines.size();
  }

  void read_line(std::string_view line) {
    if (here().byte == 0 && line.starts_with(kByteOrderMark)) {
      cursor_ += kByteOrderMark.size();
      line.remove_prefix(kByteOrderMark.size());
    }
    const Position begin = here();
    const std::string_view text = without_line_end(line);
    cursor_ += line.size();
    if (line.ends_with('\n')) ++line_;
    if (text.empty()) return;
    if (reader_.pattern_.heed(text)) {
      ++batch_.passed_over;
      return;
    }
    Record record{.begin = begin, .end = here().byte};
    if (!reader_.heeds_ || reader_.match_line(text, record, batch_)) {
      batch_.records.push_back(record);
    }
  }

  void begin_too_long() {
    reader_.too_long_ = BadRecord{.begin = here(),
                                  .at = here(),
                                  .fault = BadRecord::Fault::too_long,
                                  .excerpt = std::string(rest().substr(0, kMaxExcerptBytes))};
  }

  /// Gives up the rest of the line that is too long; false when the window is used up by it.
  bool give_up_line() {
    const std::string_view line = rest().substr(0, first_line(rest()));
    cursor_ += line.size();
    const bool ended = line.ends_with('\n');
    if (ended) ++line_;
    if (!ended && ending_ == Ending::more) return false;
    reader_.too_long_->end = here().byte;
    batch_.bad.push_back(*std::exchange(reader_.too_long_, std::nullopt));
    return ended;
  }

  LineReader& reader_;
  std::string_view window_;
  Position at_;
  Ending ending_;
  RecordBatch& batch_;
  std::size_t cursor_ = 0;  // at the front of a line, or within one that is too long
  std::uint64_t line_;      // the cursor's
};

LineReader::LineReader(LineMatcher pattern, const std::vector<std::string>& literals)
    : pattern_(std::move(pattern)),
      literals_(with_heeded(literals, pattern_)),
      heeds_(!pattern_.heeded().empty()) {}

void LineReader::frame(std::string_view window, Position at, Ending ending, RecordBatch& batch) {
  batch.clear();
  batch.cells_per_record = pattern_.wanted();
  Pass pass(*this, window, at, ending, batch);
  pass.run();
  batch.consumed = pass.consumed();
  batch.next = pass.here();
  if (too_long_) batch.given_up = too_long_->begin;
}

/// Adds the cells of a line, or says in `bad` why it does not match.
bool LineReader::match_line(std::string_view text, Record& line, RecordBatch& batch) const {
  line.first_cell = batch.cells.size();
  batch.cells.resize(line.first_cell + batch.cells_per_record);
  if (pattern_.match(text, batch.cells.data() + line.first_cell, batch.unescaped)) return true;
  batch.cells.resize(line.first_cell);
  LineFault fault = pattern_.fault(text);
  batch.bad.push_back({.begin = line.begin,
                       .end = line.end,
                       .at = {.line = line.begin.line, .byte = line.begin.byte + fault.reach},
                       .fault = BadRecord::Fault::no_match,
                       .excerpt = std::string(text.substr(fault.reach, kMaxExcerptBytes)),
                       .why = std::move(fault.why)});
  return false;
}

void LineReader::match(std::string_view window, Position at, RecordBatch& batch) const {
  if (heeds_) return;
  std::size_t matching = 0;
  for (Record& line : batch.records) {
    const std::string_view text =
        window.substr(line.begin.byte - at.byte, line.end - line.begin.byte);
    if (match_line(without_line_end(text), line, batch)) batch.records[matching++] = line;
  }
  if (matching == batch.records.size()) return;
  batch.records.resize(matching);
  std::sort(batch.bad.begin(), batch.bad.end(), [](const BadRecord& a, const BadRecord& b) {
    return a.begin.byte < b.begin.byte;  // those that are too long were there before
  });
}

}  // namespace ordertail

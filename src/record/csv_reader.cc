#include "record/csv_reader.h"

#include <algorithm>
#include <utility>

#include "record/csv_cell.h"
#include "record/csv_index.h"
#include "record/csv_scan.h"
#include "record/csv_section.h"

namespace ordertail {
namespace {

using Outcome = ScannedRecord::Outcome;

bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

/// Appends the text's first line to the excerpt, as far as there is room.
void append_excerpt(std::string_view text, std::string& excerpt) {
  const std::string_view room = text.substr(0, kMaxExcerptBytes - excerpt.size());
  excerpt += room.substr(0, room.find_first_of("\r\n"));
}

}  // namespace

struct CsvReader::Implementation {
  Implementation(const CsvFrame& frame, std::size_t column_count,
                 std::vector<std::size_t> selection, Simd instructions)
      : dialect(frame.dialect),
        sections(frame.section.empty() ? std::nullopt : std::optional(frame)),
        columns(column_count),
        selected(std::move(selection)),
        indexed(instructions != Simd::none && dialect.quoting == Quoting::rfc &&
                !dialect.blank_before_quote && !sections),
        index(dialect.delimiter, instructions) {}

  void read();
  void read_indexed();
  void take_indexed(std::string_view piece);
  bool read_strictly();
  void take(const WholeRecord& record);
  void take_ragged(const WholeRecord& record);
  void pass(std::size_t bytes, std::uint64_t line_ends);
  bool pass_over_sections();

  void give_up(const ScannedRecord& found);
  bool give_up_lines();
  bool give_up_rest_of_line();
  void finish_giving_up();

  [[nodiscard]] Position here() const { return {.line = line, .byte = first_byte + cursor}; }
  [[nodiscard]] std::string_view rest() const { return window.substr(cursor); }
  [[nodiscard]] bool sees_end() const { return ending == Ending::last; }
  [[nodiscard]] WholeRecord whole(const ScannedRecord& found) const;

  [[nodiscard]] bool begins_section() const {
    return sections && !section_begun(rest(), edges).empty();
  }

  CsvDialect dialect;
  std::optional<CsvFrame> sections;  // of a file that has some
  std::size_t columns;
  std::vector<std::size_t> selected;
  bool indexed;
  CsvIndex index;
  CellEdges edges;

  // All that outlives a call: what is being given up, and whether the cursor stands within one of
  // its lines or at the front of one.
  std::optional<BadRecord> bad;
  bool within_line = false;
  bool within_excerpt = false;
  std::optional<OtherSections> outside;  // or what is being passed over

  // The call being served.
  std::string_view window;
  Ending ending = Ending::last;
  std::uint64_t first_byte = 0;
  std::size_t cursor = 0;  // everything before it is done with
  std::uint64_t line = 1;  // the cursor's
  RecordBatch* batch = nullptr;
};

void CsvReader::Implementation::read() {
  do {
    if (bad && !give_up_lines()) return;
    if (outside && !pass_over_sections()) return;
    if (indexed) read_indexed();
  } while (read_strictly());
}

/// Takes regular records for as long as they come.
void CsvReader::Implementation::read_indexed() {
  for (std::size_t before = window.size(); cursor != before && cursor < window.size();) {
    before = cursor;
    const std::string_view piece = window.substr(cursor, CsvIndex::kPieceBytes);
    const bool reaches_end = piece.size() == rest().size();
    index.build(piece);
    take_indexed(piece);
    if (reaches_end || !index.regular()) return;
  }
}

/// Takes the whole records of an indexed piece that begins at the cursor.
void CsvReader::Implementation::take_indexed(std::string_view piece) {
  const std::size_t start = cursor;
  const std::span<const std::uint32_t> notes = index.notes();
  std::uint32_t* edge = index.separators() - 1;  // the edge before the record's first cell
  std::size_t note = 0;
  for (const std::uint32_t last : index.record_ends()) {
    std::uint32_t* const last_edge = index.separators() + last;
    const std::size_t line_end = *last_edge;
    std::size_t end = start + line_end + 1;
    if (window[end - 1] == '\r') {
      if (end == window.size() && !sees_end()) return;
      if (end < window.size() && window[end] == '\n') ++end;
    }
    std::uint64_t line_ends = 1;
    bool escaped = false;
    for (; note < notes.size() && notes[note] < line_end; ++note) {
      const bool is_quote = piece[notes[note]] == '"';
      escaped |= is_quote;
      line_ends += is_quote ? 0 : 1;
    }
    if (line_ends > kMaxRecordLines + 1) return;
    const std::size_t begin = cursor - start;
    if (line_end == begin) {
      pass(end - cursor, 1);
    } else {
      *edge = static_cast<std::uint32_t>(begin) - 1;
      take({.bytes = piece.data(),
            .edges = edge,
            .cells = static_cast<std::size_t>(last_edge - edge),
            .size = end - cursor,
            .line_ends = line_ends,
            .escaped = escaped});
    }
    edge = last_edge;
  }
}

/// Takes or gives up one record or empty line; false when the window does not hold one.
bool CsvReader::Implementation::read_strictly() {
  if (cursor == window.size()) return false;
  const ScannedRecord found = scan_record(rest(), ending, dialect, edges);
  switch (found.outcome) {
    case Outcome::unfinished:
      return false;
    case Outcome::blank:
      pass(found.end, found.line_ends);
      break;
    case Outcome::whole:
      if (begins_section()) {
        outside.emplace(*sections, here());
      } else {
        take(whole(found));
      }
      break;
    case Outcome::broken:
      give_up(found);
      break;
  }
  return true;
}

WholeRecord CsvReader::Implementation::whole(const ScannedRecord& found) const {
  return {.bytes = window.data() + cursor,
          .edges = edges.data(),
          .cells = edges.size() - 1,
          .size = found.end,
          .line_ends = found.line_ends,
          .escaped = found.escaped};
}

void CsvReader::Implementation::take(const WholeRecord& record) {
  if (record.cells != columns && !record.fits(columns, dialect)) return take_ragged(record);
  const Position begin = here();
  pass(record.size, record.line_ends);
  batch->records.push_back(
      {.begin = begin, .end = first_byte + cursor, .first_cell = batch->cells.size()});
  const bool is_rfc = indexed;  // not to be read again for each cell
  batch->cells.resize(batch->cells.size() + selected.size());
  std::string_view* next = batch->cells.data() + batch->cells.size() - selected.size();
  for (const std::size_t column : selected) {
    const std::string_view cell = record.cell(column);
    *next++ = is_rfc ? rfc_content(cell, record.escaped, batch->unescaped)
                     : content(cell, dialect, record.escaped, batch->unescaped);
  }
}

void CsvReader::Implementation::take_ragged(const WholeRecord& record) {
  BadRecord ragged{.begin = here(), .at = here(), .fault = BadRecord::Fault::ragged};
  ragged.cells = record.cells;
  append_excerpt(rest().substr(0, record.size), ragged.excerpt);
  const char last = rest()[record.size - 1];
  pass(record.size, record.line_ends);
  ragged.end = first_byte + cursor;
  ragged.lines = line - ragged.begin.line + (is_line_end(last) ? 0 : 1);
  batch->bad.push_back(std::move(ragged));
}

void CsvReader::Implementation::pass(std::size_t bytes, std::uint64_t line_ends) {
  cursor += bytes;
  line += line_ends;
}

/// Passes over other sections; false when the window is used up before this one goes on.
bool CsvReader::Implementation::pass_over_sections() {
  const PassedOver passed = outside->pass(rest(), ending);
  pass(passed.bytes, passed.line_ends);
  if (!passed.found && !sees_end()) return false;
  const bool at_end = cursor == window.size() && sees_end();
  const bool is_cut = window.empty() ? outside->within_line() : !is_line_end(window.back());
  batch->passed_over += line - outside->begin().line + (at_end && is_cut ? 1 : 0);
  if (passed.found) outside.reset();
  return passed.found;
}

void CsvReader::Implementation::give_up(const ScannedRecord& found) {
  bad = BadRecord{.begin = here(), .at = {}, .fault = found.fault};
  pass(found.at, found.line_ends_to_at);
  bad->at = here();
  within_line = true;
  within_excerpt = true;
}

/// Gives up lines until one reads as a record; false when the window is used up before that.
bool CsvReader::Implementation::give_up_lines() {
  for (;;) {
    const bool at_line = !within_line || give_up_rest_of_line();
    if (cursor == window.size() && sees_end()) finish_giving_up();
    if (cursor == window.size() || !at_line) return false;
    const ScannedRecord found = scan_record(rest(), ending, dialect, edges);
    if (found.outcome == Outcome::unfinished) return false;
    if (found.outcome == Outcome::whole &&
        (begins_section() || whole(found).fits(columns, dialect))) {
      finish_giving_up();
      return true;
    }
    within_line = true;
  }
}

bool CsvReader::Implementation::give_up_rest_of_line() {
  if (within_excerpt) append_excerpt(rest(), bad->excerpt);
  const RestOfLine passed = rest_of_line(rest(), ending);
  pass(passed.bytes, passed.ended ? 1 : 0);
  if (!passed.ended) return false;
  within_line = false;
  within_excerpt = false;
  return true;
}

void CsvReader::Implementation::finish_giving_up() {
  bad->end = first_byte + cursor;
  bad->lines = line - bad->begin.line + (within_line ? 1 : 0);
  batch->bad.push_back(*std::move(bad));
  bad.reset();
  within_line = false;
}

CsvReader::CsvReader(const CsvFrame& frame, std::size_t columns, std::vector<std::size_t> selected,
                     Simd simd)
    : self_(std::make_unique<Implementation>(frame, columns, std::move(selected), simd)) {}

CsvReader::~CsvReader() = default;

void CsvReader::frame(std::string_view window, Position at, Ending ending, RecordBatch& batch) {
  batch.clear();
  batch.cells_per_record = self_->selected.size();
  self_->window = window;
  self_->ending = ending;
  self_->first_byte = at.byte;
  self_->cursor = 0;
  self_->line = at.line;
  self_->batch = &batch;
  self_->read();
  batch.consumed = self_->cursor;
  batch.next = self_->here();
  if (self_->bad) batch.given_up = self_->bad->begin;
  if (self_->outside) batch.given_up = self_->outside->begin();
  if (ending == Ending::last) self_->outside.reset();
}

}  // namespace ordertail

#include "event/extraction.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "event/assembly.h"
#include "input/byte_stream.h"
#include "input/window.h"
#include "record/csv_header.h"
#include "record/csv_reader.h"
#include "record/line_reader.h"

namespace ordertail {
namespace {

CsvHeader header_of(const SourceFile& file, CsvDialect dialect) {
  const auto stream = open_stream(file.path, file.name);
  Window window(*stream);
  while (true) {
    window.more();
    const auto ending = window.at_end() ? Ending::last : Ending::more;
    if (auto header = read_csv_header(window.view(), ending, dialect)) return *std::move(header);
    if (window.at_end() || window.view().size() > kMaxRecordBytes) {
      throw Error(ExitCode::source,
                  fmt::format("{}:1: there is no readable header line", file.name));
    }
  }
}

/// A log line is a conversion only if it holds the path of one.
std::vector<std::string> required_literals(const Pattern& pattern) {
  std::vector<std::string> literals;
  for (const MappingSpec& mapping : pattern.mappings) {
    if (!mapping.wanted) continue;
    if (mapping.path.empty()) return {};
    literals.push_back(mapping.path);
  }
  return literals;
}

/// The names at the chosen places.
std::vector<std::string> chosen_names(const Selection& selection) {
  std::vector<std::string> names;
  for (const std::size_t index : selection.chosen()) names.push_back(selection.available()[index]);
  return names;
}

}  // namespace

struct Extraction::Implementation {
  Implementation(const Pattern& pattern, const EventContext& context, SourceFile source,
                 std::span<const Checkpoint> known);
  void bind(const Pattern& pattern, const EventContext& context);
  void resume(std::span<const Checkpoint> known);
  void read_window();
  [[nodiscard]] bool is_unfinished(const BadRecord& bad) const;
  bool interpret(Findings& findings, std::uint64_t most);
  [[nodiscard]] Position before_unterminated(std::optional<Position> open) const;
  void move_checkpoint(Position to, std::string_view window);

  SourceFile file;
  std::string prefix;
  Position start;           // of the first data record
  std::size_t columns = 0;  // of the header
  std::unique_ptr<Assembly> assembly;
  std::unique_ptr<RecordReader> reader;
  std::unique_ptr<ByteStream> stream;
  std::unique_ptr<Window> window;
  RecordBatch batch;
  Position at;         // of the window's first byte
  std::string before;  // the bytes before it
  Checkpoint checkpoint;
  std::optional<std::size_t> resumed;
  std::uint64_t read_from = 0;
  std::uint64_t rows = 0;
  bool done = false;
};

Extraction::Implementation::Implementation(const Pattern& pattern, const EventContext& context,
                                           SourceFile source, std::span<const Checkpoint> known)
    : file(std::move(source)), prefix(read_prefix(file.path, file.name)) {
  if (prefix.empty()) {
    done = true;  // an empty file holds nothing, not even a header
    return;
  }
  bind(pattern, context);
  resume(known);
}

void Extraction::Implementation::bind(const Pattern& pattern, const EventContext& context) {
  if (pattern.csv) {
    const CsvHeader header = header_of(file, pattern.csv->dialect);
    Selection selection(header.columns);
    assembly = std::make_unique<Assembly>(pattern, context, selection, file.name);
    reader = std::make_unique<CsvReader>(pattern.csv->dialect, header.columns.size(),
                                         selection.chosen());
    columns = header.columns.size();
    start = header.next;
  } else {
    Selection selection(group_names(pattern.line->expression));
    assembly = std::make_unique<Assembly>(pattern, context, selection, file.name);
    reader = std::make_unique<LineReader>(
        LinePattern(pattern.line->expression, chosen_names(selection)), required_literals(pattern));
  }
}

/// Finds the checkpoint that fits and opens the stream there, with the bytes before it at hand.
void Extraction::Implementation::resume(std::span<const Checkpoint> known) {
  std::vector<std::size_t> furthest(known.size());
  for (std::size_t i = 0; i < known.size(); ++i) furthest[i] = i;
  std::sort(furthest.begin(), furthest.end(),
            [&](std::size_t a, std::size_t b) { return known[a].offset > known[b].offset; });
  at = start;
  for (const std::size_t i : furthest) {
    if (known[i].offset < start.byte) continue;
    if (!matches(known[i].identity, prefix, file.path, file.name)) continue;
    resumed = i;
    checkpoint = known[i];
    at = {known[i].line, known[i].offset};
    break;
  }
  stream = open_stream(file.path, file.name);
  const std::uint64_t kept = std::min(at.byte, FileIdentity::kMarker);
  stream->skip(at.byte - kept);
  window = std::make_unique<Window>(*stream);
  window->more();
  before = window->view().substr(0, static_cast<std::size_t>(kept));
  window->consume(static_cast<std::size_t>(kept));
  read_from = at.byte;
  // An unterminated last record that has been read before is not read again until more follows it.
  done = resumed && window->at_end() && at.byte + window->view().size() == checkpoint.seen;
  if (done) read_from = checkpoint.seen;
}

void Extraction::Implementation::read_window() {
  while (true) {
    const auto ending = window->at_end() ? Ending::last : Ending::more;
    reader->read(window->view(), at, ending, batch);
    if (batch.consumed > 0 || window->at_end()) return;
    window->more();
  }
}

/// Sets the checkpoint to `to`, which lies in the window or is where the checkpoint is already.
void Extraction::Implementation::move_checkpoint(Position to, std::string_view bytes) {
  FileIdentity& identity = checkpoint.identity;
  identity.prefix_size = prefix.size();
  identity.prefix = content_hash(prefix);
  if (to.byte >= at.byte) {
    const std::string marker = last_bytes(before, bytes.substr(0, to.byte - at.byte));
    identity.marker_end = to.byte;
    identity.marker = content_hash(marker);
    checkpoint.offset = to.byte;
    checkpoint.line = to.line;
  }
}

/// Is this the front of a line that is still being written?
bool Extraction::Implementation::is_unfinished(const BadRecord& bad) const {
  const std::string_view bytes = window->view();
  return bad.fault == BadRecord::Fault::no_match && window->at_end() &&
         bad.end == at.byte + bytes.size() && bytes.back() != '\n';
}

/// Feeds the batch to the assembly in file order. False when `most` events stopped it in the
/// middle; the batch then ends there.
bool Extraction::Implementation::interpret(Findings& findings, std::uint64_t most) {
  std::size_t record = 0;
  std::size_t bad = 0;
  while (record < batch.records.size() || bad < batch.bad.size()) {
    const bool bad_first =
        record == batch.records.size() ||
        (bad < batch.bad.size() && batch.bad[bad].begin.byte < batch.records[record].begin.byte);
    if (findings.events().size() >= most) {
      batch.next = bad_first ? batch.bad[bad].begin : batch.records[record].begin;
      batch.consumed = static_cast<std::size_t>(batch.next.byte - at.byte);
      if (batch.passed_over > 0) batch.passed_over = batch.next.line - at.line - record - bad;
      rows += record + bad;
      return false;
    }
    if (!bad_first) {
      const Record& next = batch.records[record++];
      assembly->add(next, batch.cells_of(next), findings);
    } else if (is_unfinished(batch.bad[bad])) {
      findings.skip("unfinished_line", 1);
      ++bad;
    } else {
      assembly->add(batch.bad[bad++], columns, findings);
    }
  }
  rows += record + bad;
  return true;
}

/// Where reading resumes should more follow an input that ends without a line end: whatever is
/// last may be the front of something longer. `open`: the order that the last records belong to.
Position Extraction::Implementation::before_unterminated(std::optional<Position> open) const {
  if (open) return *open;
  const auto ends_it = [&](const auto& piece) { return piece.end == batch.next.byte; };
  if (!batch.records.empty() && ends_it(batch.records.back())) return batch.records.back().begin;
  if (!batch.bad.empty() && ends_it(batch.bad.back())) return batch.bad.back().begin;
  const std::size_t line_end = window->view().rfind('\n');
  return {batch.next.line, at.byte + (line_end == std::string_view::npos ? 0 : line_end + 1)};
}

Extraction::Extraction(const Pattern& pattern, const EventContext& context, SourceFile file,
                       std::span<const Checkpoint> known)
    : self_(std::make_unique<Implementation>(pattern, context, std::move(file), known)) {}
Extraction::~Extraction() = default;
Extraction::Extraction(Extraction&&) noexcept = default;

bool Extraction::next(Findings& findings, std::uint64_t most) {
  findings.clear();
  Implementation& self = *self_;
  if (self.done) return false;

  self.read_window();
  const std::string_view bytes = self.window->view();
  const bool whole = self.interpret(findings, most);
  const bool ended = whole && self.window->at_end();
  Position resume_at = self.assembly->open().value_or(self.batch.next);
  if (ended) {
    const bool terminated = bytes.empty() || bytes.back() == '\n' || bytes.back() == '\r';
    resume_at = terminated ? self.batch.next : self.before_unterminated(self.assembly->open());
    self.assembly->finish(findings);
  }
  self.rows += self.batch.passed_over;
  if (self.batch.passed_over > 0) findings.skip("not_a_conversion", self.batch.passed_over);

  self.move_checkpoint(resume_at, bytes);
  self.checkpoint.seen = self.batch.next.byte;
  self.before = last_bytes(self.before, bytes.substr(0, self.batch.consumed));
  self.at = self.batch.next;
  self.window->consume(self.batch.consumed);
  self.done = ended;
  if (whole && !ended) self.window->more();
  return true;
}

std::optional<std::size_t> Extraction::resumed() const {
  return self_->resumed;
}
const Checkpoint& Extraction::checkpoint() const {
  return self_->checkpoint;
}
std::uint64_t Extraction::bytes() const {
  return std::max(self_->checkpoint.seen, self_->read_from) - self_->read_from;
}
std::uint64_t Extraction::rows() const {
  return self_->rows;
}

}  // namespace ordertail

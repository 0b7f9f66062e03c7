#include "event/extraction.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/text.h"
#include "event/assembly.h"
#include "event/stretch_assembly.h"
#include "input/cut_short.h"
#include "record/batch_cursor.h"
#include "record/csv_file.h"
#include "record/csv_reader.h"
#include "record/line_reader.h"
#include "record/record_stream.h"

namespace ordertail {
namespace {

/// Records to a stretch of a log (256 KiB) from which on interpreting them takes longer than
/// finding them.
constexpr std::size_t kDense = 64;

/// Are these bytes that every server writes as they are? JSON may escape a slash, but none of the
/// servers known does.
bool is_never_escaped(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7F' && std::string_view("\"\\#&<>").find(c) == std::string_view::npos;
  });
}

/// A log line is a conversion, or shows a visitor, only if it holds the path of one.
std::vector<std::string> required_literals(const Pattern& pattern) {
  std::vector<std::string> literals;
  for (const MappingSpec* mapping :
       {&pattern.mapping(Kind::registration), &pattern.mapping(Kind::purchase), &pattern.visitor}) {
    if (!mapping->wanted) continue;
    if (mapping->paths.empty()) return {};
    for (const std::string& path : mapping->paths) {
      literals.push_back(PathPattern(path).literal());
      if (!is_never_escaped(literals.back())) return {};
    }
  }
  return literals;
}

}  // namespace

struct Extraction::Implementation {
  Implementation(const Pattern& pattern, const EventContext& context, SourceFile source,
                 std::span<const Checkpoint> known, Companions* companions, Resumption resumption,
                 LastLine last);
  [[nodiscard]] std::unique_ptr<ByteStream> open_bytes();
  [[nodiscard]] Match match_with(const Checkpoint& checkpoint);
  void bind(const Pattern& pattern, const EventContext& context, Companions* companions);
  [[nodiscard]] RecordStream::Ahead plan();
  void resume(std::span<const Checkpoint> known);
  void open(Position at);
  void show_naming_line(Position at);
  void next_stretch();
  [[nodiscard]] bool ends_amid_line() const;
  [[nodiscard]] bool is_unfinished() const;
  void finish(Findings& findings);
  Position interpret(Findings& findings, std::uint64_t most);
  void pass_over(Position reached, Findings& findings);
  [[nodiscard]] Position end_of_records() const;
  [[nodiscard]] Position end_of_input() const;
  void mark_up_to(std::uint64_t end);
  void move_checkpoint(Position to, std::uint64_t seen);
  [[nodiscard]] bool is_csv() const { return columns > 0; }
  [[nodiscard]] const RecordBatch& batch() const { return stretch->batch; }

  SourceFile file;
  std::string charset;  // that its bytes are decoded from: all offsets are of decoded bytes
  std::string prefix;
  Hash128 prefix_hash;
  Position start;           // of the first data record
  std::size_t columns = 0;  // of the header
  std::optional<Selection> selection;
  std::function<std::unique_ptr<Assembly>()> assemble;  // of the selection's columns
  std::unique_ptr<Assembly> assembly;
  bool has_companions = false;
  std::vector<StretchAssembly> ahead;  // by the stretches' slots; empty: nothing is read ahead
  std::unique_ptr<RecordReader> reader;
  std::string naming;  // what a line holds that says how those behind it are read
  std::unique_ptr<RecordStream> records;
  const Stretch* stretch = nullptr;  // being interpreted
  BatchCursor cursor;                // before the next of its pieces to interpret
  std::uint64_t passed_over = 0;     // of the batch's, those counted so far

  const bool completes_itself;  // what follows may say more of the orders read before
  const MarkerSpan span;        // that known checkpoints have
  const LastLine last_line;
  std::optional<std::string> cut_short;
  std::optional<std::uint64_t> unwritten_line;
  Marker marker;  // of what is before a place in the stretch
  Checkpoint checkpoint;
  std::optional<std::size_t> resumed;
  std::uint64_t read_from = 0;
  std::uint64_t rows = 0;
  bool done = false;
};

Extraction::Implementation::Implementation(const Pattern& pattern, const EventContext& context,
                                           SourceFile source, std::span<const Checkpoint> known,
                                           Companions* companions, Resumption resumption,
                                           LastLine last)
    : file(std::move(source)),
      charset(pattern.csv ? pattern.csv->charset : std::string()),
      completes_itself(
          std::any_of(pattern.companions.begin(), pattern.companions.end(),
                      [](const CompanionSpec& each) { return !each.form.frame.section.empty(); })),
      span(pattern.csv ? MarkerSpan::whole : MarkerSpan::tail),
      last_line(last),
      marker(resumption == Resumption::none ? MarkerSpan::none : span) {
  prefix = read_prefix(*open_bytes());
  if (prefix.empty()) {
    done = true;  // an empty file holds nothing, not even a header
    return;
  }
  prefix_hash = content_hash(prefix);
  bind(pattern, context, companions);
  resume(known);
}

void Extraction::Implementation::bind(const Pattern& pattern, const EventContext& context,
                                      Companions* companions) {
  CompanionLookup lookup;
  if (companions != nullptr) {
    lookup = [companions](std::size_t i, std::string_view key) { return companions->find(i, key); };
  }
  assemble = [this, &pattern, &context, lookup] {
    return std::make_unique<Assembly>(pattern, context, *selection, file.name, lookup);
  };
  has_companions = !pattern.companions.empty();
  if (pattern.csv) {
    const CsvHeader header = read_header(file, charset, pattern.csv->frame);
    columns = header.columns.size();
    start = header.next;
    selection.emplace(header.columns, pattern.csv->drop);
    if (companions != nullptr) companions->offer(file, *selection);
    assembly = assemble();
    if (companions != nullptr) companions->select(*selection);
    reader = std::make_unique<CsvReader>(pattern.csv->frame, columns, selection->chosen());
  } else {
    selection.emplace(pattern.line->columns());
    assembly = assemble();
    LineMatcher matcher = pattern.line->matcher(selection->chosen_names());
    naming = matcher.heeded();
    reader = std::make_unique<LineReader>(std::move(matcher), required_literals(pattern));
  }
}

/// A compressed log ends where it is cut short; an export that is has to be whole.
std::unique_ptr<ByteStream> Extraction::Implementation::open_bytes() {
  auto bytes = open_text(file, charset);
  return span == MarkerSpan::tail ? until_cut(std::move(bytes), cut_short) : std::move(bytes);
}

/// A log that is cut short before the place up to which one that begins like it was read holds
/// nothing new: it is being compressed, and done.
Match Extraction::Implementation::match_with(const Checkpoint& known) {
  try {
    return match(known.identity, span, prefix, *open_text(file, charset));
  } catch (const CutShort& error) {
    if (is_csv()) throw;
    cut_short = error.what();
    done = true;
    return Match::no;
  }
}

/// Finds the checkpoint that fits and opens the stream there, with a marker of what is before it.
void Extraction::Implementation::resume(std::span<const Checkpoint> known) {
  Position at = start;
  std::vector<std::size_t> furthest(known.size());
  for (std::size_t i = 0; i < known.size(); ++i) furthest[i] = i;
  std::sort(furthest.begin(), furthest.end(),
            [&](std::size_t a, std::size_t b) { return known[a].offset > known[b].offset; });
  for (const std::size_t i : furthest) {
    if (known[i].offset < start.byte) continue;
    const Match found = match_with(known[i]);
    if (done) return;
    if (found == Match::no || (found == Match::longer && completes_itself)) continue;
    resumed = i;
    checkpoint = known[i];
    at = {known[i].line, known[i].offset};
    done = found == Match::whole;
    break;
  }
  read_from = done ? checkpoint.seen : at.byte;
  if (!done) open(at);
}

/// Tells a reader that begins amid the file what is said before that of its lines.
void Extraction::Implementation::show_naming_line(Position at) {
  if (naming.empty() || at.byte == 0) return;
  const std::string line = last_naming_line(*open_text(file, charset), at.byte, naming) + "\n";
  RecordBatch none;
  reader->read(line, {}, Ending::more, none);
}

void Extraction::Implementation::open(Position at) {
  auto stream = open_bytes();
  auto passed = Marker::of(*stream, at.byte, marker.span());
  if (!passed) {
    throw Error(
        ExitCode::source,
        fmt::format("{}: the file became shorter while it was being opened. Is it still being "
                    "written? Run again when it is complete",
                    printable_name(file.name)));
  }
  marker = *std::move(passed);
  show_naming_line(at);
  records = std::make_unique<RecordStream>(std::move(stream), std::move(reader), at, plan());
}

/// What threads do. Lines that are no conversions are passed over about as fast as they can be
/// read; records take longer.
RecordStream::Ahead Extraction::Implementation::plan() {
  RecordStream::Ahead plan;
  plan.threads = 1;
  if (!is_csv()) plan.least_records = kDense;
  // What companions say is there until they are asked again: they serve one thread.
  if (has_companions) return plan;
  plan.prepare = [this] {
    for (std::size_t i = 0; i < RecordStream::kSlots; ++i) ahead.emplace_back(assemble(), columns);
  };
  plan.work = [this](const Stretch& cut) { ahead[cut.slot].read(cut.batch); };
  return plan;
}

/// Leaves the stretch behind, all of it interpreted, for the next one.
void Extraction::Implementation::next_stretch() {
  if (stretch != nullptr) mark_up_to(batch().next.byte);
  stretch = &records->next();
  cursor = BatchCursor(batch());
  passed_over = 0;
}

/// Moves the marker on to `end`, which lies in the stretch.
void Extraction::Implementation::mark_up_to(std::uint64_t end) {
  marker.add(stretch->bytes.substr(marker.end() - stretch->at.byte, end - marker.end()));
}

/// Sets the checkpoint to `to`, or leaves it where it is: at an order open since an earlier
/// stretch. What has been `seen` behind it is remembered too: it will not be read again if it is
/// the same.
void Extraction::Implementation::move_checkpoint(Position to, std::uint64_t seen) {
  if (seen < marker.end()) return;
  mark_up_to(seen);
  checkpoint.identity = {prefix.size(), prefix_hash, marker.end(), marker.hash()};
  checkpoint.seen = seen;
  if (to.byte < stretch->at.byte) return;
  checkpoint.offset = to.byte;
  checkpoint.line = to.line;
}

/// Does the log end with a line without its line end?
bool Extraction::Implementation::ends_amid_line() const {
  const std::string_view bytes = stretch->bytes;
  return !is_csv() && stretch->last && !bytes.empty() && bytes.back() != '\n';
}

/// Is the next piece the front of a line that is still being written?
bool Extraction::Implementation::is_unfinished() const {
  if (!ends_amid_line()) return false;
  if (cursor.end_of_piece() != stretch->at.byte + stretch->bytes.size()) return false;
  return last_line == LastLine::unwritten || cut_short;
}

/// Feeds the rest of the batch to the assembly in file order, until that makes `most` events.
/// Returns the position of what comes next.
Position Extraction::Implementation::interpret(Findings& findings, std::uint64_t most) {
  const std::size_t taken_before = cursor.taken();
  const bool is_all_wanted = most > batch().records.size() && !ends_amid_line();
  if (!ahead.empty() && taken_before == 0 && is_all_wanted) {
    ahead[stretch->slot].hand_on(batch(), cursor, assembly, findings);
  }
  while (!cursor.at_end() && findings.events().size() < most) {
    if (is_unfinished()) {
      findings.skip("unfinished_line", 1);
      cursor.pass();
    } else {
      assembly->add_next(batch(), cursor, columns, findings);
    }
  }
  rows += cursor.taken() - taken_before;
  pass_over(cursor.position(), findings);
  return cursor.position();
}

/// Counts the lines before `reached` that the reader passed over: they are no conversions.
void Extraction::Implementation::pass_over(Position reached, Findings& findings) {
  const std::uint64_t all = batch().passed_over;
  // A CSV record may have several lines: what lies between them is not counted before the last one.
  const bool is_countable = all > 0 && !is_csv();
  // Empty lines are among them only where the reader looks for literals.
  const std::uint64_t total = cursor.at_end() ? all
                              : is_countable
                                  ? std::min(all, reached.line - stretch->at.line - cursor.taken())
                                  : 0;
  if (total == passed_over) return;
  findings.skip(is_csv() ? "other_section" : "not_a_conversion", total - passed_over);
  rows += total - passed_over;
  passed_over = total;
}

/// Where reading resumes should more follow this end of the input. What an end cuts short may be
/// the front of something longer: a last line without its line end, a cell without its quote.
Position Extraction::Implementation::end_of_records() const {
  const RecordBatch& batch = stretch->batch;
  const std::string_view bytes = stretch->bytes;
  for (const BadRecord& piece : batch.bad) {
    const bool is_cut_short = piece.fault == BadRecord::Fault::unclosed_quote &&
                              batch.next.line - piece.at.line <= kMaxRecordLines;
    if (is_cut_short) return piece.begin;
  }
  if (batch.given_up) return *batch.given_up;  // another section of the file: it may go on
  if (bytes.empty() || bytes.back() == '\n' || (is_csv() && bytes.back() == '\r')) {
    return batch.next;
  }
  if (const auto open = assembly->open()) return *open;
  const auto ends_it = [&](const auto& piece) { return piece.end == batch.next.byte; };
  if (!batch.records.empty() && ends_it(batch.records.back())) return batch.records.back().begin;
  if (!batch.bad.empty() && ends_it(batch.bad.back())) return batch.bad.back().begin;
  const std::size_t line_end = bytes.rfind('\n');
  return {batch.next.line,
          stretch->at.byte + (line_end == std::string_view::npos ? 0 : line_end + 1)};
}

/// The same; an order may go on behind its last row.
Position Extraction::Implementation::end_of_input() const {
  const Position end = end_of_records();
  const auto order = assembly->last_order();
  return order && order->byte < end.byte ? *order : end;
}

void Extraction::Implementation::finish(Findings& findings) {
  const Position end = end_of_input();
  const bool waits = last_line == LastLine::unwritten && ends_amid_line() && !cut_short;
  if (waits) unwritten_line = end.line;
  move_checkpoint(end, waits ? end.byte : batch().next.byte);
  assembly->finish(findings);
}

Extraction::Extraction(const Pattern& pattern, const EventContext& context, SourceFile file,
                       std::span<const Checkpoint> known, Companions* companions,
                       Resumption resumption, LastLine last_line)
    : self_(std::make_unique<Implementation>(pattern, context, std::move(file), known, companions,
                                             resumption, last_line)) {}
Extraction::~Extraction() = default;
Extraction::Extraction(Extraction&&) noexcept = default;

bool Extraction::next(Findings& findings, std::uint64_t most) {
  findings.clear();
  Implementation& self = *self_;
  if (self.done) return false;

  const bool stands = self.stretch != nullptr;
  if (!stands || (self.cursor.at_end() && !self.stretch->last)) self.next_stretch();
  const Position reached = self.interpret(findings, most);
  const bool used_up = self.cursor.at_end();
  const bool may_finish = !self.assembly->open() || findings.events().size() < most;
  self.done = used_up && self.stretch->last && may_finish;
  if (self.done) {
    self.finish(findings);
    return true;
  }
  const Position next = used_up ? self.batch().given_up.value_or(reached) : reached;
  const Position resumable = self.assembly->open().value_or(next);
  self.move_checkpoint(resumable, resumable.byte);
  return true;
}

std::optional<std::uint64_t> Extraction::unwritten_line() const {
  return self_->unwritten_line;
}
const std::optional<std::string>& Extraction::cut_short() const {
  return self_->cut_short;
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
  const std::uint64_t open = self_->assembly ? self_->assembly->open_rows() : 0;
  return self_->rows - open;
}

}  // namespace ordertail

#include "app/staging.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/attributing.h"
#include "app/proof.h"
#include "base/text.h"

namespace ordertail {
namespace {

// A slice is one durable commit: large enough to make its fsync cheap, small enough that a kill
// costs little.
constexpr std::uint64_t kSliceEvents = 1000;
constexpr std::uint64_t kSliceBytes = std::uint64_t{16} << 20U;
constexpr std::chrono::nanoseconds kSettled = std::chrono::seconds(10);

Checkpoint checkpoint_of(const Cursor& cursor) {
  return {cursor.identity, cursor.offset, cursor.line, cursor.seen};
}

/// How many sources there are up to the last log that tells visitors and has one before it that
/// does not.
std::size_t last_evidence(const Job& job) {
  std::size_t last = 0;
  bool needed = false;
  for (std::size_t i = 0; i < job.sources.size(); ++i) {
    const bool tells = tells_visitors(job.sources[i]);
    needed = needed || !tells;
    if (tells && needed) last = i + 1;
  }
  return last;
}

}  // namespace

Staging::Staging(const Job& job, Store& store, const Clock& clock, StageMode mode,
                 std::uint64_t most, const std::atomic<bool>& interrupted, StageObserver observer,
                 Looks looks, Attributing* attributing)
    : job_(job),
      store_(store),
      clock_(clock),
      mode_(mode),
      most_(most),
      interrupted_(interrupted),
      observer_(std::move(observer)),
      looks_again_(looks == Looks::again),
      context_{job.shop, job.account_zone, store.id_key()},
      last_evidence_(attributing != nullptr ? last_evidence(job) : 0),
      attributing_(attributing) {
  look_again();
}

void Staging::look_again() {
  source_ = 0;
  looks_ = 0;
  due_.reset();
  counts_.files = counts_.unchanged = counts_.unfinished = 0;
  said_before_ = std::exchange(said_, {});
  intake_.emplace(store_, mode_, observer_, counts_, attributing_);
  logs_.begin_look(clock_.wall());
}

bool Staging::has_evidence_ahead() const {
  const bool in_last = file_ || !files_.empty() || !groups_.empty();
  return source_ < last_evidence_ || (source_ == last_evidence_ && source_ > 0 && in_last);
}

void Staging::begin_source() {
  const Source& source = job_.sources[source_++];
  const bool is_log = source.pattern && source.pattern->line;
  std::vector<std::string> globs = source.files;
  if (looks_again_) {
    std::erase_if(globs, [&](const std::string& glob) { return awaits_directory(glob); });
  }
  std::vector<SourceFile> files;
  try {
    files = expand_globs(globs, job_.directory);
  } catch (const Error& error) {
    if (is_log) logs_.cannot_tell(fingerprint(job_, source, *source.pattern));
    return fault(error);
  }
  if (globs.empty()) return;
  if (files.empty())
    notice(printable_name(fmt::format("no file matches {}", fmt::join(globs, ", "))));
  counts_.files += files.size();
  is_log ? choose_logs(source, files) : sort(source, files);
}

/// Is it about a directory that may yet be made?
bool Staging::awaits_directory(const std::string& glob) {
  const std::string missing = missing_directory(glob, job_.directory);
  if (!missing.empty()) notice(printable_name(missing) + " is not there yet");
  return !missing.empty();
}

void Staging::sort(const Source& source, const std::vector<SourceFile>& files) {
  if (looks_again_ && are_being_written(files)) return;
  if (!have_changed(files)) {
    counts_.unchanged += files.size();
    return;
  }
  groups_ = sort_files(job_, source, files,
                       {[this](const Error& error) { fault(error); },
                        [this](std::string_view message) { notice(std::string(message)); }});
  std::reverse(groups_.begin(), groups_.end());
}

/// An export that is read while it is being written holds half an order at its end.
bool Staging::are_being_written(const std::vector<SourceFile>& files) {
  std::chrono::nanoseconds quiet = kSettled;
  for (const SourceFile& file : files) {
    const auto state = FileState::of(file.path);
    if (!state) continue;
    const auto time = state->quiet_for(clock_.wall());
    if (time >= time.zero()) quiet = std::min(quiet, time);  // else the clock was set back
  }
  if (quiet == kSettled) return false;
  look_again_in(kSettled - quiet);
  return true;
}

void Staging::look_again_in(std::chrono::nanoseconds time) {
  const auto due = std::chrono::ceil<std::chrono::milliseconds>(time);
  due_ = due_ ? std::min(*due_, due) : due;
}

/// Have they, since they were looked at last? They complete one another: all are read, or none.
bool Staging::have_changed(const std::vector<SourceFile>& files) {
  std::vector<std::optional<FileState>> states;
  for (const SourceFile& file : files) states.push_back(FileState::of(file.path));
  return std::exchange(states_[source_], states) != states;
}

void Staging::begin_group() {
  const Source& source = job_.sources[source_ - 1];
  group_ = std::move(groups_.back());
  groups_.pop_back();
  files_ = group_->files;
  std::reverse(files_.begin(), files_.end());
  companions_.emplace(group_->pattern, group_->companions, [this](const Reject& reject) {
    fault({ExitCode::source,
           fmt::format("{}:{}: {}. What this row says is missing from its order",
                       printable_name(reject.file), reject.at.line, reject.message)});
  });
  try {
    // An order that lacked its customer gets another chance when the customers' file is another.
    fingerprint_ = fingerprint(job_, source, group_->pattern);
    const Hash128 beside = companions_->content();
    if (beside != Hash128{}) fingerprint_ += ":" + to_hex(beside.view());
    cursors_ = mode_ == StageMode::extract ? std::vector<Cursor>() : store_.cursors(fingerprint_);
    settle(*group_, source, store_, mode_ == StageMode::keep);
  } catch (const Error& error) {
    files_.clear();
    fault(error);
  }
}

/// False when there is none.
bool Staging::next_group() {
  while (groups_.empty()) {
    if (source_ == job_.sources.size()) return false;
    begin_source();
  }
  begin_group();
  return true;
}

void Staging::open(const SourceFile& file) {
  std::vector<Checkpoint> known;
  std::transform(cursors_.begin(), cursors_.end(), std::back_inserter(known), checkpoint_of);
  const auto resumption = mode_ == StageMode::keep ? Resumption::possible : Resumption::none;
  const auto state = FileState::of(file.path);
  Extraction extraction(group_->pattern, context_, file, known, &*companions_, resumption,
                        last_line(state));
  Cursor stored;
  if (const auto resumed = extraction.resumed()) stored = cursors_[*resumed];
  Cursor cursor = stored;
  cursor.source = fingerprint_;
  cursor.path = file.name;
  // A first line that is not whole may begin any log.
  cursor.moved = stored.offset > 0 && stored.path != file.name;
  cursor.quiet = Quiet::no;
  file_.emplace(OpenFile{std::move(extraction), file, state, stored, cursor});
  if (group_->pattern.line) compare_names(*file_);
  intake_->begin_file();
  if (observer_.file) observer_.file(source_, file, group_->pattern);
}

/// Opens the next file that can be; false when there is none.
bool Staging::open_next() {
  while (!file_) {
    if (files_.empty()) {
      if (!next_group()) return false;
      continue;
    }
    const SourceFile file = std::move(files_.back());
    files_.pop_back();
    try {
      open(file);
    } catch (const Error& error) {
      if (has_vanished(file)) {
        log_vanished_ = true;
      } else {
        fault(error);
      }
    }
  }
  return true;
}

/// One file's trouble is not the others'; any other trouble is everybody's.
void Staging::fault(const Error& error) {
  if (error.code() != ExitCode::source) throw error;
  if (!said_.insert(error.what()).second || said_before_.count(error.what()) > 0) return;
  counts_.faults.push_back({error.what()});
  if (observer_.fault) observer_.fault(error.what());
}

void Staging::notice(const std::string& message) {
  if (!said_.insert(message).second || said_before_.count(message) > 0) return;
  if (observer_.notice) observer_.notice(message);
}

bool Staging::advance() {
  if (mode_ == StageMode::keep) store_.begin_slice();
  const bool more = read_slice();
  if (observer_.slice_ends) observer_.slice_ends();
  if (mode_ == StageMode::keep) store_.commit_slice();
  return more;
}

bool Staging::read_slice() {
  const std::uint64_t events = counts_.events;
  const std::uint64_t bytes = counts_.bytes;
  while (counts_.events - events < kSliceEvents && counts_.bytes - bytes < kSliceBytes) {
    if (interrupted_) return false;
    if (left() == 0) {
      counts_.stopped_at_limit = file_.has_value() || open_next();
      return false;
    }
    if (!file_ && !open_next()) {
      if (!end_look()) return false;
      continue;
    }
    bool more = false;
    try {
      more = file_->extraction.next(findings_, left());
    } catch (const Error& error) {
      fault(error);
      file_.reset();
      continue;
    }
    if (more) more = !contradicts_order();
    if (!more) {
      close_file();
      continue;
    }
    intake_->take(findings_, group_->pattern);
    count_progress();
    save_cursor();
  }
  return true;
}

/// Are there dates that the order declared for the source, or proved before, cannot read? Then
/// those that it could read may be wrong as well: what was just found is dropped, and the source is
/// read no further.
bool Staging::contradicts_order() {
  const auto found =
      std::find_if(findings_.rejects.begin(), findings_.rejects.end(),
                   [](const Reject& reject) { return reject.reason == "date_order_contradicted"; });
  if (found == findings_.rejects.end()) return false;
  fault({ExitCode::source,
         fmt::format("{}:{}: {}", printable_name(found->file), found->at.line, found->message)});
  files_.clear();
  return true;
}

void Staging::count_progress() {
  counts_.bytes +=
      file_->extraction.bytes() - std::exchange(file_->bytes, file_->extraction.bytes());
  counts_.rows += file_->extraction.rows() - std::exchange(file_->rows, file_->extraction.rows());
  if (observer_.progress) observer_.progress(counts_);
}

void Staging::save_cursor() {
  if (mode_ == StageMode::extract) return;
  const Checkpoint& at = file_->extraction.checkpoint();
  Cursor& cursor = file_->cursor;
  cursor.identity = at.identity;
  cursor.offset = at.offset;
  cursor.line = at.line;
  cursor.seen = at.seen;
  if (at.seen == 0) return;
  if (mode_ == StageMode::keep) store_.save(cursor);
  file_->stored = cursor;
  // A copy that ends earlier, as one that is being compressed, is not to set it back: it is
  // compared with all that was read.
  const auto resumed = file_->extraction.resumed();
  if (resumed && group_->pattern.line) cursors_[*resumed] = cursor;
}

void Staging::close_file() {
  const bool read_nothing = file_->extraction.bytes() == 0;
  if (read_nothing && file_->extraction.resumed()) ++counts_.unchanged;
  if (group_->pattern.line) close_log();
  file_.reset();
}

}  // namespace ordertail

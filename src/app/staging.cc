#include "app/staging.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ordertail {
namespace {

// A slice is one durable commit: large enough to make its fsync cheap, small enough that a kill
// costs little.
constexpr std::uint64_t kSliceEvents = 1000;
constexpr std::uint64_t kSliceBytes = std::uint64_t{16} << 20U;

Checkpoint checkpoint_of(const Cursor& cursor) {
  return {cursor.identity, cursor.offset, cursor.line, cursor.seen};
}

}  // namespace

Staging::Staging(const Job& job, Store& store, StageMode mode, std::uint64_t most,
                 const std::atomic<bool>& interrupted, StageObserver observer)
    : job_(job),
      store_(store),
      mode_(mode),
      most_(most),
      interrupted_(interrupted),
      observer_(std::move(observer)),
      context_{job.shop, job.account_zone, store.id_key()},
      intake_(store, mode, observer_, counts_) {}

void Staging::begin_source() {
  const Source& source = job_.sources[source_];
  files_ = expand_globs(source.files, job_.directory);
  if (files_.empty() && observer_.notice) {
    observer_.notice(fmt::format("no file matches {}", fmt::join(source.files, ", ")));
  }
  std::reverse(files_.begin(), files_.end());
  cursors_ =
      mode_ == StageMode::extract ? std::vector<Cursor>() : store_.cursors(source.fingerprint);
  source_open_ = true;
}

/// Opens the next file that can be; false when there is none.
bool Staging::open_next() {
  while (source_ < job_.sources.size()) {
    if (!source_open_) begin_source();
    if (files_.empty()) {
      ++source_;
      source_open_ = false;
      continue;
    }
    const SourceFile file = std::move(files_.back());
    files_.pop_back();
    ++counts_.files;
    std::vector<Checkpoint> known;
    std::transform(cursors_.begin(), cursors_.end(), std::back_inserter(known), checkpoint_of);
    try {
      Extraction extraction(job_.sources[source_].pattern, context_, file, known);
      std::optional<Cursor> cursor;
      if (const auto resumed = extraction.resumed()) cursor = cursors_[*resumed];
      file_.emplace(OpenFile{std::move(extraction), std::move(cursor)});
      if (!file_->cursor) file_->cursor = Cursor{};
      file_->cursor->source = job_.sources[source_].fingerprint;
      file_->cursor->path = file.name;
      return true;
    } catch (const Error& error) {
      fault(error);
    }
  }
  return false;
}

/// One file's trouble is not the others'; any other trouble is everybody's.
void Staging::fault(const Error& error) {
  if (error.code() != ExitCode::source) throw error;
  counts_.faults.push_back({error.what()});
  if (observer_.fault) observer_.fault(error.what());
}

bool Staging::advance() {
  if (mode_ == StageMode::keep) store_.begin_slice();
  const bool more = read_slice();
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
    if (!file_ && !open_next()) return false;
    bool more = false;
    try {
      more = file_->extraction.next(findings_, left());
    } catch (const Error& error) {
      fault(error);
    }
    if (!more) {
      close_file();
      continue;
    }
    intake_.take(findings_, job_.sources[source_].pattern);
    count_progress();
    save_cursor();
  }
  return true;
}

void Staging::count_progress() {
  counts_.bytes +=
      file_->extraction.bytes() - std::exchange(file_->bytes, file_->extraction.bytes());
  counts_.rows += file_->extraction.rows() - std::exchange(file_->rows, file_->extraction.rows());
  if (observer_.progress) observer_.progress(counts_);
}

void Staging::save_cursor() {
  if (mode_ != StageMode::keep) return;
  const Checkpoint& at = file_->extraction.checkpoint();
  Cursor& cursor = *file_->cursor;
  cursor.identity = at.identity;
  cursor.offset = at.offset;
  cursor.line = at.line;
  cursor.seen = at.seen;
  if (at.seen > 0) store_.save(cursor);
}

void Staging::close_file() {
  const bool read_nothing = file_->extraction.bytes() == 0;
  if (read_nothing && file_->extraction.resumed()) ++counts_.unchanged;
  file_.reset();
}

}  // namespace ordertail

#include "app/staging.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "event/event_json.h"

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
      context_{job.shop, job.account_zone, store.id_key()} {
  if (mode == StageMode::dry) {
    const Totals totals = store.totals();
    store_is_empty_ = totals.submitted + totals.rejected + totals.pending + totals.in_doubt == 0;
    met_.emplace();
  }
}

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
    take(findings_);
    count_progress();
    save_cursor();
  }
  return true;
}

void Staging::take(const Findings& findings) {
  for (const Event& event : findings.events()) keep(event);
  for (const auto& [reason, rows] : findings.skipped) counts_.skipped[reason] += rows;
  for (const Reject& reject : findings.rejects) {
    ++counts_.rejects;
    counts_.rejected[reject.reason] += reject.rows;
    if (observer_.reject) observer_.reject(reject);
  }
  for (const Remark& remark : findings.remarks) {
    ++counts_.remarks[remark.reason];
    if (observer_.remark) observer_.remark(remark);
  }
}

void Staging::keep(const Event& event) {
  Store::Known known = Store::Known::no;
  if (mode_ == StageMode::keep) {
    payload_.clear();
    append_json(event, payload_);
    known = store_.stage(event, payload_);
  } else if (mode_ == StageMode::dry) {
    const bool met = !met_->insert(event.id);
    if (met) {
      known = Store::Known::in_outbox;
    } else if (!store_is_empty_) {
      known = store_.find(event.id);
    }
    counts_.ids_forgotten = counts_.ids_forgotten || met_->full();
  }
  if (known != Store::Known::no) {
    counts_.skipped["already_known"] += event.rows;
    return;
  }
  ++counts_.events;
  counts_.event_rows += event.rows;
  if (event.kind == Kind::purchase) ++counts_.purchases;
  if (!event.utk.empty()) ++counts_.with_token;
  if (!event.ip.empty()) ++counts_.with_ip;
  if (observer_.event) observer_.event(event);
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

#include "app/staging.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/proof.h"
#include "base/text.h"

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
  const Source& source = job_.sources[source_++];
  std::vector<SourceFile> files;
  try {
    files = expand_globs(source.files, job_.directory);
  } catch (const Error& error) {
    return fault(error);
  }
  const auto notice = [this](std::string_view message) {
    if (observer_.notice) observer_.notice(message);
  };
  if (files.empty())
    notice(printable_name(fmt::format("no file matches {}", fmt::join(source.files, ", "))));
  counts_.files += files.size();
  groups_ = sort_files(job_, source, files, {[this](const Error& error) { fault(error); }, notice});
  std::reverse(groups_.begin(), groups_.end());
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
  Extraction extraction(group_->pattern, context_, file, known, &*companions_, resumption);
  std::optional<Cursor> cursor;
  if (const auto resumed = extraction.resumed()) cursor = cursors_[*resumed];
  file_.emplace(OpenFile{std::move(extraction), std::move(cursor)});
  if (!file_->cursor) file_->cursor = Cursor{};
  file_->cursor->source = fingerprint_;
  file_->cursor->path = file.name;
  intake_.begin_file();
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
      fault(error);
    }
  }
  return true;
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
    if (!file_ && !open_next()) return false;
    bool more = false;
    try {
      more = file_->extraction.next(findings_, left());
    } catch (const Error& error) {
      fault(error);
    }
    if (more) more = !contradicts_order();
    if (!more) {
      close_file();
      continue;
    }
    intake_.take(findings_, group_->pattern);
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

// The part of staging that is about logs: they live, by changing names, while they are read.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "app/lost_logs.h"
#include "app/staging.h"
#include "base/text.h"
#include "input/rotation.h"

namespace ordertail {
namespace {

constexpr unsigned kMostLooks = 3;  // at logs that are renamed meanwhile

}  // namespace

/// Those that are to be read, oldest first.
void Staging::choose_logs(const Source& source, const std::vector<SourceFile>& files) {
  const std::string print = fingerprint(job_, source, *source.pattern);
  logs_.expect(print, source.files);
  auto group = std::make_unique<SourceFiles>(SourceFiles{*source.pattern, {}, {}});
  for (const SourceFile& file : files) {
    const auto state = FileState::of(file.path);
    if (!state) {
      miss(file, print);
    } else if (const LogBook::Entry* known =
                   logs_.find_unchanged(print, file, *state, last_line(state) == LastLine::whole)) {
      ++counts_.unchanged;
      if (known->cut_short) tell_cut(*state, *known->cut_short);
      if (known->waits) await_line_end(*state);
    } else if (state->size > 0 || state->pipe) {  // which is refused when it is opened
      group->files.push_back(file);
    }
  }
  sort_by_age(group->files);
  if (!group->files.empty()) groups_.push_back(std::move(group));
}

/// A log that a source names is not there: the server that is to write it may not have begun.
void Staging::miss(const SourceFile& file, const std::string& print) {
  const int error = errno;
  if (error != ENOENT) logs_.cannot_tell(print);
  if (error == ENOENT && looks_again_) {
    return notice(fmt::format("{} is not there yet", printable_name(file.name)));
  }
  fault(system_error(ExitCode::source, "open", file.name, error));
}

/// A line that a server is writing has its end within the hour.
LastLine Staging::last_line(const std::optional<FileState>& state) const {
  const bool may_go_on = state && quiet_at(*state, clock_.wall()) == Quiet::no;
  return may_go_on ? LastLine::unwritten : LastLine::whole;
}

/// Was the log read by another name before, and why has it another one now?
void Staging::compare_names(OpenFile& file) {
  const Cursor& stored = file.stored;
  file.is_copy = stored.id != 0 && !logs_.found(fingerprint_, stored.id);
  if (file.is_copy) file.cursor.moved = false;
  // A log that was empty at the first look after a turn of its rotation is first seen as a
  // rotation.
  file.is_renamed_again = file.cursor.moved && (stored.moved || is_rotation(stored.path));
  // A rotation that is there twice is being compressed.
  if (file.cursor.moved && !stored.moved && file.state &&
      logs_.is_copied(fingerprint_, job_.directory / stored.path, *file.state)) {
    notice(copied_words(stored.path, file.file.name));
  }
}

/// Was this, which cannot be opened, a log that has been renamed or compressed just now?
bool Staging::has_vanished(const SourceFile& file) const {
  return group_->pattern.line && mode_ != StageMode::extract && !FileState::of(file.path);
}

/// Did a run that ended an hour ago leave it as it is, by this name? Then it was not renamed within
/// the hour, whatever its inode says: some backups change that.
bool Staging::was_seen_long_ago(const OpenFile& file) const {
  const bool is_the_same =
      file.stored.moved && file.stored.path == file.file.name && file.extraction.bytes() == 0;
  if (!is_the_same) return false;
  const std::vector<RunRecord> runs = store_.runs(2);  // this one and the one before
  return runs.size() == 2 && runs[1].ended &&
         clock_.wall() - *runs[1].ended >= std::chrono::hours(1);
}

/// Keeps what has been learnt of a log that was read to its end.
void Staging::close_log() {
  const OpenFile& file = *file_;
  const auto& cut = file.extraction.cut_short();
  if (!file.state) return;
  tell_unwritten();
  if (mode_ == StageMode::extract) {
    if (cut) fault({ExitCode::source, *cut});
    return;
  }
  if (cut) tell_cut(*file.state, *cut);
  const bool waits = file.extraction.unwritten_line().has_value();
  if (waits) await_line_end(*file.state);
  Cursor& cursor = file_->cursor;
  if (mode_ == StageMode::keep && cursor.id != 0 && cut && !file.extraction.resumed()) {
    // Half a rotation is no log of its own: once it is whole, it is the one that it was made from.
    store_.forget(cursor);
    cursor.id = 0;
  }
  if (mode_ == StageMode::keep && cursor.id != 0) {
    const bool is_as_it_was = file.extraction.bytes() == 0;
    if (!file.is_copy) cursor.moved = cursor.moved || (is_as_it_was && file.stored.moved);
    const bool may_be_new = cursor.moved && !file.is_renamed_again && !was_seen_long_ago(file);
    const auto quiet = may_be_new ? quiet_since_renamed : quiet_at;
    cursor.quiet = cut ? Quiet::no : quiet(*file.state, clock_.wall());
    // It has not become less quiet, unless it was renamed: the clock was set back.
    if (is_as_it_was && !cut && !waits && (file.stored.moved || !cursor.moved)) {
      cursor.quiet = std::max(cursor.quiet, file.stored.quiet);
    }
    const bool is_news = file.is_copy || cursor.path != file.stored.path ||
                         cursor.moved != file.stored.moved || cursor.quiet != file.stored.quiet;
    if (is_news) store_.save(cursor);
    logs_.found(fingerprint_, cursor.id);
  }
  logs_.put(fingerprint_, file.file, {*file.state, cursor.id, cut, waits});
}

/// What a later look is to read nobody needs to know of, unless there is none.
void Staging::tell_unwritten() {
  const auto line = file_->extraction.unwritten_line();
  if (!line || looks_again_) return;
  notice(
      fmt::format("{}:{}: this last line has no line end yet. It is read once it has one, or "
                  "once nobody has written to the log for an hour",
                  printable_name(file_->file.name), *line));
}

void Staging::await_line_end(const FileState& state) {
  const std::chrono::nanoseconds hour = std::chrono::hours(1);
  look_again_in(std::min(hour - state.quiet_for(clock_.wall()), hour));
}

/// A compressed log that is cut short is being written, unless nobody has written to it for long.
void Staging::tell_cut(const FileState& state, const std::string& why) {
  if (quiet_at(state, clock_.wall()) == Quiet::no) {
    ++counts_.unfinished;
    return notice(why + ". Its whole lines so far are taken; a later run reads on");
  }
  fault({ExitCode::source,
         why + ", and nobody has written to it for an hour. Its whole lines so far are taken; for "
               "the rest, compress the log again"});
}

/// All files were looked at. True: they are to be looked at again at once, since a log that was
/// listed was not there any more. It is there by another name now.
bool Staging::end_look() {
  if (std::exchange(log_vanished_, false) && ++looks_ < kMostLooks) {
    source_ = 0;
    counts_.files = counts_.unchanged = counts_.unfinished = 0;
    logs_.repeat_look();
    return true;
  }
  if (mode_ != StageMode::extract) tell_losses();
  return false;
}

void Staging::tell_losses() {
  for (const Cursor& cursor : logs_.missing(store_, job_.directory)) {
    // Of a log of which no whole line was read nobody can say anything.
    if (cursor.offset > 0 && !has_come_to_rest(cursor, job_.directory)) {
      fault({ExitCode::source, loss_of(cursor)});
    }
    if (mode_ == StageMode::keep) store_.forget(cursor);
  }
  if (mode_ != StageMode::keep) return;
  for (const Cursor& cursor : logs_.outgrown(store_, job_.directory)) store_.forget(cursor);
}

}  // namespace ordertail

#include "app/log_book.h"

#include <algorithm>
#include <utility>

#include "app/lost_logs.h"

namespace ordertail {

void LogBook::begin_look(WallTime now) {
  looked_before_ = std::exchange(looked_, now);
  for (auto& [fingerprint, logs] : logs_) {
    logs.entries_before.clear();
    logs.begin();
  }
}

void LogBook::repeat_look() {
  for (auto& [fingerprint, logs] : logs_) logs.begin();
}

void LogBook::expect(const std::string& fingerprint, const std::vector<std::string>& globs) {
  auto& all = logs_[fingerprint].globs;
  all.insert(all.end(), globs.begin(), globs.end());
}

const LogBook::Entry* LogBook::find_unchanged(const std::string& fingerprint,
                                              const SourceFile& file, const FileState& state,
                                              bool rests) {
  Logs& logs = logs_[fingerprint];
  const auto known = logs.entries_before.find(file.path.string());
  if (known == logs.entries_before.end() || known->second.state != state) return nullptr;
  if (known->second.waits && rests) return nullptr;
  found(fingerprint, known->second.cursor);
  return &logs.entries.insert(logs.entries_before.extract(known)).position->second;
}

bool LogBook::found(const std::string& fingerprint, std::int64_t cursor) {
  return logs_[fingerprint].found.insert(cursor).second;
}

void LogBook::put(const std::string& fingerprint, const SourceFile& file, Entry entry) {
  logs_[fingerprint].entries.insert_or_assign(file.path.string(), std::move(entry));
}

bool LogBook::is_copied(const std::string& fingerprint, const std::filesystem::path& path,
                        const FileState& other) {
  Logs& logs = logs_[fingerprint];
  const auto before = logs.entries_before.find(path.string());
  const auto now = FileState::of(path);
  if (before == logs.entries_before.end() || !now) return false;
  const auto file = [](const FileState& state) { return std::pair(state.device, state.inode); };
  const FileState& then = before->second.state;
  return file(then) == file(*now) && file(then) != file(other) &&
         logs.copied.insert(path.string()).second;
}

std::vector<Cursor> LogBook::missing(const Store& store,
                                     const std::filesystem::path& directory) const {
  std::vector<Cursor> all;
  for (const auto& [fingerprint, logs] : logs_) {
    if (!logs.can_tell) continue;
    for (Cursor& cursor :
         not_found(logs.unused(store.cursors(fingerprint)), logs.globs, directory)) {
      logs.grow_quiet(cursor, looked_before_);
      all.push_back(std::move(cursor));
    }
  }
  return all;
}

std::vector<Cursor> LogBook::outgrown(const Store& store,
                                      const std::filesystem::path& directory) const {
  std::vector<Cursor> all;
  for (const auto& [fingerprint, logs] : logs_) {
    if (!logs.can_tell) continue;
    std::set<std::string> read;
    for (const auto& [path, entry] : logs.entries) {
      if (entry.cursor != 0) read.insert(path);
    }
    for (Cursor& cursor : logs.unused(store.cursors(fingerprint))) {
      if (is_only_in(cursor, read, logs.globs, directory)) all.push_back(std::move(cursor));
    }
  }
  return all;
}

void LogBook::Logs::begin() {
  globs.clear();
  found.clear();
  entries.merge(entries_before);  // what this look had no turn to read is known from the last one
  entries_before = std::exchange(entries, {});
  can_tell = true;
}

std::vector<Cursor> LogBook::Logs::unused(std::vector<Cursor> cursors) const {
  std::erase_if(cursors, [&](const Cursor& cursor) { return found.contains(cursor.id); });
  return cursors;
}

void LogBook::Logs::grow_quiet(Cursor& cursor, WallTime looked_before) const {
  const auto quiet_of = cursor.moved ? quiet_since_renamed : quiet_at;
  std::optional<Quiet> quiet;  // of the copy that was written to last
  for (const auto& [path, entry] : entries_before) {
    if (entry.cursor != cursor.id) continue;
    const Quiet here = entry.cut_short ? Quiet::no : quiet_of(entry.state, looked_before);
    quiet = std::min(quiet.value_or(here), here);
  }
  cursor.quiet = std::max(cursor.quiet, quiet.value_or(Quiet::no));
}

}  // namespace ordertail

#include "app/log_book.h"

#include <utility>

#include "app/lost_logs.h"

namespace ordertail {

void LogBook::begin_look() {
  for (auto& [fingerprint, logs] : logs_) {
    logs.globs.clear();
    logs.found.clear();
    logs.entries_before = std::exchange(logs.entries, {});
    logs.can_tell = true;
  }
}

void LogBook::expect(const std::string& fingerprint, const std::vector<std::string>& globs) {
  auto& all = logs_[fingerprint].globs;
  all.insert(all.end(), globs.begin(), globs.end());
}

const LogBook::Entry* LogBook::find_unchanged(const std::string& fingerprint,
                                              const SourceFile& file, const FileState& state) {
  Logs& logs = logs_[fingerprint];
  auto known = logs.entries_before.extract(file.path.string());
  if (known.empty() || known.mapped().state != state) return nullptr;
  found(fingerprint, known.mapped().cursor);
  return &logs.entries.insert(std::move(known)).position->second;
}

bool LogBook::found(const std::string& fingerprint, std::int64_t cursor) {
  return logs_[fingerprint].found.insert(cursor).second;
}

void LogBook::put(const std::string& fingerprint, const SourceFile& file, Entry entry) {
  logs_[fingerprint].entries.insert_or_assign(file.path.string(), std::move(entry));
}

std::vector<Cursor> LogBook::missing(const Store& store,
                                     const std::filesystem::path& directory) const {
  std::vector<Cursor> all;
  for (const auto& [fingerprint, logs] : logs_) {
    if (!logs.can_tell) continue;
    std::vector<Cursor> cursors = store.cursors(fingerprint);
    std::erase_if(cursors,
                  [&logs = logs](const Cursor& cursor) { return logs.found.count(cursor.id) > 0; });
    cursors = not_found(std::move(cursors), logs.globs, directory);
    all.insert(all.end(), cursors.begin(), cursors.end());
  }
  return all;
}

}  // namespace ordertail

#include "app/lost_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "input/byte_stream.h"
#include "input/glob.h"

namespace ordertail {
namespace {

constexpr int kLooks = 5;  // at files that come and go meanwhile

/// A file that is not empty: its path, and which it is.
struct Listed {
  std::filesystem::path path;
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const Listed&, const Listed&) = default;
};

std::vector<Listed> list(const std::vector<std::string>& globs,
                         const std::filesystem::path& directory) {
  std::vector<Listed> listing;
  for (const SourceFile& file : expand_globs(globs, directory)) {
    const auto state = FileState::of(file.path);
    if (state && state->size > 0) listing.push_back({file.path, state->device, state->inode});
  }
  return listing;
}

/// May this file hold what the cursor remembers?
bool may_be(const Cursor& cursor, const std::filesystem::path& file) {
  try {
    const std::string prefix = read_prefix(*open_stream(file, file.string()));
    return match(cursor.identity, MarkerSpan::tail, prefix, *open_stream(file, file.string())) !=
           Match::no;
  } catch (const Error&) {
    return true;
  }
}

bool is_in(const std::vector<Listed>& listing, const Cursor& cursor) {
  return std::any_of(listing.begin(), listing.end(),
                     [&](const Listed& file) { return may_be(cursor, file.path); });
}

Quiet quiet_after(std::chrono::nanoseconds time) {
  if (time >= std::chrono::hours(24)) return Quiet::day;
  return time >= std::chrono::hours(1) ? Quiet::hour : Quiet::no;
}

}  // namespace

bool has_come_to_rest(const Cursor& cursor, const std::filesystem::path& directory) {
  if (cursor.moved && cursor.quiet >= Quiet::hour) return true;
  return cursor.quiet == Quiet::day && !FileState::of(directory / cursor.path);
}

Quiet quiet_at(const FileState& state, WallTime now) {
  return quiet_after(state.quiet_for(now));
}

Quiet quiet_since_renamed(const FileState& state, WallTime now) {
  return quiet_after(state.unchanged_for(now));
}

std::vector<Cursor> not_found(std::vector<Cursor> cursors, const std::vector<std::string>& globs,
                              const std::filesystem::path& directory) {
  // What is copied, renamed or compressed during one look is where it belongs at the next.
  for (int look = 0; look < kLooks && !cursors.empty(); ++look) {
    const std::vector<Listed> listing = list(globs, directory);
    std::erase_if(cursors, [&](const Cursor& cursor) { return is_in(listing, cursor); });
    if (look > 0 && list(globs, directory) == listing) return cursors;
  }
  return {};
}

bool is_only_in(const Cursor& cursor, const std::set<std::string>& paths,
                const std::vector<std::string>& globs, const std::filesystem::path& directory) {
  bool is_in_one = false;
  for (const Listed& file : list(globs, directory)) {
    if (!may_be(cursor, file.path)) continue;
    if (paths.count(file.path.string()) == 0) return false;
    is_in_one = true;
  }
  return is_in_one;
}

std::string loss_of(const Cursor& cursor) {
  return fmt::format(
      "{0} was read up to byte {1}, and none of the source's files begins like that any more: it "
      "was cut, replaced or deleted. Lines that were written to it from byte {1} on may be lost. "
      "If "
      "there is a copy, put it where the source finds it, and run again",
      printable_name(cursor.path), cursor.offset);
}

std::string copied_words(const std::string& log, const std::string& copy) {
  return fmt::format(
      "{0} was copied to {1} instead of being renamed: lines that are written to it before it is "
      "cut may be lost each time, and nobody can know of them. Rotate it by renaming",
      printable_name(log), printable_name(copy));
}

}  // namespace ordertail

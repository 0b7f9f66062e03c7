#include "faults/rotation/world.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "input/gzipped.h"

namespace ordertail::rotation {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr int kKept = 3;          // rotations
constexpr int kLeastLine = 1000;  // half of a number is none of a line

std::string line_of(int number) {
  return fmt::format(
      "{0} 192.0.2.7 [18/Sep/2025:23:18:28 +0000] 200 GET /d?e=c{0}%40example.com&o={0}\n", number);
}

std::string numbered(int number) {
  return fmt::format("log.{}", number);
}

void write_file(const fs::path& path, const std::string& text, std::ios::openmode mode) {
  std::ofstream(path, std::ios::binary | mode) << text;
}

void stamp(const fs::path& path, WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec stamped{seconds.time_since_epoch().count(),
                         std::chrono::nanoseconds(time - seconds).count()};
  const std::array<timespec, 2> both{stamped, stamped};
  ::utimensat(AT_FDCWD, path.c_str(), both.data(), 0);
}

}  // namespace

std::uint64_t Life::line_end(std::uint64_t offset) const {
  const auto after = lines.upper_bound(offset);
  return after == lines.begin() ? 0 : std::prev(after)->first;
}

Account& Account::operator+=(const Account& other) {
  written += other.written;
  told += other.told;
  unmet += other.unmet;
  hidden += other.hidden;
  tidied += other.tidied;
  return *this;
}

World::World(const fs::path& directory, std::uint64_t seed)
    : directory_(directory), random_(seed), last_line_(kLeastLine) {
  begin_live();
}

void World::put(const std::string& name, const File& file) {
  const std::string text = file.life->bytes.substr(0, file.size);
  write_file(directory_ / name, file.compressed ? gzipped(text) : text, std::ios::trunc);
  stamp(directory_ / name, file.stamp);
  files_[name] = file;
}

void World::begin_live() {
  lives_.push_back(std::make_shared<Life>());
  put("log", {lives_.back(), 0, clock.wall()});
}

void World::append(const std::string& name, const std::string& text) {
  File& file = files_.at(name);
  file.life->bytes += text;
  file.size += text.size();
  file.stamp = clock.wall();
  write_file(directory_ / name, text, std::ios::app);
  stamp(directory_ / name, file.stamp);
}

void World::write_line() {
  if (files_.count("log") == 0) begin_live();
  Life& life = *files_["log"].life;
  if (!rest_of_line_.empty()) {
    append("log", std::exchange(rest_of_line_, {}));
    life.lines[life.bytes.size()] = half_line_;
    ++account.written;
    note("rest of line");
    return;
  }
  append("log", line_of(++last_line_));
  life.lines[life.bytes.size()] = last_line_;
  ++account.written;
  note(fmt::format("line {}", last_line_));
}

void World::write_half() {
  if (!rest_of_line_.empty() || files_.count("log") == 0) return write_line();
  half_line_ = ++last_line_;
  const std::string line = line_of(half_line_);
  const auto size = static_cast<unsigned>(line.size());
  const std::size_t cut =
      dice(2) == 0 ? 1 + dice(size - 3) : size - 2 - dice(8);  // amid its number
  append("log", line.substr(0, cut));
  rest_of_line_ = line.substr(cut);
  note(fmt::format("half of line {}", half_line_));
}

/// The server has not opened its new log yet.
void World::write_late() {
  if (!late_ || files_.count(*late_) == 0 || files_[*late_].compressed) return;
  append(*late_, line_of(++last_line_));
  Life& life = *files_[*late_].life;
  life.lines[life.bytes.size()] = last_line_;
  ++account.written;
  note(fmt::format("line {} late in {}", last_line_, *late_));
}

void World::remove(const std::string& name) {
  fs::remove(directory_ / name);
  files_.erase(name);
  if (late_ == name) late_.reset();
}

void World::rename_over(const std::string& from, const std::string& to) {
  fs::rename(directory_ / from, directory_ / to);
  files_[to] = files_.at(from);
  files_.erase(from);
  if (late_ == from) late_ = to;
}

/// log.1 becomes log.2 and so on; the last one is deleted.
void World::make_room() {
  for (int number = kKept; number >= 1; --number) {
    for (const char* end : {"", ".gz"}) {
      const std::string name = numbered(number) + end;
      if (files_.count(name) == 0) continue;
      if (number == kKept || files_.count(numbered(number + 1) + end) > 0) {
        remove(name);
      } else {
        rename_over(name, numbered(number + 1) + end);
      }
    }
  }
}

void World::rotate() {
  if (!rest_of_line_.empty()) write_line();
  if (files_.count("log") == 0) return;
  end_compressing();
  make_room();
  rename_over("log", "log.1");
  late_ = "log.1";
  note("rotate");
  if (dice(4) > 0) begin_live();
}

void World::copy_and_truncate() {
  if (!rest_of_line_.empty()) write_line();
  if (files_.count("log") == 0) return;
  end_compressing();
  make_room();
  late_.reset();
  File copy = files_["log"];
  copy.stamp = clock.wall();
  put("log.1", copy);
  note("copy");
  if (dice(4) == 0) write_line();
  truncate_live();
}

void World::truncate_live() {
  if (files_.count("log") == 0) return;
  rest_of_line_.clear();
  note("truncate");
  begin_live();  // the file stays the same one
}

void World::replace_live() {
  rest_of_line_.clear();
  lives_.push_back(std::make_shared<Life>());
  put("new", {lives_.back(), 0, clock.wall()});
  rename_over("new", "log");
  note("replace");
  write_line();
}

/// The file system gives the inode of a deleted file to the next log.
void World::reuse_inode() {
  end_compressing();
  const auto plain = rotations(false);
  if (plain.empty()) return;
  rest_of_line_.clear();
  const std::string name = plain[dice(static_cast<unsigned>(plain.size()))];
  note("reuse inode of " + name);
  lives_.push_back(std::make_shared<Life>());
  put(name, {lives_.back(), 0, clock.wall()});
  rename_over(name, "log");
  late_.reset();
  write_line();
}

std::vector<std::string> World::rotations(bool compressed) const {
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) {
    if (name != "log" && file.compressed == compressed) names.push_back(name);
  }
  return names;
}

void World::compress() {
  end_compressing();
  const auto plain = rotations(false);
  if (plain.empty()) return;
  const std::string name = plain[dice(static_cast<unsigned>(plain.size()))];
  if (files_.count(name + ".gz") > 0) return;
  File file = files_[name];
  file.compressed = true;
  remove(name);
  put(name + ".gz", file);
  note("compress " + name);
}

void World::end_compressing() {
  if (half_compressed_.empty()) return;
  const std::string name = std::exchange(half_compressed_, {});
  File file = files_.at(name);
  file.compressed = true;
  put(name + ".gz", file);
  remove(name);
  note("end compressing " + name);
}

/// Begins to compress a rotation, which goes on to be there.
void World::begin_compressing() {
  end_compressing();
  const auto plain = rotations(false);
  if (plain.empty()) return;
  const std::string name = plain[dice(static_cast<unsigned>(plain.size()))];
  if (files_.count(name + ".gz") > 0) return;
  const std::string all = gzipped(files_[name].life->bytes.substr(0, files_[name].size));
  write_file(directory_ / (name + ".gz"),
             all.substr(0, 2 + dice(static_cast<unsigned>(all.size()) - 2)), std::ios::trunc);
  stamp(directory_ / (name + ".gz"), clock.wall());
  half_compressed_ = name;
  if (late_ == name) late_.reset();
  note("begin compressing " + name);
}

void World::delete_rotation() {
  end_compressing();
  const auto names = rotations(dice(2) == 0);
  if (names.empty()) return;
  const std::string name = names[dice(static_cast<unsigned>(names.size()))];
  note("delete " + name);
  remove(name);
}

void World::move_clock() {
  constexpr std::array<std::chrono::minutes, 6> kSteps{1min, 20min, 61min, 25h, -61min, -25h};
  const auto step = kSteps[dice(kSteps.size())];
  if (step != 1min) {  // within the hour a server has written all of its line, and opened a new log
    if (!rest_of_line_.empty()) write_line();
    late_.reset();
  }
  clock.advance(step);
  note(fmt::format("clock {:+} min", step.count()));
}

void World::act() {
  switch (dice(16)) {
    case 0:
      return rotate();
    case 1:
      return copy_and_truncate();
    case 2:
      return compress();
    case 3:
      return begin_compressing();
    case 4:
      return dice(3) == 0 ? truncate_live() : write_line();
    case 5:
      return dice(2) == 0 ? replace_live() : write_line();
    case 6:
      return dice(2) == 0 ? reuse_inode() : write_line();
    case 7:
      return delete_rotation();
    case 8:
      return move_clock();
    case 9:
    case 10:
      return write_late();
    case 11:
      return write_half();
    default:
      return write_line();
  }
}

void World::finish() {
  if (!rest_of_line_.empty()) write_line();
  end_compressing();
}

/// Does a file hold the life up to there?
bool World::is_there(const Life& life, std::uint64_t offset) const {
  return std::any_of(files_.begin(), files_.end(), [&](const auto& each) {
    return each.second.life.get() == &life && each.second.size >= offset;
  });
}

void World::was_read(const Seen& seen) {
  note("read");
  for (const int line : seen.lines) {
    if (line < kLeastLine) wrong_.push_back(fmt::format("{} is half of a line's number", line));
    if (!delivered_.insert(line).second) wrong_.push_back(fmt::format("line {} came twice", line));
  }
  for (const std::uint64_t offset : seen.lost) {
    const bool is_meant = std::any_of(lives_.begin(), lives_.end(), [&](const auto& life) {
      return !life->rests && (offset == 0 || life->lines.count(offset) > 0) &&
             std::any_of(life->stops.begin(), life->stops.end(), [&](std::uint64_t stop) {
               return life->line_end(stop) == offset &&
                      !is_there(*life, std::max<std::uint64_t>(stop, 1));
             });
    });
    if (!is_meant)
      wrong_.push_back(fmt::format("a loss from byte {} on was told for nothing", offset));
  }
  for (const auto& life : lives_) judge(*life, seen);
  for (const auto& life : lives_) learn(life);
}

/// Every line that is there has come; what is not there and had not been read was told, if somebody
/// could know of it.
void World::judge(Life& life, const Seen& seen) {
  const bool was_found = is_there(life, std::max<std::uint64_t>(life.read, 1));
  const std::uint64_t stop = life.line_end(life.read);
  if (seen.lost.count(stop) > 0 && !was_found) life.told = true;
  const bool is_tidied = life.quiet_for_a_day && files_.count(life.name) == 0;
  // No line may be lost with a log because it rests: nobody writes to such a one any more.
  const bool can_be_known = life.known && !was_found && !is_tidied;
  for (const auto& [end, number] : life.lines) {
    const bool has_come = delivered_.count(number) > 0;
    if (is_there(life, end)) {
      if (!has_come) wrong_.push_back(fmt::format("line {} is there and did not come", number));
      continue;
    }
    if (has_come) continue;
    // It might be in there: told later.
    if (!half_compressed_.empty() && !was_found && !life.told) continue;
    if (can_be_known && !life.told) {
      wrong_.push_back(fmt::format("line {} was lost and nothing was said", number));
    }
    ++(life.told     ? account.told
       : !life.known ? account.unmet
       : was_found   ? account.hidden
                     : account.tidied);
    delivered_.insert(number);  // accounted for
  }
}

/// What the run knows of a life from now on.
void World::learn(const std::shared_ptr<Life>& life) {
  std::vector<const std::pair<const std::string, File>*> holders;
  std::uint64_t extent = 0;
  for (const auto& each : files_) {
    if (each.second.life != life || each.second.size == 0) continue;
    holders.push_back(&each);
    extent = std::max(extent, each.second.size);
    life->stops.insert(each.second.size);
  }
  if (holders.empty()) return;
  const auto& [name, file] = *holders.front();
  const auto quiet = clock.wall() - file.stamp;
  const bool is_alone = holders.size() == 1 && half_compressed_.empty();
  const bool is_as_it_was = extent == life->read;
  // Half a first line may begin any log: nobody knows that it is the same one.
  const bool is_renamed = is_alone && life->known && !life->name.empty() && life->name != name;
  const bool is_renamed_again = is_renamed && (life->renamed || life->name != "log");
  if (!is_as_it_was) life->rests = false;
  // An hour of silence before the first renaming proves nothing: a server that has not opened its
  // new log yet goes on in this one. What was first seen as a rotation has that behind it.
  if (is_renamed_again && is_as_it_was && quiet >= 1h) life->rests = true;
  life->renamed = is_renamed || (life->renamed && is_alone && is_as_it_was);
  life->name = is_alone ? name : "";
  life->quiet_for_a_day = quiet >= 24h && (!life->renamed || is_renamed_again || life->rests);
  life->read = std::max(life->read, extent);
  life->known = life->known || life->line_end(extent) > 0;
}

}  // namespace ordertail::rotation

// A directory of logs that are written, rotated, cut and lost, and an account of every line.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"

namespace ordertail::rotation {

/// The hands of the world's clock; files are stamped by it as well. Their inodes are stamped by the
/// machine's, which is years ahead: each file was renamed just now, if ever, however much of the
/// world's time has passed. The hour after a renaming is never over here, and a log comes to rest
/// by another renaming only.
class WorldClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(now_.time_since_epoch()); }
  [[nodiscard]] WallTime wall() const override { return now_; }
  void advance(std::chrono::milliseconds time) { now_ += time; }

 private:
  WallTime now_{std::chrono::hours(24) * 20000};
};

/// What was written from the birth of a log to its being cut or replaced, wherever it is now.
struct Life {
  std::string bytes;
  std::map<std::uint64_t, int> lines;  ///< by where they end
  std::uint64_t read = 0;              ///< as far as a run that was not killed can have read it
  bool known = false;                  ///< a whole line of it was read
  bool told = false;                   ///< as possibly lost
  std::set<std::uint64_t> stops;       ///< where reading can have stopped
  std::string name;              ///< of the only file that held it at the last run; else empty
  bool renamed = false;          ///< found by another name, and not grown since
  bool rests = false;            ///< renamed again as it was, and not written to for an hour
  bool quiet_for_a_day = false;  ///< at the last run, and not just renamed

  /// Where the line ends that ends last before `offset`.
  [[nodiscard]] std::uint64_t line_end(std::uint64_t offset) const;
};

/// Of the lines that were written, what became of those that no run could read.
struct Account {
  std::uint64_t written = 0;
  std::uint64_t told = 0;    ///< lost, and told
  std::uint64_t unmet = 0;   ///< lost with a log of which no whole line had been read
  std::uint64_t hidden = 0;  ///< behind a copy that ends before them: the log seems to be there
  std::uint64_t tidied = 0;  ///< with a log that somebody deleted after a day of silence

  Account& operator+=(const Account& other);
};

/// What a run found, by its own words.
struct Seen {
  std::multiset<int> lines;      ///< submitted
  std::set<std::uint64_t> lost;  ///< byte offsets of possible losses that were told
};

/// Writers and rotators do what the dice say; nothing here knows how ordertail works. It knows the
/// rules that lost_logs.h tells, in words of its own.
class World {
 public:
  World(const std::filesystem::path& directory, std::uint64_t seed);

  WorldClock clock;

  /// One random action of a writer, a rotation, a person or the clock.
  void act();
  /// Finishes what is half done, so that all that is left can be read.
  void finish();
  /// A run has read all files, and was not killed.
  void was_read(const Seen& seen);

  /// What was wrong, in sentences; empty: nothing.
  [[nodiscard]] const std::vector<std::string>& wrong() const { return wrong_; }
  [[nodiscard]] std::mt19937_64& random() { return random_; }
  [[nodiscard]] const std::string& history() const { return history_; }

  Account account;

 private:
  struct File {
    std::shared_ptr<Life> life;
    std::uint64_t size = 0;  ///< of the life's bytes
    WallTime stamp;
    bool compressed = false;
  };

  [[nodiscard]] unsigned dice(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
  void note(const std::string& what) { history_ += what + "; "; }
  void put(const std::string& name, const File& file);
  void append(const std::string& name, const std::string& text);
  void begin_live();
  void write_line();
  void write_half();
  void write_late();
  void make_room();
  void rename_over(const std::string& from, const std::string& to);
  void remove(const std::string& name);
  void rotate();
  void copy_and_truncate();
  void truncate_live();
  void replace_live();
  void reuse_inode();
  void compress();
  void begin_compressing();
  void end_compressing();
  void delete_rotation();
  void move_clock();
  [[nodiscard]] std::vector<std::string> rotations(bool compressed) const;
  [[nodiscard]] bool is_there(const Life& life, std::uint64_t offset) const;
  void judge(Life& life, const Seen& seen);
  void learn(const std::shared_ptr<Life>& life);

  const std::filesystem::path directory_;
  std::mt19937_64 random_;
  std::map<std::string, File> files_;
  std::vector<std::shared_ptr<Life>> lives_;
  std::string rest_of_line_;  // of the live log: half of it is written
  int half_line_ = 0, last_line_;
  std::optional<std::string> late_;  // rotated, and still written to
  std::string half_compressed_;      // a .gz that its writer is at
  std::set<int> delivered_;
  std::vector<std::string> wrong_;
  std::string history_;
};

}  // namespace ordertail::rotation

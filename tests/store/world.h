// What the store's tests stand on: a directory of their own, a clock with hands, invented events.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "event/event.h"
#include "store/store.h"

namespace ordertail {

/// A new directory, 0700, removed with all it holds.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// 2026-11-23 02:00:05 UTC until told otherwise.
class HandClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return {}; }
  [[nodiscard]] WallTime wall() const override { return now; }
  WallTime now{std::chrono::milliseconds(1'795'399'205'000)};
};

[[nodiscard]] Hash128 id_of(int number);
/// A purchase with id_of(number), first seen in orders.csv at line `number`.
[[nodiscard]] Event event_of(int number, std::optional<int> occurred_at = 1'700'000'000);
[[nodiscard]] std::string payload_of(int number);

/// Stages events `first` to `last` in one slice.
void stage(Store& store, int first, int last);

/// Intents for `events`, to the sink "leads".
[[nodiscard]] std::vector<Intent> intents_for(const std::vector<OutboxEvent>& events);

/// Sends each of these pending events in a request of its own, to the sink "leads".
std::vector<Carried> begin_each(Store& store, const std::vector<OutboxEvent>& events,
                                const std::vector<Outcome>& outcomes = {});

/// Sends the oldest pending event and settles it thus.
void settle_one(Store& store, Settlement settlement, const std::string& reason = "http_400",
                const std::string& message = "It was refused.");

/// What a run of `action` complains about: "<exit code>: <message>"; empty when it does not.
[[nodiscard]] std::string complaint(const std::function<void()>& action);

/// Every file below a directory with its mode, content and times, to the nanosecond.
[[nodiscard]] std::map<std::string, std::string> snapshot(const std::filesystem::path& directory);
/// Makes all times old, so that any later write shows however coarse the clock is.
void make_old(const std::filesystem::path& directory);

void write_file(const std::filesystem::path& file, const std::string& content);
[[nodiscard]] std::string read_file(const std::filesystem::path& file);
[[nodiscard]] mode_t permissions(const std::filesystem::path& file);

/// What `action` returns in a process of its own.
[[nodiscard]] std::string in_child(const std::function<std::string()>& action);

/// A child process that runs `action` and then waits to be killed, with all it holds open.
class Child {
 public:
  /// Returns when the action is done.
  explicit Child(const std::function<void()>& action);
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  void kill();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  bool alive_ = true;
};

}  // namespace ordertail

#include "store/world.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>

#include "base/fd.h"

namespace ordertail {
namespace fs = std::filesystem;

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (fs::temp_directory_path() / "ordertail-store-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Hash128 id_of(int number) {
  return content_hash(fmt::format("event {}", number));
}

Event event_of(int number, std::optional<int> occurred_at) {
  Event event;
  event.kind = Kind::purchase;
  event.id = id_of(number);
  event.email = "ann@example.com";
  if (occurred_at) event.occurred_at = Instant(std::chrono::seconds(*occurred_at));
  event.origin = {"orders.csv", static_cast<std::uint64_t>(number), 0};
  return event;
}

std::string payload_of(int number) {
  return fmt::format(R"({{"kind":"purchase","order_number":"{}","email":"ann@example.com"}})",
                     number);
}

void stage(Store& store, int first, int last) {
  store.begin_slice();
  for (int number = first; number <= last; ++number)
    store.stage(event_of(number), payload_of(number));
  store.commit_slice();
}

std::vector<Intent> intents_for(const std::vector<OutboxEvent>& events) {
  std::vector<Intent> intents;
  intents.reserve(events.size());
  for (const OutboxEvent& event : events)
    intents.push_back({{event.sequence}, "leads", content_hash(event.payload)});
  return intents;
}

std::vector<Carried> begin_each(Store& store, const std::vector<OutboxEvent>& events,
                                const std::vector<Outcome>& outcomes) {
  const auto attempts = store.settle_and_begin(outcomes, intents_for(events), "2026-11-23");
  std::vector<Carried> begun;
  for (std::size_t i = 0; i < attempts.size(); ++i)
    begun.push_back({attempts[i], events.at(i).sequence});
  return begun;
}

void settle_one(Store& store, Settlement settlement, const std::string& reason,
                const std::string& message) {
  Outcome outcome;
  outcome.of = begin_each(store, store.pending(1)).at(0);
  outcome.settlement = settlement;
  if (settlement != Settlement::submitted) {
    outcome.reason = reason;
    outcome.message = message;
    outcome.http_status = 400;
  }
  store.settle_and_begin(std::array{outcome}, {}, "2026-11-23");
}

std::string complaint(const std::function<void()>& action) {
  try {
    action();
    return "";
  } catch (const Error& error) {
    return fmt::format("{}: {}", static_cast<int>(error.code()), error.what());
  }
}

std::map<std::string, std::string> snapshot(const fs::path& directory) {
  std::map<std::string, std::string> found;
  const auto add = [&](const fs::path& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) throw std::runtime_error("lstat failed");
    const std::string content = S_ISREG(info.st_mode) ? read_file(path) : "";
    found[path.string()] = fmt::format("{:o} {} {}.{:09} {}", info.st_mode, info.st_ino,
                                       info.st_mtim.tv_sec, info.st_mtim.tv_nsec, content);
  };
  add(directory);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory))
    add(entry.path());
  return found;
}

void make_old(const fs::path& directory) {
  const std::array<timespec, 2> old = {{{1'000'000'000, 0}, {1'000'000'000, 0}}};
  const auto age = [&](const fs::path& path) {
    if (::utimensat(AT_FDCWD, path.c_str(), old.data(), AT_SYMLINK_NOFOLLOW) != 0)
      throw std::runtime_error("utimensat failed");
  };
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory))
    age(entry.path());
  age(directory);
}

void write_file(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

std::string read_file(const fs::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

mode_t permissions(const fs::path& file) {
  struct stat info {};
  if (::lstat(file.c_str(), &info) != 0) throw std::runtime_error("lstat failed");
  return info.st_mode & 07777U;
}

std::string in_child(const std::function<std::string()>& action) {
  std::array<int, 2> answer{};
  if (::pipe(answer.data()) != 0) throw std::runtime_error("pipe failed");
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string said = action();
    ::_exit(write_all(answer[1], said) == 0 ? 0 : 1);
  }
  ::close(answer[1]);
  std::string said;
  std::array<char, 4096> block{};
  for (ssize_t got = 0; (got = ::read(answer[0], block.data(), block.size())) > 0;)
    said.append(block.data(), static_cast<std::size_t>(got));
  ::close(answer[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? said : said + " and the child died";
}

Child::Child(const std::function<void()>& action) {
  std::array<int, 2> ready{};
  if (::pipe(ready.data()) != 0) throw std::runtime_error("pipe failed");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(ready[0]);
    try {
      action();
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());
      ::_exit(1);
    }
    if (::write(ready[1], "r", 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  ::close(ready[1]);
  char answer = 0;
  const bool done = pid_ > 0 && ::read(ready[0], &answer, 1) == 1;
  ::close(ready[0]);
  if (!done) throw std::runtime_error("the child did not get through its action");
}

void Child::kill() {
  if (!alive_) return;
  alive_ = false;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

}  // namespace ordertail

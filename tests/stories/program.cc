#include "stories/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace ordertail::stories {
namespace {

/// A file without a name: a program never waits for its reader.
Fd nameless_file(const char* purpose) {
  Fd fd(::memfd_create(purpose, MFD_CLOEXEC));
  if (!fd) throw std::system_error(errno, std::generic_category(), "memfd_create");
  return fd;
}

std::string whole(const Fd& fd) {
  std::string text;
  std::array<char, 4096> block{};
  while (true) {
    const ssize_t size =
        ::pread(fd.get(), block.data(), block.size(), static_cast<off_t>(text.size()));
    if (size <= 0) return text;
    text.append(block.data(), static_cast<std::size_t>(size));
  }
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// The test's environment with `changes` made to it.
std::vector<std::string> environment_with(const std::vector<std::string>& changes) {
  std::vector<std::string> result = changes;
  const auto name = [](const std::string& entry) { return entry.substr(0, entry.find('=') + 1); };
  for (char** entry = environ; *entry != nullptr; ++entry) {
    bool changed = false;
    for (const std::string& change : changes) changed = changed || name(change) == name(*entry);
    if (!changed) result.emplace_back(*entry);
  }
  return result;
}

}  // namespace

std::vector<std::string> as_root() {
  if (::geteuid() == 0) return {};
  return {"unshare", "-Ur"};
}

Program::Program(const std::vector<std::string>& command, const std::filesystem::path& directory,
                 const std::vector<std::string>& environment)
    : out_(nameless_file("out")), err_(nameless_file("err")) {
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables = environment_with(environment);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out_.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err_.get(), STDERR_FILENO);
  const int error = ::posix_spawnp(&pid_, command.front().c_str(), &actions, nullptr,
                                   pointers(arguments).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), command.front());
}

Program::~Program() {
  if (ended_) return;
  kill_at_once();
  ::waitpid(pid_, nullptr, 0);
}

std::string Program::err_so_far() const {
  return whole(err_);
}

void Program::send(int signal) const {
  ::kill(pid_, signal);
}

void Program::kill_at_once() const {
  send(SIGKILL);
  siginfo_t ignored;
  while (::waitid(P_PID, static_cast<id_t>(pid_), &ignored, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
}

Ended Program::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  ended_ = true;
  Ended result{-1, 0, whole(out_), whole(err_)};
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

}  // namespace ordertail::stories

#include "faults/supervisor.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <set>
#include <system_error>
#include <utility>

#include "faults/watched_call.h"

namespace ordertail::faults {
namespace {

constexpr int kNotPermitted = 126;

/// The kernel's word on why a thread has stopped.
using CallInfo = __ptrace_syscall_info;

[[noreturn]] void become(const std::vector<std::string>& command) {
  // LeakSanitizer cannot work in a process that is traced already.
  const char* set = std::getenv("ASAN_OPTIONS");
  const std::string options = (set == nullptr ? "" : std::string(set) + ":") + "detect_leaks=0";
  ::setenv("ASAN_OPTIONS", options.c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(kNotPermitted);
  ::raise(SIGSTOP);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

class Supervision {
 public:
  Supervision(std::string directory, Fault fault)
      : directory_(std::move(directory)), fault_(std::move(fault)) {}

  Watched run(const std::vector<std::string>& command);

 private:
  /// A call under way.
  struct Call {
    std::uint64_t number = 0;
    std::string path;  // in the directory, else empty
    int forged_error = 0;
    std::uint64_t restored_size = 0;
    bool elsewhere = false;  // on a file that is nobody's business, such as a time zone's
  };

  int handle(pid_t thread, int status);
  void stopped_at_call(pid_t thread);
  void enter(pid_t thread, const CallInfo& info);
  void leave(pid_t thread);
  void count_stop(pid_t thread, const char* name, bool entry);
  void strike(pid_t thread, const WatchedCall& watched, const CallInfo& info);
  void look_at(pid_t thread);
  [[nodiscard]] bool is_inside(const std::string& path) const {
    return path == directory_ || path.starts_with(directory_ + "/");
  }

  const std::string directory_;
  const Fault fault_;
  pid_t leader_ = -1;
  bool in_contact_ = false;  // has touched the directory
  std::map<pid_t, Call> calls_;
  std::set<pid_t> known_;
  Watched watched_;
};

Watched Supervision::run(const std::vector<std::string>& command) {
  leader_ = ::fork();
  if (leader_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (leader_ == 0) become(command);
  known_.insert(leader_);
  int status = 0;
  ::waitpid(leader_, &status, __WALL);
  constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                            PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (!WIFSTOPPED(status) || ::ptrace(PTRACE_SETOPTIONS, leader_, nullptr, kOptions) != 0)
    throw std::system_error(EPERM, std::generic_category(), "ptrace is not permitted here");
  ::ptrace(PTRACE_SYSCALL, leader_, nullptr, nullptr);
  while (true) {
    const pid_t thread = ::waitpid(-1, &status, __WALL);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0) throw std::system_error(errno, std::generic_category(), "waitpid");
    if (!WIFSTOPPED(status)) {
      if (thread != leader_) continue;
      watched_.status = status;
      return std::move(watched_);
    }
    const int signal = handle(thread, status);
    // Fails for a thread that a SIGKILL has taken meanwhile: its end is reported next.
    ::ptrace(PTRACE_SYSCALL, thread, nullptr, static_cast<long>(signal));
  }
}

/// Returns the signal to be handed on to the thread, or 0.
int Supervision::handle(pid_t thread, int status) {
  const int signal = WSTOPSIG(status);
  const bool is_new = known_.insert(thread).second;
  if (signal == (SIGTRAP | 0x80)) {
    stopped_at_call(thread);
    return 0;
  }
  const bool event = status >> 16 != 0;
  return event || (is_new && signal == SIGSTOP) ? 0 : signal;
}

void Supervision::stopped_at_call(pid_t thread) {
  CallInfo info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) < 0) return;
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) enter(thread, info);
  if (info.op == PTRACE_SYSCALL_INFO_EXIT) leave(thread);
}

void Supervision::enter(pid_t thread, const CallInfo& info) {
  Call& call = calls_[thread] = Call{info.entry.nr, {}, 0, 0, false};
  const WatchedCall* watched = watched_call(info.entry.nr);
  std::array<std::uint64_t, 6> arguments{};
  for (std::size_t i = 0; i < arguments.size(); ++i) arguments[i] = info.entry.args[i];
  if (watched != nullptr && watched->names != Names::nothing) {
    std::string path = file_of(*watched, arguments.data(), thread);
    call.elsewhere = !is_inside(path);
    if (!call.elsewhere) call.path = std::move(path);
  }
  in_contact_ = in_contact_ || !call.path.empty();
  if (info.entry.nr == SYS_exit_group) look_at(thread);
  count_stop(thread, watched == nullptr ? "" : watched->name, true);
  if (watched == nullptr) return;
  if (call.elsewhere) return;
  ++watched_.calls[watched->name];
  strike(thread, *watched, info);
}

void Supervision::leave(pid_t thread) {
  const Call& call = calls_[thread];
  const WatchedCall* watched = watched_call(call.number);
  count_stop(thread, watched == nullptr ? "" : watched->name, false);
  if (call.forged_error == 0 && call.restored_size == 0) return;
  user_regs_struct registers{};
  ::ptrace(PTRACE_GETREGS, thread, nullptr, &registers);
  if (call.forged_error != 0)
    registers.rax = static_cast<unsigned long long>(-static_cast<long long>(call.forged_error));
  // A call leaves its arguments alone, and compilers rely on it.
  if (call.restored_size != 0) registers.rdx = call.restored_size;
  ::ptrace(PTRACE_SETREGS, thread, nullptr, &registers);
}

void Supervision::count_stop(pid_t thread, const char* name, bool entry) {
  if (!in_contact_ || calls_[thread].elsewhere) return;
  ++watched_.stops;
  if (fault_.kind != Fault::Kind::kill || watched_.stops != fault_.nth) return;
  look_at(thread);
  watched_.hit = Hit{name, entry, calls_[thread].path, {}};
  ::kill(leader_, SIGKILL);
}

/// Changes what the call is about to do, when its turn has come.
void Supervision::strike(pid_t thread, const WatchedCall& watched, const CallInfo& info) {
  const bool fails = fault_.kind == Fault::Kind::fail;
  if ((!fails && fault_.kind != Fault::Kind::shorten) || fault_.call != watched.name) return;
  const std::uint64_t turn = watched_.calls[watched.name];
  if (turn < fault_.nth || (turn > fault_.nth && !fault_.lasting)) return;
  const std::uint64_t size = info.entry.args[2];
  if (!fails && (!watched.sized || size < 2)) return;
  user_regs_struct registers{};
  ::ptrace(PTRACE_GETREGS, thread, nullptr, &registers);
  if (fails) {
    registers.orig_rax = ~0ULL;  // no such call
    calls_[thread].forged_error = fault_.error;
  } else {
    registers.rdx = size / 2;
    calls_[thread].restored_size = size;
  }
  ::ptrace(PTRACE_SETREGS, thread, nullptr, &registers);
  if (watched_.hit) {
    watched_.hit->later.insert(calls_[thread].path);
  } else {
    watched_.hit = Hit{watched.name, true, calls_[thread].path, {}};
  }
}

void Supervision::look_at(pid_t thread) {
  watched_.arguments = read_proc(thread, "cmdline");
  watched_.environment = read_proc(thread, "environ");
}

}  // namespace

int error_number(const std::string& name) {
  static const std::map<std::string, int> kErrors{{"ENOSPC", ENOSPC}, {"EIO", EIO},
                                                  {"EDQUOT", EDQUOT}, {"EROFS", EROFS},
                                                  {"EACCES", EACCES}, {"EINTR", EINTR}};
  const auto found = kErrors.find(name);
  return found == kErrors.end() ? 0 : found->second;
}

Watched supervise(const std::vector<std::string>& command, const std::string& directory,
                  const Fault& fault) {
  return Supervision(directory, fault).run(command);
}

}  // namespace ordertail::faults

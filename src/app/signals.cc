#include "app/signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace ordertail {
namespace {

std::atomic<bool> g_interrupted{false};
std::atomic<int> g_signal{0};
int g_descriptor = -1;  // set before any signal is caught, and open as long as the process
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void on_signal(int number) {
  if (g_interrupted.exchange(true)) ::_exit(128 + number);
  g_signal = number;
  const int error = errno;
  static_cast<void>(::eventfd_write(g_descriptor, 1));
  errno = error;
}

}  // namespace

void catch_signals() {
  g_descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action {};
  action.sa_handler = on_signal;  // without SA_RESTART: a wait ends early
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM}) ::sigaction(number, &action, nullptr);
  action.sa_handler = SIG_IGN;
  for (const int number : {SIGPIPE, SIGXFSZ}) ::sigaction(number, &action, nullptr);
}

const std::atomic<bool>& interrupted() {
  return g_interrupted;
}

int signal_descriptor() {
  return g_descriptor;
}

int signal_number() {
  return g_signal;
}

}  // namespace ordertail

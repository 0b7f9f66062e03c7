#include "base/thread.h"

#include <csignal>
#include <utility>

namespace ordertail {

std::thread thread_without_signals(std::function<void()> work) {
  // The new thread inherits the mask of the one that makes it.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(work));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace ordertail

// Threads that leave signals alone.
#pragma once

#include <functional>
#include <thread>

namespace ordertail {

/// A thread to which no signal is delivered: signals are the main thread's.
[[nodiscard]] std::thread thread_without_signals(std::function<void()> work);

}  // namespace ordertail

#include "input/read_ahead.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

namespace ordertail {
namespace {

/// Starts a thread that no signal is delivered to: they are the main thread's.
template <typename Work>
std::thread start_without_signals(Work work) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(work));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

ReadAhead::ReadAhead(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

/// Fills a block, or notes why that failed. The end of the stream is a block without bytes.
void ReadAhead::fill(Block& block) {
  block.bytes.resize(kBlock);
  block.size = 0;
  try {
    while (block.size < kBlock) {
      const std::size_t got = stream_->read(std::span(block.bytes).subspan(block.size));
      if (got == 0) break;
      block.size += got;
    }
  } catch (...) {
    block.failure = std::current_exception();
  }
}

void ReadAhead::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stop_ || filled_ - released_ < kBlocks; });
    if (stop_) return;
    Block& block = ring_[filled_ % kBlocks];
    lock.unlock();
    fill(block);
    lock.lock();
    ++filled_;
    changed_.notify_all();
    if (block.size < kBlock) return;  // the end, or a failure
  }
}

/// The block that read() is at, once it is there.
ReadAhead::Block& ReadAhead::front() {
  Block& block = ring_[released_ % kBlocks];
  if (!thread_.joinable() && filled_ == 0) {
    fill(block);
    filled_ = 1;
  } else if (released_ > 0) {
    if (!thread_.joinable()) thread_ = start_without_signals([this] { run(); });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return filled_ > released_; });
  }
  return block;
}

void ReadAhead::release_front() {
  const std::lock_guard lock(mutex_);
  ++released_;
  used_ = 0;
  changed_.notify_all();
}

std::size_t ReadAhead::read(std::span<char> space) {
  Block* block = &front();
  if (used_ == kBlock) {
    release_front();
    block = &front();
  }
  if (used_ == block->size) {  // the last block stays: its end, or its failure, is there for good
    if (block->failure) std::rethrow_exception(block->failure);
    return 0;
  }
  const std::size_t got = std::min(space.size(), block->size - used_);
  std::memcpy(space.data(), block->bytes.data() + used_, got);
  used_ += got;
  return got;
}

std::uint64_t ReadAhead::skip(std::uint64_t count) {
  const bool started = thread_.joinable() || filled_ > 0;
  return started ? ByteStream::skip(count) : stream_->skip(count);
}

}  // namespace ordertail

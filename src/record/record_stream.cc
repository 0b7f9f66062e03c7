#include "record/record_stream.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/thread.h"

namespace ordertail {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10U;

/// Adds a block to the buffer's first `held` bytes, or as much again when that is more: doubling
/// keeps a long record's copies linear. Returns how many bytes there are now; false: the end.
std::pair<std::size_t, bool> read_more(ByteStream& stream, std::vector<char>& buffer,
                                       std::size_t held) {
  const std::size_t wanted = held + std::max(kBlock, held);
  if (buffer.size() < wanted) buffer.resize(wanted);
  while (held < wanted) {
    const std::size_t got = stream.read(std::span(buffer).subspan(held, wanted - held));
    if (got == 0) return {held, false};
    held += got;
  }
  return {held, true};
}

}  // namespace

RecordStream::RecordStream(std::unique_ptr<ByteStream> stream, std::unique_ptr<RecordReader> reader,
                           Position at, Cutting cutting)
    : stream_(std::move(stream)), reader_(std::move(reader)), begin_(at), cutting_(cutting) {}

RecordStream::~RecordStream() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

/// Cuts the stretch that follows `before`, of which nothing is changed: the caller may be at it.
void RecordStream::cut(Stretch& stretch, const Stretch* before) {
  std::size_t held = 0;
  stretch.at = begin_;
  if (before != nullptr) {
    const std::string_view left = before->bytes.substr(before->batch.consumed);
    if (stretch.buffer.size() < left.size()) stretch.buffer.resize(left.size());
    std::copy(left.begin(), left.end(), stretch.buffer.begin());
    held = left.size();
    stretch.at = before->batch.next;
  }
  do {
    const auto [bytes, goes_on] = read_more(*stream_, stretch.buffer, held);
    held = bytes;
    stretch.last = !goes_on;
    stretch.bytes = {stretch.buffer.data(), held};
    reader_->read(stretch.bytes, stretch.at, goes_on ? Ending::more : Ending::last, stretch.batch);
  } while (stretch.batch.consumed == 0 && !stretch.last);
}

/// Fills the slot after the last filled one, with a stretch or with the reason that there is none.
/// Returns whether more is to come.
bool RecordStream::fill_slot() {
  Slot& slot = slot_of(filled_);
  try {
    cut(slot.stretch, filled_ == 0 ? nullptr : &slot_of(filled_ - 1).stretch);
  } catch (...) {
    slot.failure = std::current_exception();
  }
  return !slot.failure && !slot.stretch.last;
}

void RecordStream::cut_ahead() {
  bool more = true;
  while (more) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stop_ || filled_ - released_ < kSlots; });
    if (stop_) return;
    lock.unlock();
    more = fill_slot();
    lock.lock();
    ++filled_;
    changed_.notify_all();
  }
}

/// Waits until the slot that the caller gets next is filled.
void RecordStream::await_slot() {
  if (cutting_ == Cutting::when_asked || taken_ == 0) {
    if (filled_ > taken_) return;  // a failure that has been told before
    fill_slot();
    ++filled_;
    return;
  }
  if (!thread_.joinable()) thread_ = thread_without_signals([this] { cut_ahead(); });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return filled_ > taken_; });
}

const Stretch& RecordStream::next() {
  {
    const std::lock_guard lock(mutex_);
    released_ = taken_;
  }
  changed_.notify_all();
  await_slot();
  const Slot& slot = slot_of(taken_);
  if (slot.failure) std::rethrow_exception(slot.failure);
  ++taken_;
  return slot.stretch;
}

}  // namespace ordertail

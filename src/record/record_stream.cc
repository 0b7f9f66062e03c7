#include "record/record_stream.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/thread.h"

namespace ordertail {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10U;
constexpr std::size_t kSmallestBlock = std::size_t{16} << 10U;
// Of a stretch, aimed at: records of a few bytes take many times their size, once they are cut.
constexpr std::size_t kMostRecords = 8192;

/// Adds a block to the buffer's first `held` bytes, or as much again when that is more: doubling
/// keeps a long record's copies linear. Returns how many bytes there are now; false: the end.
std::pair<std::size_t, bool> read_more(ByteStream& stream, std::vector<char>& buffer,
                                       std::size_t held, std::size_t block) {
  const std::size_t wanted = held + std::max(block, held);
  if (buffer.size() < wanted) buffer.resize(wanted);
  while (held < wanted) {
    const std::size_t got = stream.read(std::span(buffer).subspan(held, wanted - held));
    if (got == 0) return {held, false};
    held += got;
  }
  return {held, true};
}

/// How many bytes to read for the next stretch, after `block` of them made this one: as many as
/// kMostRecords of the same length have, but no more than twice as many as before.
std::size_t next_block(std::size_t block, const RecordBatch& batch) {
  const std::size_t most = std::min(2 * block, kBlock);
  const std::size_t records = batch.records.size() + batch.bad.size();
  if (records == 0) return most;
  return std::clamp(batch.consumed / records * kMostRecords, kSmallestBlock, most);
}

}  // namespace

RecordStream::RecordStream(std::unique_ptr<ByteStream> stream, std::unique_ptr<RecordReader> reader,
                           Position at, Ahead ahead)
    : stream_(std::move(stream)),
      reader_(std::move(reader)),
      begin_(at),
      ahead_(std::move(ahead)),
      block_(kSmallestBlock) {
  for (std::size_t i = 0; i < kSlots; ++i) ring_[i].stretch.slot = i;
}

RecordStream::~RecordStream() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
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
    const auto [bytes, goes_on] = read_more(*stream_, stretch.buffer, held, block_);
    held = bytes;
    stretch.last = !goes_on;
    stretch.bytes = {stretch.buffer.data(), held};
    reader_->frame(stretch.bytes, stretch.at, goes_on ? Ending::more : Ending::last, stretch.batch);
  } while (stretch.batch.consumed == 0 && !stretch.last);
  block_ = next_block(block_, stretch.batch);
}

/// Cuts a stretch into its slot, or leaves the reason there why there is none. Returns whether more
/// is to come.
bool RecordStream::cut_slot(std::uint64_t stretch) {
  Slot& slot = slot_of(stretch);
  try {
    cut(slot.stretch, stretch == 0 ? nullptr : &slot_of(stretch - 1).stretch);
  } catch (...) {
    slot.failure = std::current_exception();
  }
  return !slot.failure && !slot.stretch.last;
}

/// What is left to be done with a stretch that was cut, and needs nothing of the others.
void RecordStream::match(Slot& slot) const {
  if (slot.failure) return;
  try {
    reader_->match(slot.stretch.bytes, slot.stretch.at, slot.stretch.batch);
  } catch (...) {
    slot.failure = std::current_exception();
  }
}

void RecordStream::work_on(Slot& slot) const {
  if (slot.failure || !ahead_.work) return;
  try {
    ahead_.work(slot.stretch);
  } catch (...) {
    slot.failure = std::current_exception();
  }
}

/// Cuts the next stretch and works on it: the first is done by one thread at a time.
void RecordStream::take_turn(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t stretch = begun_++;
  Slot& slot = slot_of(stretch);
  cutting_ = true;
  lock.unlock();
  const bool more = cut_slot(stretch);
  lock.lock();
  cutting_ = false;
  ended_ = !more;
  changed_.notify_all();
  lock.unlock();
  match(slot);
  work_on(slot);
  lock.lock();
  slot.ready = true;
  changed_.notify_all();
}

void RecordStream::run_ahead() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || ended_ || may_cut(); });
    if (stop_ || ended_) return;
    take_turn(lock);
  }
}

bool RecordStream::is_time_for_threads() {
  if (ahead_.threads == 0 || taken_ == 0) return false;
  return slot_of(taken_ - 1).stretch.batch.records.size() >= ahead_.least_records;
}

void RecordStream::begin_threads() {
  if (ahead_.prepare) ahead_.prepare();
  while (threads_.size() < ahead_.threads) {
    threads_.push_back(thread_without_signals([this] { run_ahead(); }));
  }
}

/// Waits until the slot that the caller gets next is ready.
void RecordStream::await_slot() {
  Slot& slot = slot_of(taken_);
  if (threads_.empty()) {
    if (begun_ > taken_) return;  // a failure that has been told before
    if (!is_time_for_threads()) {
      ended_ = !cut_slot(begun_++);
      match(slot);
      slot.ready = true;
      return;
    }
    begin_threads();
  }
  std::unique_lock lock(mutex_);
  while (!slot.ready) {
    if (may_cut()) {
      take_turn(lock);
    } else {
      changed_.wait(lock, [&] { return slot.ready || may_cut(); });
    }
  }
}

const Stretch& RecordStream::next() {
  {
    const std::lock_guard lock(mutex_);
    if (released_ < taken_) slot_of(released_++).ready = false;
  }
  changed_.notify_all();
  await_slot();
  const Slot& slot = slot_of(taken_);
  if (slot.failure) std::rethrow_exception(slot.failure);
  ++taken_;
  return slot.stretch;
}

}  // namespace ordertail

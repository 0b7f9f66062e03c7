// A file's records, a stretch of the file at a time.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "input/byte_stream.h"
#include "record/reader.h"

namespace ordertail {

/// A few hundred KiB of a file (more where a record is longer, less where records are a few bytes
/// long) and what they were cut into.
struct Stretch {
  std::string_view bytes;  ///< from `at` on; batch.consumed says how far they are cut
  Position at;
  RecordBatch batch;
  bool last = false;  ///< `bytes` end where the file does, and all of them are consumed

  std::size_t slot = 0;  ///< below RecordStream::kSlots: no two that are in use have the same

  std::vector<char> buffer;  ///< holds `bytes`
};

/// Cuts a stream into records. How the stream is chunked, and which thread did what, never shows
/// but in where stretches end.
class RecordStream {
 public:
  static constexpr std::size_t kSlots =
      4;  // up to two being worked on, the others ready or with the caller

  /// What is done while the caller works on the stretches before.
  struct Ahead {
    /// Threads of the stream's own, which take no signals; 0: the caller cuts each stretch when it
    /// asks for it. While the caller would have to wait, it does as they do.
    std::size_t threads = 0;
    /// They begin behind the first stretch that has so many records, and the caller cuts those up
    /// to it: where there are few, threads would only be in each other's way.
    std::size_t least_records = 0;
    /// Called once, by the caller's thread, before they begin.
    std::function<void()> prepare = {};
    /// Done with each stretch that is cut from then on, by the thread that cut it.
    std::function<void(const Stretch&)> work = {};
  };

  /// The stream's first byte stands at `at` and begins a record.
  RecordStream(std::unique_ptr<ByteStream> stream, std::unique_ptr<RecordReader> reader,
               Position at, Ahead ahead);
  ~RecordStream();
  RecordStream(const RecordStream&) = delete;
  RecordStream& operator=(const RecordStream&) = delete;

  /// The next stretch, valid until the next call; not to be called after the last one. What the
  /// stream or the work throws comes out here, after the stretches before it, and again at every
  /// later call.
  const Stretch& next();

 private:
  struct Slot {
    Stretch stretch;
    std::exception_ptr failure;  // instead of a stretch
    bool ready = false;
  };

  Slot& slot_of(std::uint64_t stretch) { return ring_[stretch % kSlots]; }
  void cut(Stretch& stretch, const Stretch* before);
  bool cut_slot(std::uint64_t stretch);
  void match(Slot& slot) const;
  void work_on(Slot& slot) const;
  [[nodiscard]] bool may_cut() const { return !ended_ && !cutting_ && begun_ - released_ < kSlots; }
  void take_turn(std::unique_lock<std::mutex>& lock);
  void run_ahead();
  void begin_threads();
  [[nodiscard]] bool is_time_for_threads();
  void await_slot();

  std::unique_ptr<ByteStream> stream_;
  std::unique_ptr<RecordReader> reader_;
  const Position begin_;
  const Ahead ahead_;
  std::size_t block_;  // bytes to be read for the next stretch; whoever cuts it changes that
  std::array<Slot, kSlots> ring_;
  std::uint64_t taken_ = 0;  // stretches the caller has been given

  std::mutex mutex_;
  std::condition_variable changed_;  // anything of what follows, or that a slot is ready
  std::uint64_t begun_ = 0;          // stretches ever begun
  std::uint64_t released_ = 0;       // stretches ever given back
  bool cutting_ = false;             // one of the threads is, or the caller
  bool ended_ = false;               // nothing is left to be cut
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ordertail

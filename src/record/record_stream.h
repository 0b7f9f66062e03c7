// A file's records, a stretch of the file at a time.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "input/byte_stream.h"
#include "record/reader.h"

namespace ordertail {

/// A few hundred KiB of a file (more where a record is longer) and what they were cut into.
struct Stretch {
  std::string_view bytes;  ///< from `at` on; batch.consumed says how far they are cut
  Position at;
  RecordBatch batch;
  bool last = false;  ///< `bytes` end where the file does, and all of them are consumed

  std::vector<char> buffer;  ///< holds `bytes`
};

/// Cuts a stream into records. How the stream is chunked never shows but in where stretches end.
class RecordStream {
 public:
  enum class Cutting {
    when_asked,  ///< by the caller's thread
    ahead,       ///< from the second stretch on by a thread of its own, which takes no signals,
                 ///< while the caller works on the stretch before; for when both have work to do
  };

  /// The stream's first byte stands at `at` and begins a record.
  RecordStream(std::unique_ptr<ByteStream> stream, std::unique_ptr<RecordReader> reader,
               Position at, Cutting cutting);
  ~RecordStream();
  RecordStream(const RecordStream&) = delete;
  RecordStream& operator=(const RecordStream&) = delete;

  /// The next stretch, valid until the next call; not to be called after the last one. What the
  /// stream throws comes out here, after the stretches before it, and again at every later call.
  const Stretch& next();

 private:
  static constexpr std::size_t kSlots = 3;  // one worked on, one ready, one being cut
  struct Slot {
    Stretch stretch;
    std::exception_ptr failure;  // instead of a stretch
  };

  Slot& slot_of(std::uint64_t stretch) { return ring_[stretch % kSlots]; }
  void cut(Stretch& stretch, const Stretch* before);
  bool fill_slot();
  void cut_ahead();
  void await_slot();

  std::unique_ptr<ByteStream> stream_;
  std::unique_ptr<RecordReader> reader_;
  const Position begin_;
  const Cutting cutting_;
  std::array<Slot, kSlots> ring_;
  std::uint64_t taken_ = 0;  // stretches the caller has been given

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t filled_ = 0;    // slots ever filled
  std::uint64_t released_ = 0;  // slots ever given back
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace ordertail

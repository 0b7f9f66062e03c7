// The seam between bytes and records.
#pragma once

#include <string_view>

#include "record/record.h"

namespace ordertail {

enum class Ending {
  more,  ///< the input goes on after this window
  last,  ///< the window's end is the input's end
};

/// Cuts windows of input into records. How the input is chunked into windows never shows: the same
/// bytes give the same records, positions and faults.
class RecordReader {
 public:
  virtual ~RecordReader() = default;

  /// Reads the whole records at the front of `window`, whose first byte stands at `at` and begins a
  /// record (or continues what the previous call gave up), into `batch`, which is cleared first.
  ///
  /// With Ending::last everything is consumed. With Ending::more a record that the window does not
  /// hold whole is left for the next call; `batch.consumed == 0` then asks for a longer window. A
  /// window longer than kMaxRecordBytes is always enough for progress.
  void read(std::string_view window, Position at, Ending ending, RecordBatch& batch) {
    frame(window, at, ending, batch);
    match(window, at, batch);
  }

  /// The half of read() that has to be done window by window: all but what match() does. What may
  /// turn out to be none is among the records.
  virtual void frame(std::string_view window, Position at, Ending ending, RecordBatch& batch) = 0;
  /// The other half: cuts what was framed into cells. It touches nothing but the batch, so that
  /// other threads may frame and match other windows meanwhile.
  virtual void match(std::string_view window, Position at, RecordBatch& batch) const = 0;
};

}  // namespace ordertail

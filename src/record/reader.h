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
  virtual void read(std::string_view window, Position at, Ending ending, RecordBatch& batch) = 0;
};

}  // namespace ordertail

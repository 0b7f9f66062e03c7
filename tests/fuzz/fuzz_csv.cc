// However a CSV file is cut into windows, and whichever instructions read it, the records,
// positions and faults are the same, and every byte is in exactly one of them or is a blank line's.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "record/csv_reader.h"

namespace {

using ordertail::BadRecord;
using ordertail::CsvReader;
using ordertail::Ending;
using ordertail::Position;
using ordertail::Record;
using ordertail::RecordBatch;
using ordertail::Simd;

struct Reading {
  std::vector<Record> records;
  std::vector<std::string> cells;
  std::vector<BadRecord> bad;
  friend bool operator==(const Reading&, const Reading&) = default;
};

/// Reads in windows that grow by `step` bytes at a time.
Reading read(std::string_view text, std::size_t step, Simd simd) {
  CsvReader reader({}, 2, {1, 0}, simd);
  Reading reading;
  RecordBatch batch;
  Position at;
  std::size_t shown = 0;
  while (true) {
    shown = std::min(text.size(), shown + step);
    const std::string_view window = text.substr(at.byte, shown - at.byte);
    const Ending ending = shown == text.size() ? Ending::last : Ending::more;
    reader.read(window, at, ending, batch);
    for (Record record : batch.records) {
      for (const std::string_view cell : batch.cells_of(record)) reading.cells.emplace_back(cell);
      record.first_cell = 0;
      reading.records.push_back(record);
    }
    reading.bad.insert(reading.bad.end(), batch.bad.begin(), batch.bad.end());
    at = batch.next;
    if (ending == Ending::last) return reading;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Reading whole = read(text, size + 1, Simd::none);
  if (read(text, size + 1, ordertail::best_simd()) != whole) std::abort();
  if (read(text, 1 + size / 3, ordertail::best_simd()) != whole) std::abort();
  return 0;
}

// However a CSV file is cut into windows, whichever dialect it is read by and with whichever
// instructions, the records, positions and faults are the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "record/csv_reader.h"

namespace {

using ordertail::BadRecord;
using ordertail::CsvFrame;
using ordertail::CsvReader;
using ordertail::Ending;
using ordertail::Position;
using ordertail::Quoting;
using ordertail::Record;
using ordertail::RecordBatch;
using ordertail::Simd;

struct Reading {
  std::vector<Record> records;
  std::vector<std::string> cells;
  std::vector<BadRecord> bad;
  std::uint64_t passed_over = 0;
  friend bool operator==(const Reading&, const Reading&) = default;
};

/// Reads in windows that grow by `step` bytes at a time.
Reading read(CsvReader& reader, std::string_view text, std::size_t step) {
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
    reading.passed_over += batch.passed_over;
    at = batch.next;
    if (ending == Ending::last) return reading;
  }
}

struct Readers {
  explicit Readers(const CsvFrame& frame)
      : scalar(frame, 2, {1, 0}, Simd::none), best(frame, 2, {1, 0}) {}
  CsvReader scalar;
  CsvReader best;
};

std::deque<Readers> readers_of_all_dialects() {
  std::deque<Readers> readers;
  for (const Quoting quoting :
       {Quoting::rfc, Quoting::lenient, Quoting::backslash, Quoting::none}) {
    for (const bool blanks : {false, true}) {
      for (const char* section : {"", "A"}) {
        readers.emplace_back(CsvFrame{.dialect = {.quoting = quoting, .blank_before_quote = blanks},
                                      .section = section});
      }
    }
  }
  return readers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::deque<Readers> all = readers_of_all_dialects();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (Readers& readers : all) {
    const Reading whole = read(readers.scalar, text, size + 1);
    if (read(readers.best, text, size + 1) != whole) std::abort();
    if (read(readers.best, text, 1 + size / 3) != whole) std::abort();
  }
  return 0;
}

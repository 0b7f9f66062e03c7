// Driving a reader as the program does, and gathering what it finds.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "record/reader.h"

namespace ordertail {

/// A record with its cells as they were when its batch stood.
struct FoundRecord {
  Position begin;
  std::uint64_t end = 0;
  std::vector<std::string> cells;
  friend bool operator==(const FoundRecord&, const FoundRecord&) = default;
};

struct Findings {
  std::vector<FoundRecord> records;
  std::vector<BadRecord> bad;
  std::uint64_t passed_over = 0;
  Position next;
  friend bool operator==(const Findings&, const Findings&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const Position& position) {
  return out << position.line << ":" << position.byte;
}

inline std::ostream& operator<<(std::ostream& out, const Findings& findings) {
  for (const FoundRecord& record : findings.records) {
    out << "\n  record " << record.begin << " to " << record.end << ":";
    for (const std::string& cell : record.cells) out << " " << testing::PrintToString(cell);
  }
  for (const BadRecord& bad : findings.bad) {
    out << "\n  fault " << static_cast<int>(bad.fault) << " " << bad.begin << " to " << bad.end
        << " at " << bad.at << ", lines " << bad.lines << ", cells " << bad.cells << ": "
        << testing::PrintToString(bad.excerpt);
  }
  return out << "\n  passed over " << findings.passed_over << ", next " << findings.next << "\n";
}

/// Adds what a batch holds, its views copied.
inline void gather(const RecordBatch& batch, Findings& all) {
  for (const Record& record : batch.records) {
    const auto cells = batch.cells_of(record);
    all.records.push_back({record.begin, record.end, {cells.begin(), cells.end()}});
  }
  all.bad.insert(all.bad.end(), batch.bad.begin(), batch.bad.end());
  all.passed_over += batch.passed_over;
  all.next = batch.next;
}

/// Shows `text` to `reader` in windows, each `grow()` bytes longer than what the last call left.
inline Findings read_in_windows(RecordReader& reader, std::string_view text,
                                const std::function<std::size_t()>& grow) {
  Findings all;
  RecordBatch batch;
  Position at;
  std::size_t shown = 0;
  for (Ending ending = Ending::more; ending == Ending::more;) {
    shown = std::min(text.size(), shown + grow());
    if (shown == text.size()) ending = Ending::last;
    // A copy of exactly the window, so that a look beyond it is an error that ASan sees.
    const std::vector<char> window(text.begin() + static_cast<std::ptrdiff_t>(at.byte),
                                   text.begin() + static_cast<std::ptrdiff_t>(shown));
    reader.read({window.data(), window.size()}, at, ending, batch);
    gather(batch, all);
    EXPECT_EQ(batch.next.byte, at.byte + batch.consumed);
    if (ending == Ending::last || window.size() > kMaxRecordBytes) {
      EXPECT_TRUE(batch.consumed > 0 || window.empty());
    }
    at = batch.next;
  }
  EXPECT_EQ(at.byte, text.size());
  return all;
}

inline Findings read_at_once(RecordReader& reader, std::string_view text) {
  return read_in_windows(reader, text, [&] { return text.size(); });
}

}  // namespace ordertail

// The rows of rejects as files: to be mended there, and then read by the source that they are of.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/output.h"
#include "event/pattern.h"
#include "event/reject.h"
#include "input/byte_stream.h"
#include "input/glob.h"

namespace ordertail {

/// For every file of a source that has rejects, two files in a directory, numbered from 1 for each
/// source (3, as `check` counts them); none is ever added to, or written over:
///
///   rejects-3-0001.csv     the file's own bytes, one after another: what it has up to the end of
///                          its header, then the rows of each reject, whole orders, in its order.
///                          rejects-3-0001.log for a log, which has no header
///   rejects-3-0001.jsonl   why: a line for each reject (report/reject_lines), with the line in the
///                          first file where its rows begin
///
/// Of an order that has other rows elsewhere in the file, none is copied, or, where that is found
/// out too late, all are: the rest of it must not be taken for the whole. Nothing is copied of
/// files that are not in UTF-8, or that hold several tables: their bytes alone do not tell what
/// they mean.
class RejectRows {
 public:
  /// Makes the directory, 0700, when it is missing. Throws Error(usage) when it cannot.
  explicit RejectRows(std::filesystem::path directory,
                      std::function<void(std::string_view notice)> notice);
  ~RejectRows();

  /// Rejects are of this file from here on. Keeps it open: it may be given another name meanwhile.
  void begin_file(std::size_t source, const SourceFile& file, const Pattern& pattern);
  void add(const Reject& reject);
  /// Hands on what was added. Throws Error(store) when it cannot be written.
  void flush();

 private:
  struct Pair;
  struct Origin;
  [[nodiscard]] bool is_copied(const Reject& reject);
  void make_pair();

  const std::filesystem::path directory_;
  const std::function<void(std::string_view)> notice_;
  std::unique_ptr<Origin> origin_;
  std::unique_ptr<Pair> pair_;    // of origin_, once it has a reject
  std::vector<Reject> rejects_;   // since the last flush
  std::set<Hash128> incomplete_;  // orders of origin_ whose rows were copied
};

}  // namespace ordertail

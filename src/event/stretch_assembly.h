// What is made of a stretch of a file before its turn has come.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "event/assembly.h"
#include "event/findings.h"
#include "record/batch_cursor.h"

namespace ordertail {

/// The orders of one batch, found without knowing what goes before it: from the first place on
/// where an order begins whatever that is. The rows before it may belong to an order of the batch
/// before, and wait until that is known.
class StretchAssembly {
 public:
  /// `assembly`: of a pattern without companions. `columns`: of the file's header.
  StretchAssembly(std::unique_ptr<Assembly> assembly, std::size_t columns)
      : assembly_(std::move(assembly)), columns_(columns) {}

  /// Begins anew, with this batch. By any thread.
  void read(const RecordBatch& batch);
  /// Hands on what read() found, when the batch's turn has come: adds the rows in front, from
  /// `next` (the batch's start) on, to the order that is `open`, and leaves in `open` the order
  /// that is open at the batch's end, and `next` there. The findings are those of one assembly
  /// reading on. False, and nothing is done, where every row may belong to the order before.
  bool hand_on(const RecordBatch& batch, BatchCursor& next, std::unique_ptr<Assembly>& open,
               Findings& findings);

 private:
  std::unique_ptr<Assembly> assembly_;
  const std::size_t columns_;
  std::optional<BatchCursor> seam_;  // the first place where an order begins
  Findings findings_;                // of what is behind it
};

}  // namespace ordertail

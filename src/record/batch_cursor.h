// A way through a batch, in file order.
#pragma once

#include <cstddef>

#include "record/record.h"

namespace ordertail {

/// Stands before a piece of a batch, which outlives it: a record or a stretch that is none.
class BatchCursor {
 public:
  /// Before no batch's piece: at an end.
  BatchCursor() = default;
  /// Before the batch's first piece.
  explicit BatchCursor(const RecordBatch& batch) : batch_(&batch) {}
  /// Behind all of the batch's pieces.
  static BatchCursor at_end_of(const RecordBatch& batch) {
    BatchCursor end(batch);
    end.record_ = batch.records.size();
    end.bad_ = batch.bad.size();
    return end;
  }

  [[nodiscard]] bool at_end() const {
    return batch_ == nullptr || (record_ == batch_->records.size() && bad_ == batch_->bad.size());
  }
  /// Before the end: is the next piece no record?
  [[nodiscard]] bool at_bad() const {
    return record_ == batch_->records.size() ||
           (bad_ < batch_->bad.size() &&
            batch_->bad[bad_].begin.byte < batch_->records[record_].begin.byte);
  }
  /// Where the next piece begins; at the end, what was not consumed.
  [[nodiscard]] Position position() const {
    if (at_end()) return batch_->next;
    return at_bad() ? batch_->bad[bad_].begin : batch_->records[record_].begin;
  }
  /// The next piece, when it is none.
  [[nodiscard]] const BadRecord& bad() const { return batch_->bad[bad_]; }
  /// Where the next piece ends.
  [[nodiscard]] std::uint64_t end_of_piece() const {
    return at_bad() ? bad().end : batch_->records[record_].end;
  }
  const Record& take_record() { return batch_->records[record_++]; }
  const BadRecord& take_bad() { return batch_->bad[bad_++]; }
  void pass() { ++(at_bad() ? bad_ : record_); }

  /// How many pieces lie behind it.
  [[nodiscard]] std::size_t taken() const { return record_ + bad_; }
  friend bool operator==(const BatchCursor&, const BatchCursor&) = default;

 private:
  const RecordBatch* batch_ = nullptr;
  std::size_t record_ = 0;
  std::size_t bad_ = 0;
};

}  // namespace ordertail

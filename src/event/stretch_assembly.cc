#include "event/stretch_assembly.h"

#include <utility>

namespace ordertail {
namespace {

/// Behind what is no record there is none: the next rows may belong to that.
std::optional<BatchCursor> first_seam(const RecordBatch& batch, Assembly& assembly) {
  const Record* before = nullptr;  // the piece before, if it is a record
  for (BatchCursor next(batch); !next.at_end();) {
    if (next.at_bad()) {
      next.take_bad();
      before = nullptr;
      continue;
    }
    const BatchCursor here = next;
    const Record& record = next.take_record();
    if (before != nullptr && assembly.parts(batch.cells_of(*before), batch.cells_of(record)))
      return here;
    before = &record;
  }
  return std::nullopt;
}

}  // namespace

void StretchAssembly::read(const RecordBatch& batch) {
  findings_.clear();
  assembly_->abandon();
  seam_ = first_seam(batch, *assembly_);
  if (!seam_) return;
  for (BatchCursor next = *seam_; !next.at_end();)
    assembly_->add_next(batch, next, columns_, findings_);
}

bool StretchAssembly::hand_on(const RecordBatch& batch, BatchCursor& next,
                              std::unique_ptr<Assembly>& open, Findings& findings) {
  if (!seam_) return false;
  while (next != *seam_) open->add_next(batch, next, columns_, findings);
  open->finish(findings);
  findings.append(findings_);
  std::swap(open, assembly_);
  next = BatchCursor::at_end_of(batch);
  return true;
}

}  // namespace ordertail

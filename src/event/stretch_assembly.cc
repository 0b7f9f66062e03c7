#include "event/stretch_assembly.h"

#include <utility>

namespace ordertail {
namespace {

std::optional<BatchCursor> first_seam(const RecordBatch& batch, Assembly& assembly) {
  for (std::size_t i = 1; i < batch.records.size(); ++i) {
    const auto cells = batch.cells_of(batch.records[i]);
    if (!assembly.parts(batch.cells_of(batch.records[i - 1]), cells)) continue;
    const BatchCursor here(batch, i);
    const bool are_neighbours = here.taken() - BatchCursor(batch, i - 1).taken() == 1;
    if (are_neighbours) return here;
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

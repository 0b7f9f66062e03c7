#include "record/record.h"

namespace ordertail {

void RecordBatch::clear() {
  records.clear();
  cells.clear();
  cells_per_record = 0;
  bad.clear();
  unescaped.clear();
  given_up.reset();
  passed_over = 0;
  consumed = 0;
  next = Position{};
}

}  // namespace ordertail

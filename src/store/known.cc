#include "store/known.h"

namespace ordertail {

Staged staged_as(const Known& known, std::optional<EventDigest> digest) {
  if (known.state == Known::no) return Staged::added;
  const bool changed = known.digest && digest && is_change(*known.digest, *digest);
  if (!changed || known.state == Known::rejected) return Staged::repeated;
  if (known.state == Known::refused) return Staged::corrected;
  return known.state == Known::pending ? Staged::replaced : Staged::changed;
}

Withdrawn withdrawn_as(const Known& known) {
  switch (known.state) {
    case Known::pending:
      return known.in_part ? Withdrawn::cut_short : Withdrawn::taken_out;
    case Known::sent:
    case Known::submitted:
      return Withdrawn::too_late;
    case Known::refused:
      return known.in_part ? Withdrawn::too_late : Withdrawn::not_there;
    case Known::no:
    case Known::rejected:
      break;
  }
  return Withdrawn::not_there;
}

}  // namespace ordertail

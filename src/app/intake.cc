#include "app/intake.h"

#include <utility>

#include "event/event_json.h"

namespace ordertail {
namespace {

/// Only an order in an export has later versions. A log that names it again tells of a page that
/// was loaded again, and a person registers once.
std::optional<EventDigest> digest_of(const Event& event, const Pattern& pattern) {
  if (!pattern.csv || event.kind != Kind::purchase) return std::nullopt;
  return event_digest(event, pattern.name);
}

}  // namespace

Intake::Intake(Store& store, StageMode mode, const StageObserver& observer, StageCounts& counts)
    : store_(store), mode_(mode), observer_(observer), counts_(counts) {
  if (mode == StageMode::dry) {
    const Totals totals = store.totals();
    store_is_empty_ = totals.submitted + totals.rejected + totals.pending + totals.in_doubt == 0;
    met_.emplace();
  }
}

void Intake::take(const Findings& findings, const Pattern& pattern) {
  if (met_) {
    for (const Event& event : findings.events()) met_->expect(event.id);
  }
  // In the file's order, whatever the window: a sale may come before its refund or after it.
  auto withdrawal = findings.withdrawn.begin();
  for (const Event& event : findings.events()) {
    for (; withdrawal != findings.withdrawn.end() && withdrawal->at.byte < event.origin.byte;
         ++withdrawal) {
      take(*withdrawal);
    }
    take(event, pattern);
  }
  for (; withdrawal != findings.withdrawn.end(); ++withdrawal) take(*withdrawal);
  for (const auto& [reason, rows] : findings.skipped) counts_.skipped[reason] += rows;
  for (const Reject& reject : findings.rejects) {
    ++counts_.rejects;
    counts_.rejected[reject.reason] += reject.rows;
    if (observer_.reject) observer_.reject(reject);
  }
  for (const Remark& remark : findings.remarks) {
    ++counts_.remarks[remark.reason];
    if (observer_.remark) observer_.remark(remark);
  }
}

void Intake::take(const Event& event, const Pattern& pattern) {
  switch (stage(event, digest_of(event, pattern))) {
    case Staged::added:
      return count_new(event);
    case Staged::repeated:
      counts_.skipped["already_known"] += event.rows;
      return;
    case Staged::replaced:
      counts_.skipped["replaces_pending"] += event.rows;
      return;
    case Staged::changed:
      return count_changed({event.order_number, "", event.origin.file, event.origin.line},
                           event.rows);
  }
}

void Intake::take(const Withdrawal& withdrawal) {
  const Withdrawn withdrawn = withdraw(withdrawal.id);
  if (withdrawn == Withdrawn::too_late) {
    return count_changed(
        {withdrawal.order_number, withdrawal.reason, withdrawal.file, withdrawal.at.line},
        withdrawal.rows);
  }
  counts_.withdrawn += withdrawn == Withdrawn::taken_out;
  counts_.skipped[withdrawal.reason] += withdrawal.rows;
}

Known Intake::look_up(const Hash128& id) const {
  if (const auto met = met_->find(id)) return *met;
  return store_is_empty_ ? Known{} : store_.find(id);
}

Staged Intake::stage(const Event& event, std::optional<EventDigest> digest) {
  if (mode_ == StageMode::extract) return Staged::added;
  if (mode_ == StageMode::keep) {
    payload_.clear();
    append_json(event, payload_);
    return store_.stage(event, payload_, digest);
  }
  const Staged staged = staged_as(look_up(event.id), digest);
  if (staged == Staged::added || staged == Staged::replaced) met_->put(event.id, digest);
  counts_.ids_forgotten = counts_.ids_forgotten || met_->full();
  return staged;
}

Withdrawn Intake::withdraw(const Hash128& id) {
  if (mode_ == StageMode::extract) return Withdrawn::not_there;
  if (mode_ == StageMode::keep) return store_.withdraw(id);
  const Withdrawn withdrawn = withdrawn_as(look_up(id));
  if (withdrawn == Withdrawn::taken_out) met_->withdraw(id);
  return withdrawn;
}

void Intake::count_new(const Event& event) {
  ++counts_.events;
  counts_.event_rows += event.rows;
  if (event.kind == Kind::purchase) ++counts_.purchases;
  if (!event.utk.empty()) ++counts_.with_token;
  if (!event.ip.empty()) ++counts_.with_ip;
  if (observer_.event) observer_.event(event);
}

void Intake::count_changed(ChangedOrder order, std::uint64_t rows) {
  ++counts_.changed;
  counts_.skipped["changed_after_submit"] += rows;
  if (observer_.changed) observer_.changed(order);
  if (counts_.changed_examples.size() < StageCounts::kMostExamples) {
    counts_.changed_examples.push_back(std::move(order));
  }
}

}  // namespace ordertail

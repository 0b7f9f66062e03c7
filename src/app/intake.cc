#include "app/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "app/attributing.h"
#include "base/text.h"
#include "event/event_json.h"

namespace ordertail {
namespace {

/// Only an order in an export has later versions. A log that names it again tells of a page that
/// was loaded again, and a person registers once.
std::optional<EventDigest> digest_of(const Event& event, const Pattern& pattern) {
  if (!event.content) return std::nullopt;
  return event_digest(*event.content, pattern.name);
}

/// Is an order's revenue the sum of its rows?
bool sums_rows(const Pattern& pattern) {
  const auto& revenue = pattern.mapping(Kind::purchase).total_revenue;
  return std::any_of(revenue.begin(), revenue.end(),
                     [](const MoneySpec& each) { return each.over_rows; });
}

}  // namespace

Intake::Intake(Store& store, StageMode mode, const StageObserver& observer, StageCounts& counts,
               Attributing* attributing)
    : store_(store), mode_(mode), observer_(observer), counts_(counts), attributing_(attributing) {
  if (mode == StageMode::keep) met_.emplace(MetEvents::kMostKept);
  if (mode == StageMode::dry) {
    met_.emplace(MetEvents::kMostDry);
    const Totals totals = store.totals();
    store_is_empty_ = totals.submitted + totals.rejected + totals.pending + totals.in_doubt == 0;
  }
}

void Intake::begin_file() {
  if (met_) met_->begin_file();
}

/// Lines prove what they prove whatever became of their events.
void Intake::see(const Findings& findings, const Pattern& pattern) const {
  for (const Sighting& sighting : findings.sightings) attributing_->see(sighting);
  if (!pattern.line) return;
  for (const Event& event : findings.events()) {
    if (const auto sighting = sighting_of(event)) attributing_->see(*sighting);
  }
}

void Intake::take(const Findings& findings, const Pattern& pattern) {
  if (attributing_ != nullptr) see(findings, pattern);
  if (met_) {
    for (const Event& event : findings.events()) met_->expect(event.id);
    for (const Reject& reject : findings.rejects) take_back(reject);
  }
  // In the file's order, whatever the window: a sale may come before its refund or after it.
  auto withdrawal = findings.withdrawn.begin();
  auto stray = findings.strays.begin();
  const auto take_up_to = [&](std::uint64_t end) {
    const auto place = [end](const auto& next, const auto& all) {
      return next == all.end() ? end : next->at.byte;
    };
    while (true) {
      const std::uint64_t withdrawn_at = place(withdrawal, findings.withdrawn);
      const std::uint64_t stray_at = place(stray, findings.strays);
      if (std::min(withdrawn_at, stray_at) >= end) return;
      if (withdrawn_at < stray_at) {
        take(*withdrawal++);
      } else {
        take(*stray++);
      }
    }
  };
  for (const Event& event : findings.events()) {
    take_up_to(event.origin.byte);
    take(event, pattern);
  }
  take_up_to(std::numeric_limits<std::uint64_t>::max());
  for (const auto& [reason, rows] : findings.skipped) counts_.skipped[reason] += rows;
  for (Reject reject : findings.rejects) {
    reject.apart = met_ && reject.order &&
                   (met_->is_of_this_file(*reject.order) ||
                    met_->flaw_in_this_file(*reject.order) == MetEvents::Flaw::stray);
    count(reject);
  }
  for (const Remark& remark : findings.remarks) {
    ++counts_.remarks[remark.reason];
    if (observer_.remark) observer_.remark(remark);
  }
}

bool Intake::contradicts(const Event& event, std::optional<EventDigest> digest,
                         const Pattern& pattern) const {
  if (!met_ || !digest) return false;
  if (met_->flaw_in_this_file(event.id) != MetEvents::Flaw::none) return true;
  if (!met_->is_of_this_file(event.id)) return false;
  if (sums_rows(pattern)) return true;  // equal, perhaps, but then two items
  const auto met = met_->find(event.id);
  return met->state == Known::no || (met->digest && is_change(*met->digest, *digest));
}

/// Takes out again what was read of the order before; says what becomes of it.
std::string_view Intake::take_out(const Hash128& id) {
  const Withdrawn withdrawn = withdraw(id);
  counts_.withdrawn += leaves_outbox(withdrawn);
  return withdrawn == Withdrawn::too_late ? "what stood there was sent already" : "neither is sent";
}

/// Nothing of the order is sent, what was read of it before included.
void Intake::reject_again(const Event& event) {
  const std::string order = "order " + printable(discreet(event.order_number), 40);
  const MetEvents::Flaw flaw = met_->flaw_in_this_file(event.id);
  const std::string_view fate = take_out(event.id);
  std::string message;
  if (flaw == MetEvents::Flaw::rejected) {
    message = fmt::format(
        "{} stands in this file in another place, too, where it cannot be used, so that this may "
        "not be all of it: {}. Correct it there, with its rows together",
        order, fate);
  } else if (flaw == MetEvents::Flaw::stray) {
    message = fmt::format(
        "{} has rows in this file that stand apart from these and do not say whether it is a "
        "sale, so that this may not be all of it: {}. Sort the file so that they stand behind "
        "these",
        order, fate);
  } else {
    message = fmt::format(
        "{} stands in this file before, and which of the two is right the file does not tell: {}. "
        "If these are rows of one order, sort the file so that they stand together; otherwise "
        "remove the wrong one",
        order, fate);
  }
  count({"order_again",
         "order_number",
         std::move(message),
         event.origin.file,
         {event.origin.line, event.origin.byte},
         event.rows,
         event.id,
         event.origin.byte,
         event.origin.end,
         /*apart=*/true});
}

/// Of an order some of which cannot be used nothing is sent: neither what this file held of it
/// before nor what is still to come.
void Intake::take_back(const Reject& reject) {
  if (!reject.order) return;
  if (met_->is_of_this_file(*reject.order)) {
    counts_.withdrawn += leaves_outbox(withdraw(*reject.order));
  }
  met_->reject(*reject.order);
}

void Intake::count(const Reject& reject) {
  ++counts_.rejects;
  counts_.rejected[reject.reason] += reject.rows;
  if (observer_.reject) observer_.reject(reject);
}

void Intake::take(const Event& event, const Pattern& pattern) {
  const auto digest = digest_of(event, pattern);
  if (contradicts(event, digest, pattern)) return reject_again(event);
  const Staged staged = stage(event, digest);
  const bool is_pending_now =
      staged == Staged::added || staged == Staged::replaced || staged == Staged::corrected;
  if (met_ && is_pending_now) met_->put(event.id, digest);
  if (attributing_ != nullptr && is_pending_now) attributing_->note(event);
  switch (staged) {
    case Staged::added:
      return count_new(event);
    case Staged::repeated:
      counts_.skipped["already_known"] += event.rows;
      return;
    case Staged::replaced:
      counts_.skipped["replaces_pending"] += event.rows;
      return;
    case Staged::corrected:
      ++counts_.corrected;
      counts_.skipped["replaces_rejected"] += event.rows;
      return;
    case Staged::changed:
      return count_changed({event.order_number, "", event.origin.file, event.origin.line},
                           event.rows);
  }
}

void Intake::take(const Withdrawal& withdrawal) {
  const Withdrawn withdrawn = withdraw(withdrawal.id);
  counts_.withdrawn += leaves_outbox(withdrawn);
  if (withdrawn == Withdrawn::too_late || withdrawn == Withdrawn::cut_short) {
    return count_changed(
        {withdrawal.order_number, withdrawal.reason, withdrawal.file, withdrawal.at.line},
        withdrawal.rows);
  }
  counts_.skipped[withdrawal.reason] += withdrawal.rows;
}

/// By themselves they are skipped, as those of an unpaid order are. Beside a sale they are a part
/// of it, and the sale is not whole without them.
void Intake::take(const Stray& stray) {
  const bool is_part =
      met_ && (met_->flaw_in_this_file(stray.id) == MetEvents::Flaw::rejected ||
               (met_->is_of_this_file(stray.id) && met_->find(stray.id)->state != Known::no));
  if (!is_part) {
    if (met_) met_->stray(stray.id);
    counts_.skipped[stray.reason] += stray.rows;
    return;
  }
  met_->reject(stray.id);
  std::string message = fmt::format(
      "order {} stands in this file in another place, too; these rows do not say whether it is a "
      "sale, so they may be a part of it that stands apart: {}. Sort the file so that the rows of "
      "an order stand together, its first one first",
      printable(discreet(stray.order_number), 40), take_out(stray.id));
  count({"order_again", "order_number", std::move(message), stray.file, stray.at, stray.rows,
         stray.id, stray.at.byte, stray.end, /*apart=*/true});
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
  counts_.ids_forgotten = counts_.ids_forgotten || met_->full();
  return staged_as(look_up(event.id), digest);
}

Withdrawn Intake::withdraw(const Hash128& id) {
  if (mode_ == StageMode::extract) return Withdrawn::not_there;
  const Known known = look_up(id);
  const Withdrawn withdrawn = mode_ == StageMode::keep ? store_.withdraw(id) : withdrawn_as(known);
  if (leaves_outbox(withdrawn) || known.state == Known::no) met_->withdraw(id);
  if (attributing_ != nullptr && leaves_outbox(withdrawn)) attributing_->drop(id);
  if (known.state == Known::refused) met_->settle(id);
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

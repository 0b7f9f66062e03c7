#include "app/attributing.h"

#include <algorithm>
#include <utility>

#include "event/event_json.h"

namespace ordertail {
namespace {

constexpr std::size_t kBatch = 1000;
constexpr std::uint64_t kMostDry = 2'500'000;
constexpr const char* kLook = "look for visitors in";

bool has_token(const MappingSpec& mapping) {
  return !mapping.text[text_field("utk")].empty();
}

bool tells_tokens(const Pattern& pattern) {
  const auto tells = [](const MappingSpec& each) { return each.wanted && has_token(each); };
  return tells(pattern.visitor) ||
         std::any_of(pattern.mappings.begin(), pattern.mappings.end(), tells);
}

Traits traits_of(const Event& event) {
  return {event.order_number, event.email, event.ip, event.occurred_at};
}

}  // namespace

/// What a dry run would have stored: the evidence of the store and of this run; pending events.
struct Attributing::DryRun {
  explicit DryRun(Store& store)
      : database("a dry run's visitors", Access::scratch),
        all(database, kLook),
        visitors((create_visitor_tables(database), database), store.id_key()),
        put((database.execute("CREATE TABLE pending(number INTEGER PRIMARY KEY, id BLOB UNIQUE, "
                              "payload TEXT)",
                              kLook),
             database),
            "INSERT INTO pending VALUES (NULL, ?, ?) ON CONFLICT(id) DO UPDATE SET payload = "
            "excluded.payload",
            kLook),
        take(database, "DELETE FROM pending WHERE id = ?", kLook) {
    visitors.copy_from(store.visitors());
  }
  Database database;
  Transaction all;
  Visitors visitors;
  Statement put, take;
  std::uint64_t events = 0;
};

Attributing::Attributing(const Job& job, Store& store, StageMode mode, const Clock& clock)
    : settings_(job.attribution),
      store_(store),
      clock_(clock),
      dry_(mode == StageMode::keep ? nullptr : std::make_unique<DryRun>(store)),
      visitors_(dry_ ? &dry_->visitors : &store.visitors()) {}
Attributing::~Attributing() = default;

void Attributing::note(const Event& event) {
  if (!dry_) return;
  counts_.bounded = dry_->events == kMostDry;
  if (counts_.bounded) return;
  ++dry_->events;
  payload_.clear();
  append_json(event, payload_);
  dry_->put.with(event.id, payload_).run();
}

void Attributing::drop(const Hash128& id) {
  if (!dry_) return;
  dry_->take.with(id).run();
}

/// The store's, a batch to a slice.
void Attributing::each_stored(const std::function<void(Pending&)>& action) {
  std::int64_t after = 0;
  for (;;) {
    const std::vector<Unattributed> batch = store_.unattributed(after, kBatch);
    if (batch.empty()) return;
    if (!dry_) store_.begin_slice();
    for (const Unattributed& stored : batch) {
      Pending pending{stored.sequence, parse_event_json(stored.payload),
                      stored.staged_at.value_or(WallTime())};
      action(pending);
      after = stored.sequence;
    }
    if (!dry_) store_.commit_slice();
  }
}

void Attributing::each_pending(const std::function<void(Pending&)>& action) {
  if (!dry_) return each_stored(action);
  // What this run read of an order that was pending before is what counts.
  Statement is_here(dry_->database, "SELECT 1 FROM pending WHERE id = ?", kLook);
  each_stored([&](Pending& pending) {
    bool replaced = false;
    is_here.with(pending.event.id).each([&](const SqlRow&) { replaced = true; });
    if (!replaced) action(pending);
  });
  Statement(dry_->database, "SELECT payload FROM pending ORDER BY number", kLook)
      .each([&](const SqlRow& row) {
        Pending pending{0, parse_event_json(row.as<std::string>(0)), clock_.wall()};
        action(pending);
      });
}

void Attributing::decide(Then then) {
  counts_.waiting = 0;
  counts_.waiting_until.reset();
  counts_.next_wait_ends.reset();
  each_pending([this](Pending& pending) { claim(pending); });
  each_pending([&](Pending& pending) { decide(pending, then); });
}

/// Whose the tokens are that this event came with, or that asked for its page.
void Attributing::claim(const Pending& pending) {
  const Event& event = pending.event;
  if (event.email.empty()) return;
  if (const auto own = token_bytes(event.utk)) {
    visitors_->claim(
        *own, event.email,
        event.occurred_at.value_or(std::chrono::floor<std::chrono::seconds>(pending.staged_at)));
  }
  visitors_->claim_by_order(traits_of(event));
}

std::optional<Attribution> Attributing::find(const Event& event) const {
  const Traits traits = traits_of(event);
  for (const Tier tier : kTiers) {
    const auto visitors = visitors_->candidates(tier, traits, settings_.ip_window);
    if (auto found = attribute(tier, visitors, event.occurred_at)) return found;
  }
  return std::nullopt;
}

void Attributing::decide(Pending& pending, Then then) {
  Event& event = pending.event;
  if (const auto own = token_bytes(event.utk)) {
    ++counts_.events;
    ++counts_.before;
    const bool others = !event.email.empty() && visitors_->is_of_others(*own, event.email);
    if (others) {
      ++counts_.dropped;
      list(counts_.contradictions, event, nullptr);
      event.utk.clear();
    }
    return settle(pending, OutboxAttribution::decided, then, others);
  }
  const auto found = find(event);
  const WallTime until = pending.staged_at + settings_.wait;
  if (!found && settings_.wait.count() > 0 && clock_.wall() < until) {
    ++counts_.waiting;
    counts_.waiting_until = std::max(counts_.waiting_until.value_or(until), until);
    counts_.next_wait_ends = std::min(counts_.next_wait_ends.value_or(until), until);
    return settle(pending, OutboxAttribution::waits, then, false);
  }
  ++counts_.events;
  if (found && found->conflict) {
    ++counts_.conflicts;
    list(counts_.contradictions, event, &*found);
  } else if (found) {
    ++counts_.by_tier[static_cast<std::size_t>(found->tier)];
    list(counts_.matches, event, &*found);
    event.utk = token_text(found->visitor.token);
    visitors_->claim(found->visitor.token, event.email, found->visitor.at);
  }
  settle(pending, OutboxAttribution::decided, then, found && !found->conflict);
}

void Attributing::list(std::vector<AttributedEvent>& to, const Event& event,
                       const Attribution* found) {
  if (to.size() == AttributionCounts::kMostListed) return;
  AttributedEvent& entry = to.emplace_back();
  entry.order_number = event.order_number;
  entry.file = event.origin.file;
  entry.line = event.origin.line;
  entry.own = found == nullptr;
  if (entry.own) return;
  entry.tier = found->tier;
  entry.evidence_file = visitors_->file_name(found->visitor.file);
  entry.evidence_line = found->visitor.line;
}

void Attributing::settle(const Pending& pending, OutboxAttribution as, Then then, bool changed) {
  if (dry_ || then == Then::look) return;
  payload_.clear();
  if (changed) append_json(pending.event, payload_);
  store_.attribute(pending.sequence, as, payload_);
}

void Attributing::forget_old() {
  store_.begin_slice();
  counts_.forgotten += visitors_->forget_before(
      std::chrono::floor<std::chrono::seconds>(clock_.wall()) - settings_.keep);
  store_.commit_slice();
}

bool tells_visitors(const Source& source) {
  return source.pattern && source.pattern->line && tells_tokens(*source.pattern);
}

bool tells_visitors(const Job& job) {
  const auto pattern_of = [](const Source& source) {
    Pattern any;
    any.csv.emplace();
    return source.pattern ? *source.pattern : source.applied(any);
  };
  bool told = false;
  bool asked = false;
  for (const Source& source : job.sources) {
    const Pattern pattern = pattern_of(source);
    const bool tells = tells_tokens(pattern);
    told = told || tells;
    asked = asked || !tells || pattern.visitor.wanted;
  }
  return told && asked;
}

}  // namespace ordertail

#include "delivery/backlog.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "event/event_json.h"

namespace ordertail {
namespace {

/// With fewer at hand, more are read: several requests' worth, so that most are full. More, where
/// requests are larger.
constexpr std::size_t kFew = 256;
constexpr std::size_t kReadAhead = 1024;
/// While so many wait to be sent again, none is sent for the first time: it bounds the memory.
constexpr std::size_t kMostWaiting = 1024;

/// As Store::pending() has them: those without a time first.
bool is_older(const Parcel& one, const Parcel& other) {
  return std::tie(one.event.occurred_at, one.stored.sequence) <
         std::tie(other.event.occurred_at, other.stored.sequence);
}

}  // namespace

Backlog::Backlog(Store& store, std::size_t largest)
    : store_(store),
      few_(std::max(kFew, largest)),
      read_ahead_(std::max(kReadAhead, 2 * largest)) {}

std::vector<Item> Load::items() const {
  std::vector<Item> items;
  items.reserve(parcels.size());
  for (const Parcel& parcel : parcels) items.push_back(parcel.item());
  return items;
}

void Backlog::look_again() {
  for (const Parcel& parcel : ready_) done(parcel);
  ready_.clear();
  all_read_ = false;
  nothing_before_.reset();
}

void Backlog::refill() {
  if (ready_.size() >= few_ || all_read_ || events_waiting_ >= kMostWaiting) return;
  const std::size_t wanted = read_ahead_ + held_.size();
  std::vector<OutboxEvent> events = store_.pending(wanted);
  all_read_ = events.size() < wanted;
  for (OutboxEvent& stored : events) {
    if (!held_.insert(stored.sequence).second) continue;
    Event event = parse_event_json(stored.payload);
    ready_.push_back({std::move(stored), std::move(event), {}, 0});
    nothing_before_.reset();
  }
}

SteadyTime Backlog::next_due() {
  refill();
  if (ready_.empty() && waiting_.empty()) return SteadyTime::max();
  return nothing_before_.value_or(SteadyTime::min());
}

Taken Backlog::take(SteadyTime now, const Booking& book) {
  refill();
  nothing_before_ = SteadyTime::max();
  Targets passed;
  Taken taken;
  if (auto load = take_again(now, passed)) {
    taken.load = *std::move(load);
  } else if (events_waiting_ < kMostWaiting) {
    taken = take_ready(book, passed);
  }
  leave(taken.load);
  if (!taken.load.empty() || !taken.refusals.empty()) nothing_before_.reset();
  return taken;
}

/// On the way, notes when one that waits can go, and what later events must not overtake.
std::optional<Load> Backlog::take_again(SteadyTime now, Targets& passed) {
  for (auto each = waiting_.begin(); each != waiting_.end(); ++each) {
    auto& parcels = each->load.parcels;
    const bool free = std::all_of(parcels.begin(), parcels.end(), [&](const Parcel& parcel) {
      return is_free(parcel.target, passed);
    });
    if (free && each->due <= now) {
      Load load = std::move(each->load);
      waiting_.erase(each);
      events_waiting_ -= load.parcels.size();
      return load;
    }
    if (free) nothing_before_ = std::min(*nothing_before_, each->due);
    for (const Parcel& parcel : parcels) passed.insert(parcel.target);
  }
  return std::nullopt;
}

/// The oldest event that can leave, and those that can leave with it.
Taken Backlog::take_ready(const Booking& book, Targets& passed) {
  Taken taken;
  Load& load = taken.load;
  std::string lane;
  for (auto each = ready_.begin(); each != ready_.end();) {
    Berth berth = book(*each);
    if (berth.sink == nullptr) break;
    if (berth.refusal) {
      taken.refusals.push_back({std::move(*each), *std::move(berth.refusal)});
      each = ready_.erase(each);
      if (taken.refusals.size() == Taken::kMostRefusals) break;
      continue;
    }
    each->target = berth.sink->target(each->event);
    const std::string_view its_lane = berth.sink->lane(each->item());
    const bool fits = load.empty() || (load.sink == berth.sink && lane == its_lane);
    if (!fits || !is_free(each->target, passed)) {
      passed.insert(each->target);
      ++each;
      continue;
    }
    load.sink = berth.sink;
    lane = its_lane;
    load.parcels.push_back(std::move(*each));
    each = ready_.erase(each);
    if (load.parcels.size() >= load.sink->capacity()) break;
  }
  return taken;
}

bool Backlog::is_free(const std::string& target, const Targets& passed) const {
  return target.empty() || (!passed.contains(target) && !under_way_.contains(target));
}

void Backlog::leave(Load& load) {
  for (const Parcel& parcel : load.parcels) {
    if (!parcel.target.empty()) under_way_.insert(parcel.target);
  }
}

void Backlog::landed(const Load& load) {
  for (const Parcel& parcel : load.parcels) {
    const auto found = under_way_.find(parcel.target);
    if (found != under_way_.end()) under_way_.erase(found);
  }
  nothing_before_.reset();
}

void Backlog::put_back(Load load, SteadyTime due) {
  events_waiting_ += load.parcels.size();
  const auto later = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& other) {
    return is_older(load.parcels.front(), other.load.parcels.front());
  });
  waiting_.insert(later, {due, std::move(load)});
  nothing_before_.reset();
}

void Backlog::advance(std::list<Parcel> parcels) {
  for (Parcel& parcel : parcels) parcel.tries = 0;
  parcels.sort(is_older);
  ready_.merge(std::move(parcels), is_older);
  nothing_before_.reset();
}

}  // namespace ordertail

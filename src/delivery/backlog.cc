#include "delivery/backlog.h"

#include <utility>

namespace ordertail {
namespace {

constexpr std::size_t kBatch = 256;
/// While so many wait to be tried again, none is tried for the first time: it bounds the memory.
constexpr std::size_t kMostWaiting = 1024;

}  // namespace

void Backlog::look_again() {
  for (const Parcel& parcel : ready_) done(parcel);
  ready_.clear();
  all_read_ = false;
}

void Backlog::refill() {
  if (!ready_.empty() || all_read_ || waiting_.size() >= kMostWaiting) return;
  const std::size_t wanted = kBatch + held_.size();
  std::vector<OutboxEvent> events = store_.pending(wanted);
  all_read_ = events.size() < wanted;
  for (OutboxEvent& event : events) {
    if (held_.insert(event.sequence).second) ready_.push_back({std::move(event), 0});
  }
}

SteadyTime Backlog::next_due() {
  refill();
  if (!ready_.empty() && waiting_.size() < kMostWaiting) return SteadyTime::min();
  return waiting_.empty() ? SteadyTime::max() : waiting_.begin()->first;
}

std::optional<Parcel> Backlog::take(SteadyTime now) {
  if (next_due() > now) return std::nullopt;
  if (!waiting_.empty() && waiting_.begin()->first <= now) {
    return std::move(waiting_.extract(waiting_.begin()).mapped());
  }
  Parcel parcel = std::move(ready_.front());
  ready_.pop_front();
  return parcel;
}

void Backlog::put_back(Parcel parcel, SteadyTime due) {
  waiting_.emplace(due, std::move(parcel));
}

}  // namespace ordertail

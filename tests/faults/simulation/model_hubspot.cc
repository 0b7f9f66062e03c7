#include "faults/simulation/model_hubspot.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ordertail::simulation {
namespace {

using namespace std::chrono_literals;
using faults::Api;
using faults::CrmStep;
using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr const char* kGuid = "6f2ccdfe-4892-4ffa-8593-940b12c11aa1";
constexpr std::size_t kMostIdleWaits = 100'000;

std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 14'695'981'039'346'656'037U) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  return hash;
}

HttpReply whole(int status, std::string body) {
  HttpReply reply;
  reply.transfer = Transfer::complete;
  reply.status = status;
  reply.content_type = "application/json";
  reply.body = std::move(body);
  return reply;
}

HttpReply lost(Transfer transfer) {
  HttpReply reply;
  reply.transfer = transfer;
  reply.error = transfer == Transfer::broken ? "the connection is gone" : "cannot connect";
  return reply;
}

std::string path_of(const std::string& url) {
  return url.substr(url.find('/', url.find("//") + 2));
}

}  // namespace

ModelHubSpot::ModelHubSpot(SimClock& clock, Rules rules, std::uint64_t seed)
    : clock_(clock), rules_(std::move(rules)), dice_(seed) {}

void ModelHubSpot::note(std::string_view what) {
  const auto time = clock_.now().time_since_epoch().count();
  trace_ = fnv1a(what, fnv1a(std::to_string(time), trace_));
}

std::chrono::sys_days ModelHubSpot::day() const {
  return std::chrono::floor<std::chrono::days>(clock_.world_time() + kZone);
}

SteadyTime ModelHubSpot::midnight() const {
  return clock_.now() + (day() + std::chrono::days(1) - kZone - clock_.world_time());
}

void ModelHubSpot::start(std::uint64_t ticket, HttpRequest request) {
  clock_.mortal_moment();
  change_weather();
  judge_start(request);
  const Parcel parcel = unpack(request);
  Flight flight = fare(parcel);
  if (flight.reply.transfer != Transfer::not_sent) count_arrival(parcel, flight.reply);
  flight.reply.ticket = ticket;
  note(fmt::format("{} {} {} {}", path_of(request.url), fnv1a(request.body), flight.reply.status,
                   static_cast<int>(flight.reply.transfer)));
  flights_.emplace(clock_.now() + latency(), std::move(flight));
  clock_.advance(std::chrono::microseconds(dice_.below(1'000)));
  clock_.mortal_moment();
}

std::vector<HttpReply> ModelHubSpot::wait(milliseconds timeout) {
  clock_.mortal_moment();
  if (told_) {
    closed_until_ = std::max(closed_until_, *std::exchange(told_, std::nullopt));
    is_tried_ = true;
  }
  const SteadyTime until = clock_.now() + timeout;
  const SteadyTime next = flights_.empty() ? until : std::min(until, flights_.begin()->first);
  const bool is_idle = next <= clock_.now() && flights_.empty();
  idle_waits_ = is_idle ? idle_waits_ + 1 : 0;
  if (idle_waits_ == kMostIdleWaits) throw std::runtime_error("the client spins");
  clock_.advance_to(next);
  std::vector<HttpReply> replies;
  while (!flights_.empty() && flights_.begin()->first <= clock_.now()) {
    Flight flight = std::move(flights_.begin()->second);
    flights_.erase(flights_.begin());
    const HttpReply& reply = flight.reply;
    const bool is_good = reply.transfer == Transfer::complete && reply.status < 500;
    if (flight.closes_until) {
      told_ = std::max(told_.value_or(SteadyTime{}), *flight.closes_until);
    } else if (is_good && clock_.now() >= closed_until_ && !told_) {
      is_tried_ = false;
    }
    replies.push_back(std::move(flight.reply));
  }
  return replies;
}

void ModelHubSpot::hang_up() {
  flights_.clear();
  told_.reset();  // it may have died before it could keep this
  bodies_.clear();
  run_requests_ = repetitions_ = 0;
  idle_waits_ = 0;
}

/// The client's promises.
void ModelHubSpot::judge_start(const HttpRequest& request) {
  const SteadyTime now = clock_.now();
  ++requests_;
  ++run_requests_;
  repetitions_ += bodies_.insert(fnv1a(request.url + request.body)).second ? 0 : 1;
  while (!starts_.empty() && now - starts_.front() > 10s) starts_.pop_front();
  starts_.push_back(now);
  if (starts_.size() > rules_.per_10s)
    complain(
        fmt::format("{} requests within 10 s, in place of {}", starts_.size(), rules_.per_10s));
  // At midnight the two may disagree for as long as a request takes to leave.
  if (++by_day_[day()] > rules_.per_day && now + 24h - midnight() > SimClock::kLongestStall)
    complain(fmt::format("{} requests on one day, in place of {}", by_day_[day()], rules_.per_day));
  if (last_start_ && clock_.world_time() > *last_start_ + 2 * SimClock::kLongestStall)
    complain("a request was begun after the run's deadline");
  judge_door();
}

/// What is refused for one of its orders has brought none of them: its halves are needed.
void ModelHubSpot::count_arrival(const Parcel& parcel, const HttpReply& reply) {
  ++came_;
  const auto is_new = [&](int order) { return !brought_.contains({order, parcel.step}); };
  needed_ += std::any_of(parcel.orders.begin(), parcel.orders.end(), is_new) ? 1 : 0;
  if (reply.status == 400) return;
  for (const int order : parcel.orders) brought_.emplace(order, parcel.step);
}

void ModelHubSpot::judge_door() {
  if (clock_.now() < closed_until_)
    complain(fmt::format("knocked {} s before the door opens",
                         std::chrono::duration<double>(closed_until_ - clock_.now()).count()));
  if (is_tried_ && !flights_.empty()) complain("more than one request tries a door");
}

void ModelHubSpot::change_weather() {
  if (clock_.now() < weather_until_) return;
  weather_until_ = clock_.now() + std::chrono::minutes(dice_.between(1, 30 * 60));
  const std::uint64_t chance = dice_.below(100);
  weather_ = chance < 55   ? Weather::fair
             : chance < 75 ? Weather::unsteady
             : chance < 80 ? Weather::failing
             : chance < 85 ? Weather::unreachable
             : chance < 90 ? Weather::slow
             : chance < 97 ? Weather::busy
                           : Weather::locked_out;
}

ModelHubSpot::Parcel ModelHubSpot::unpack(const HttpRequest& request) {
  faults::Request as_read;
  as_read.method = "POST";
  as_read.target = path_of(request.url);
  as_read.headers = {{"Authorization", request.authorization},
                     {"Content-Type", request.content_type}};
  as_read.body = request.body;
  Parcel parcel;
  parcel.orders = faults::orders_in(rules_.api, as_read);
  if (rules_.api == Api::crm) {
    parcel.step = faults::crm_inputs(as_read).front().step;
    parcel.body = faults::crm_body(as_read);
  } else {
    parcel.body = {{"guid", kGuid}};
  }
  return parcel;
}

/// What the weather, the network and the account's limits make of a request.
ModelHubSpot::Flight ModelHubSpot::fare(const Parcel& parcel) {
  const Weather weather = fair_for_ever_ ? Weather::fair : weather_;
  switch (weather) {
    case Weather::unreachable:
      return {lost(Transfer::not_sent), {}};
    case Weather::locked_out:
      return {whole(401, "{}"), {}};
    case Weather::failing:
      if (dice_.in_thousand(500)) apply(parcel);
      return {dice_.in_thousand(700) ? whole(dice_.in_thousand(500) ? 502 : 500, "oops")
                                     : lost(Transfer::broken),
              {}};
    case Weather::busy:
      if (dice_.in_thousand(300)) return refuse(429, "", static_cast<int>(dice_.between(1, 40)));
      if (dice_.in_thousand(50)) return refuse(423, "", std::nullopt);
      if (dice_.in_thousand(10)) return refuse(477, "", 7'200);
      break;
    case Weather::unsteady:
      if (!dice_.in_thousand(80)) break;
      if (dice_.in_thousand(300)) return {lost(Transfer::not_sent), {}};
      if (dice_.in_thousand(500)) apply(parcel);
      return {dice_.in_thousand(500) ? lost(Transfer::broken) : whole(503, ""), {}};
    case Weather::slow:
      if (!dice_.in_thousand(20)) break;
      apply(parcel);
      return {lost(Transfer::broken), {}};  // the client's patience has ended
    case Weather::fair:
      break;
  }
  return serve(parcel);
}

/// In good health; within the account's limits, which other apps use, too.
ModelHubSpot::Flight ModelHubSpot::serve(const Parcel& parcel) {
  std::uint64_t& others = others_by_day_[day()];
  if (!fair_for_ever_ && dice_.in_thousand(100))
    others += dice_.below(rules_.server_per_day / 4 + 1);
  const std::uint64_t used = by_day_[day()] + others;
  if (used > rules_.server_per_day) return refuse(429, "DAILY", std::nullopt);
  if (starts_.size() > rules_.server_per_10s && !fair_for_ever_)
    return refuse(429, "TEN_SECONDLY_ROLLING", std::nullopt);

  const auto is_poison = [this](int order) { return rules_.poison.contains(order); };
  Json body = parcel.body;
  Flight flight;
  if (std::any_of(parcel.orders.begin(), parcel.orders.end(), is_poison)) {
    if (rules_.api == Api::leads || dice_.in_thousand(500))
      return {whole(400, R"({"message":"not valid","category":"VALIDATION_ERROR"})"), {}};
    for (std::size_t i = body["results"].size(); i-- > 0;) {
      if (!is_poison(parcel.orders[i])) continue;
      body["errors"].push_back(
          {{"category", "VALIDATION_ERROR"},
           {"message", "not valid"},
           {"context", {{"objectWriteTraceId", {body["results"][i]["objectWriteTraceId"]}}}}});
      body["results"].erase(i);
    }
    flight.reply = whole(207, body.dump());
  } else {
    flight.reply = whole(200, body.dump());
  }
  Parcel taken = parcel;
  std::erase_if(taken.orders, is_poison);
  apply(taken);
  if (dice_.in_thousand(300)) {
    const std::uint64_t remaining = rules_.server_per_day - used;
    flight.reply.daily_remaining = remaining;
    if (remaining <= rules_.reserve) flight.closes_until = midnight();
  }
  return flight;
}

ModelHubSpot::Flight ModelHubSpot::refuse(int status, std::string_view policy,
                                          std::optional<int> retry_after) {
  Flight flight;
  flight.reply = whole(status, policy.empty() ? "{}" : Json{{"policyName", policy}}.dump());
  if (retry_after) flight.reply.retry_after = std::to_string(*retry_after);
  const bool is_daily = policy == "DAILY";
  const int seconds = retry_after ? *retry_after : status == 423 ? 2 : 10;
  flight.closes_until = is_daily ? midnight() : clock_.now() + std::chrono::seconds(seconds);
  return flight;
}

void ModelHubSpot::apply(const Parcel& parcel) {
  for (const int order : parcel.orders) {
    if (!rules_.poison.contains(order)) ++applied_[order][parcel.step];
  }
}

milliseconds ModelHubSpot::latency() {
  if (weather_ == Weather::slow && !fair_for_ever_)
    return milliseconds(dice_.between(500, 120'000));
  return milliseconds(dice_.between(5, 800));
}

}  // namespace ordertail::simulation

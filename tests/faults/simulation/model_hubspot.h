// HubSpot, and the network before it, as a model: limits, weather, and an account of all it saw.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "delivery/http.h"
#include "faults/crm_portal.h"
#include "faults/fault_modes.h"
#include "faults/simulation/sim_clock.h"

namespace ordertail::simulation {

/// What a client has promised, and what the server enforces.
struct Rules {
  faults::Api api = faults::Api::leads;  ///< leads (blind) or crm (idempotent)
  unsigned per_10s = 10;         ///< the client's own limit: more of it in 10 s is a violation
  std::uint64_t per_day = 50;    ///< likewise, in the account's day
  std::uint64_t reserve = 0;     ///< the client leaves so many of the account's day to others
  unsigned server_per_10s = 10;  ///< with all apps of the account: 429 TEN_SECONDLY above
  std::uint64_t server_per_day = 100;  ///< likewise: 429 DAILY above
  std::set<int> poison{};              ///< orders that it refuses for good
};

/// How requests fare; it changes from hour to hour.
enum class Weather { fair, unsteady, failing, unreachable, slow, busy, locked_out };

/// Takes requests at the moment at which they are started, and lets their replies come later, on
/// the simulated clock. It judges the client: see violations().
class ModelHubSpot final : public HttpTransport {
 public:
  /// The account's zone is UTC+5:30 without summer time.
  static constexpr std::chrono::minutes kZone{330};

  ModelHubSpot(SimClock& clock, Rules rules, std::uint64_t seed);

  void start(std::uint64_t ticket, HttpRequest request) override;
  std::vector<HttpReply> wait(std::chrono::milliseconds timeout) override;

  /// The client has died, or ended: what was under way is never answered.
  void hang_up();
  /// No more weather from now on, and no other apps.
  void clear_up() { fair_for_ever_ = true; }
  /// No request may be started after this time.
  void expect_no_start_after(std::optional<WallTime> time) { last_start_ = time; }

  /// How often each order was applied, by step; one step where the API has one.
  [[nodiscard]] const std::map<int, std::map<faults::CrmStep, int>>& applied() const {
    return applied_;
  }
  /// What the client did that it must not: a window above its limit, a knock at a door that it knew
  /// to be closed, more than one probe after that, and so on.
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  /// Of these, those that came to HubSpot, whatever it made of them.
  [[nodiscard]] std::uint64_t came() const { return came_; }
  /// Of those, the ones with something that none had brought before: an order, or a step of one.
  [[nodiscard]] std::uint64_t needed() const { return needed_; }
  /// What was left undone begins anew, as in a new run: to make its requests again is no
  /// repetition.
  void expect_fresh_start() { bodies_.clear(); }
  /// Requests since the last hang_up() that were the same to the byte as an earlier one since that,
  /// and since the last fresh start.
  [[nodiscard]] std::uint64_t repetitions() const { return repetitions_; }
  [[nodiscard]] std::uint64_t since_hang_up() const { return run_requests_; }
  /// Of everything that passed, in order.
  [[nodiscard]] std::uint64_t trace() const { return trace_; }
  void note(std::string_view what);

 private:
  struct Flight {
    HttpReply reply;
    std::optional<SteadyTime> closes_until;  // what the reply says of the door
  };
  struct Parcel {
    std::vector<int> orders;
    faults::CrmStep step{};
    nlohmann::json body;  // of a good reply
  };

  [[nodiscard]] Parcel unpack(const HttpRequest& request);
  void judge_start(const HttpRequest& request);
  void count_arrival(const Parcel& parcel, const HttpReply& reply);
  void judge_door();
  void change_weather();
  [[nodiscard]] Flight fare(const Parcel& parcel);
  [[nodiscard]] Flight serve(const Parcel& parcel);
  [[nodiscard]] Flight refuse(int status, std::string_view policy, std::optional<int> retry_after);
  void apply(const Parcel& parcel);
  [[nodiscard]] std::chrono::milliseconds latency();
  [[nodiscard]] std::chrono::sys_days day() const;
  [[nodiscard]] SteadyTime midnight() const;
  void complain(std::string what) { violations_.push_back(std::move(what)); }

  SimClock& clock_;
  const Rules rules_;
  Dice dice_;
  Weather weather_ = Weather::fair;
  SteadyTime weather_until_{};
  bool fair_for_ever_ = false;

  std::multimap<SteadyTime, Flight> flights_;
  std::deque<SteadyTime> starts_;  // of the last 10 s
  std::map<std::chrono::sys_days, std::uint64_t> by_day_, others_by_day_;
  std::optional<WallTime> last_start_;

  // The door, as the client must know it: what a reply says counts once the client has gone on.
  std::optional<SteadyTime> told_;
  SteadyTime closed_until_{};
  bool is_tried_ = false;
  std::size_t idle_waits_ = 0;

  std::map<int, std::map<faults::CrmStep, int>> applied_;
  std::set<std::uint64_t> bodies_;
  std::set<std::pair<int, faults::CrmStep>> brought_;
  std::vector<std::string> violations_;
  std::uint64_t requests_ = 0, run_requests_ = 0, repetitions_ = 0;
  std::uint64_t came_ = 0, needed_ = 0;
  std::uint64_t trace_ = 14'695'981'039'346'656'037U;
};

}  // namespace ordertail::simulation

#include "faults/simulation/thirty_days.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>

#include "delivery/courier.h"
#include "delivery/crm.h"
#include "delivery/leads.h"
#include "event/event_json.h"
#include "faults/simulation/model_hubspot.h"
#include "store/store.h"
#include "temporary_directory.h"

namespace ordertail::simulation {
namespace {

using namespace std::chrono_literals;
using faults::Api;
using faults::CrmStep;

constexpr int kDays = 30;
constexpr int kDaysToRest = 60;  // in fair weather, with the same quotas
constexpr std::uint64_t kHandful = 20;
constexpr HashKey kIdKey{7};  // so that the same seed makes the same ids

Hash128 id_of(int order) {
  return keyed_hash(kIdKey, {std::to_string(order)});
}

Rules rules_for(Dice& dice) {
  Rules rules;
  rules.api = dice.in_thousand(500) ? Api::leads : Api::crm;
  rules.per_10s = static_cast<unsigned>(dice.between(1, 40));
  rules.per_day = dice.between(4, 80);
  rules.reserve = dice.below(4);
  rules.server_per_10s =
      static_cast<unsigned>(dice.between(rules.per_10s / 2 + 1, rules.per_10s + 3));
  rules.server_per_day = dice.between(8, 160);
  return rules;
}

class World {
 public:
  explicit World(std::uint64_t seed)
      : dice_(seed),
        clock_(dice_.seed()),
        rules_(rules_for(dice_)),
        orders_(1 + static_cast<int>(dice_.below(400))) {
    for (int order = 1; order <= orders_; ++order)
      if (dice_.in_thousand(10)) rules_.poison.insert(order);
    hubspot_.emplace(clock_, rules_, dice_.seed());
    if (rules_.api == Api::leads) {
      sink_ = std::make_unique<LeadsSink>("http://127.0.0.1:9/?app=leaddirector&FormName=x", "");
    } else {
      CrmSettings settings;
      settings.order_id = "order_key";
      sink_ = std::make_unique<CrmSink>("http://127.0.0.1:9", "token", settings);
    }
    limits_.requests_per_10s = rules_.per_10s;
    limits_.requests_per_day = rules_.per_day;
    limits_.requests_reserve = rules_.reserve;
    limits_.concurrency = static_cast<unsigned>(dice_.between(1, 8));
    limits_.tries = static_cast<unsigned>(dice_.between(2, 6));
  }

  Month live() {
    // A part of the orders is history; the others come day by day.
    came_ = static_cast<int>(dice_.below(static_cast<std::uint64_t>(orders_) + 1));
    while (clock_.now() < SteadyTime(24h * kDays)) {
      run_once(/*may_fail=*/true);
      // The timer starts the next run a day later; somebody starts one by hand.
      clock_.advance(dice_.in_thousand(350) ? std::chrono::minutes(dice_.below(180)) : 24h);
    }
    came_ = orders_;
    hubspot_->clear_up();
    bool is_at_rest = false;
    for (int day = 0; day < kDaysToRest && !is_at_rest; ++day) {
      clock_.advance(24h);
      is_at_rest = run_once(/*may_fail=*/false);
    }
    if (!is_at_rest) complain("it does not come to rest");
    Store store(path(), StoreMode::write, clock_);
    judge(store);
    for (const std::string& violation : hubspot_->violations()) complain(violation);
    month_.trace = hubspot_->trace();
    month_.requests = hubspot_->requests();
    month_.came = hubspot_->came();
    month_.needed = hubspot_->needed();
    month_.orders = static_cast<std::uint64_t>(orders_);
    return std::move(month_);
  }

 private:
  [[nodiscard]] std::filesystem::path path() const { return files_.path() / "main.db"; }
  void complain(std::string what) { month_.wrong.push_back(std::move(what)); }

  /// One process. True when it left nothing to do.
  bool run_once(bool may_fail) {
    ++month_.runs;
    bool is_done = false;
    if (may_fail && dice_.in_thousand(200)) clock_.set_death(dice_.between(1, 400));
    try {
      is_done = process(may_fail);
    } catch (const Killed&) {
      ++month_.kills;
      hubspot_->note("killed");
    } catch (const std::exception& error) {
      complain(error.what());
    }
    clock_.set_death(std::nullopt);
    check_repetitions();
    hubspot_->hang_up();
    return is_done;
  }

  /// Most drain the outbox once; some go on for days, as logs grow.
  bool process(bool may_fail) {
    Store store(path(), StoreMode::write, clock_);
    const std::uint64_t drains = may_fail && dice_.in_thousand(400) ? dice_.between(2, 8) : 1;
    Limits limits = limits_;
    if (drains == 1 && may_fail && dice_.in_thousand(200))
      limits.until = clock_.world_time() + std::chrono::minutes(dice_.below(60));
    hubspot_->expect_no_start_after(limits.until);
    const std::atomic<bool> interrupted{false};
    Courier courier(store, *hubspot_, {{Kind::purchase, {sink_.get()}}}, limits, zone_, clock_,
                    dice_.seed(), interrupted, {});
    for (std::uint64_t drain = 1; drain <= drains; ++drain) {
      if (drain > 1) clock_.advance(std::chrono::minutes(dice_.below(24 * 60)));
      if (may_fail)
        came_ += static_cast<int>(dice_.below(static_cast<std::uint64_t>(orders_ - came_) / 8 + 1));
      stage(store);
      staged_ = came_;
      hubspot_->expect_fresh_start();
      const bool is_short = may_fail && dice_.in_thousand(100);
      const Delivered delivered = courier.drain(is_short ? dice_.between(1, 20) : 1'000'000);
      note(delivered, store.totals());
    }
    return store.totals().pending == 0;
  }

  void note(const Delivered& delivered, const Totals& totals) {
    if (totals.submitted + totals.rejected + totals.pending + totals.in_doubt !=
        static_cast<std::uint64_t>(came_))
      complain("the states do not add up");
    hubspot_->note(fmt::format("{} {} {} {} {} {} {}", static_cast<int>(delivered.exit),
                               delivered.message, delivered.requests, totals.submitted,
                               totals.rejected, totals.pending, totals.in_doubt));
  }

  /// What a process that died had staged is known again.
  void stage(Store& store) {
    store.begin_slice();
    for (int order = staged_ + 1; order <= came_; ++order) {
      Event event;
      event.kind = Kind::purchase;
      event.shop = "main";
      event.order_number = std::to_string(order);
      event.email = fmt::format("customer{}@example.com", order);
      event.id = id_of(order);
      event.occurred_at = Instant(std::chrono::seconds(1'700'000'000 + order));
      std::string json;
      append_json(event, json);
      store.stage(event, json);
    }
    store.commit_slice();
  }

  /// The budget of a process: one request in ten, and a handful.
  void check_repetitions() {
    const std::uint64_t repeated = hubspot_->repetitions();
    if (repeated > kHandful + hubspot_->since_hang_up() / 10)
      complain(fmt::format("{} of a run's {} requests were repetitions", repeated,
                           hubspot_->since_hang_up()));
  }

  /// The store's account, against the model's.
  void judge(Store& store) {
    std::set<std::string> resent;
    for (const Resolution& event : store.repeated(~std::size_t{0} >> 1U))
      resent.insert(event.order_number);
    std::set<Hash128> doubts;
    for (const Held& doubt : store.in_doubt(~std::size_t{0} >> 1U)) doubts.insert(doubt.id);
    if (rules_.api == Api::crm && !doubts.empty()) complain("the CRM leaves doubts");
    for (int order = 1; order <= orders_; ++order)
      judge_order(order, store.find(id_of(order)).state, doubts.contains(id_of(order)),
                  resent.contains(std::to_string(order)));
  }

  void judge_order(int order, Known::State state, bool in_doubt, bool resent) {
    const auto found = hubspot_->applied().find(order);
    int least = 0;
    int most = 0;
    if (found != hubspot_->applied().end()) {
      const auto& steps = found->second;
      const std::size_t all = rules_.api == Api::crm ? 3 : 1;
      least = steps.size() == all ? 1 : 0;
      for (const auto& [step, times] : steps) most = std::max(most, times);
    }
    const bool poison = rules_.poison.contains(order);
    if (most > 1 && (rules_.api == Api::leads || !resent))
      complain(fmt::format("{} was applied {} times, and is not listed", order, most));
    if (state == Known::submitted && least == 0) complain(fmt::format("{} is lost", order));
    const bool refused = state == Known::refused || state == Known::rejected;
    if (refused && !poison) complain(fmt::format("{} was rejected, but not by HubSpot", order));
    if (state == Known::sent && !in_doubt) complain(fmt::format("{} is still on its way", order));
    if (state == Known::no || state == Known::pending) complain(fmt::format("{} waits", order));
  }

  Dice dice_;
  SimClock clock_;
  Rules rules_;
  const int orders_;
  std::optional<ModelHubSpot> hubspot_;
  std::unique_ptr<Sink> sink_;
  Limits limits_;
  const TimeZone zone_ = TimeZone::find("Asia/Kolkata");
  const TemporaryDirectory files_;
  int came_ = 0, staged_ = 0;  // orders 1 to this one
  Month month_;
};

}  // namespace

Month live_thirty_days(std::uint64_t seed) {
  return World(seed).live();
}

}  // namespace ordertail::simulation

// An idempotent sink that takes several events a request, in one step or two, and its server.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "delivery/refusal.h"
#include "delivery/stand_ins.h"

namespace ordertail {

/// A request's body is its lane and its orders: "contacts:1,2,3". Its reply is "ok", or says of
/// each order that it does not take what that means: "2=rejected,3=in_doubt".
class BatchSink final : public Sink {
 public:
  explicit BatchSink(std::size_t capacity, int steps = 1) : capacity_(capacity), steps_(steps) {}

  [[nodiscard]] std::string_view name() const override { return "batch"; }
  [[nodiscard]] Repeat repeat() const override { return Repeat::idempotent; }
  [[nodiscard]] std::size_t capacity() const override { return capacity_; }
  [[nodiscard]] std::string_view lane(const Item& item) const override {
    return item.progress.empty() ? "contacts" : "orders";
  }
  [[nodiscard]] std::string target(const Event& event) const override { return event.email; }

  [[nodiscard]] HttpRequest render(std::span<const Item> items) const override {
    HttpRequest request;
    request.body = lane(items.front());
    for (const Item& item : items) {
      EXPECT_EQ(lane(item), lane(items.front()));
      request.body += (&item == &items.front() ? ":" : ",") + item.event.order_number;
    }
    return request;
  }
  [[nodiscard]] ReplyJudgement judge(const HttpReply& reply, std::span<const Item> items,
                                     WallTime now) const override {
    if (reply.transfer != Transfer::complete || reply.status != 200)
      return judge_refusal(reply, items.size(), now, "");
    std::map<std::string, std::string, std::less<>> said;
    std::istringstream body(reply.body);
    for (std::string word; std::getline(body, word, ',');) {
      const auto at = word.find('=');
      if (at != std::string::npos) said[word.substr(0, at)] = word.substr(at + 1);
    }
    ReplyJudgement judgement;
    for (const Item& item : items)
      judgement.events.push_back(judge_event(said[item.event.order_number], item));
    return judgement;
  }

 private:
  [[nodiscard]] Judgement judge_event(const std::string& word, const Item& item) const {
    if (word == "rejected") return {Verdict::rejected, "poison", "it is poison", {}};
    if (word == "in_doubt") return {Verdict::in_doubt, "not_named", "it is not named", {}};
    if (word == "not_applied") return {Verdict::not_applied, "later", "it may come later", {}};
    if (word == "isolate") return {Verdict::isolate, "who", "one of them is wrong", {}};
    if (steps_ == 1 || !item.progress.empty()) return {Verdict::accepted, {}, {}, {}};
    return {Verdict::advanced, {}, {}, "contact " + item.event.order_number};
  }

  std::size_t capacity_;
  int steps_;
};

/// What a request of a BatchSink is for.
struct BatchRequest {
  std::string lane;
  std::vector<int> orders;
};

inline BatchRequest batch_of(const HttpRequest& request) {
  BatchRequest batch;
  std::istringstream body(request.body);
  std::getline(body, batch.lane, ':');
  for (std::string order; std::getline(body, order, ',');) batch.orders.push_back(std::stoi(order));
  return batch;
}

/// Answers each request as `answer` says. It sees to it that no two requests at once are about the
/// same customer.
class BatchServer final : public HttpTransport {
 public:
  struct Start {
    SteadyTime time;
    BatchRequest batch;
  };
  using Answer = std::function<std::optional<HttpReply>(const BatchRequest& batch)>;
  using Customers = std::function<std::string(int order)>;

  BatchServer(FakeClock& clock, Customers customer, Answer answer)
      : clock_(clock),
        customer_(std::move(customer)),
        answer_(std::move(answer)),
        replies_(clock) {}

  void start(std::uint64_t ticket, HttpRequest request) override {
    BatchRequest batch = batch_of(request);
    starts.push_back({clock_.steady(), batch});
    std::set<std::string> customers;
    for (const int order : batch.orders) {
      EXPECT_TRUE(orders_.insert(order).second) << "order " << order << " is under way twice";
      customers.insert(customer_(order));
    }
    for (const std::string& customer : customers)
      EXPECT_TRUE(customers_.insert(customer).second) << customer << " is under way twice";
    if (on_start) on_start(batch);
    auto reply = answer_(batch);
    under_way_[ticket] = std::move(batch);
    most_in_flight = std::max(most_in_flight, under_way_.size());
    if (!reply) return;
    reply->ticket = ticket;
    replies_.add(latency(), *std::move(reply));
  }

  std::vector<HttpReply> wait(std::chrono::milliseconds timeout) override {
    std::vector<HttpReply> replies = replies_.wait(timeout);
    for (const HttpReply& reply : replies) {
      const auto node = under_way_.extract(reply.ticket);
      for (const int order : node.mapped().orders) {
        orders_.erase(order);
        customers_.erase(customer_(order));
      }
    }
    return replies;
  }

  std::function<std::chrono::milliseconds()> latency = [] { return std::chrono::milliseconds(40); };
  std::function<void(const BatchRequest&)> on_start;
  std::vector<Start> starts;
  std::size_t most_in_flight = 0;

 private:
  FakeClock& clock_;
  Customers customer_;
  Answer answer_;
  std::set<int> orders_;
  std::set<std::string> customers_;
  std::map<std::uint64_t, BatchRequest> under_way_;
  TimedReplies replies_;
};

inline constexpr std::uint64_t kAll = 1'000'000;

inline HttpReply ok() {
  return answered(200, "ok");
}

/// Each order is another customer's, unless a test says otherwise.
class BatchesTest : public testing::Test {
 protected:
  static Limits fast() {
    Limits limits;
    limits.requests_per_10s = 0;
    return limits;
  }
  Courier courier(BatchServer& server, const Limits& limits, const Route& route) {
    CourierObserver observer;
    observer.problem = [this](const Event& event, const Judgement& judgement) {
      problems.push_back(event.order_number + " " + judgement.reason);
    };
    observer.pause = [this](std::string_view message) { pauses.emplace_back(message); };
    return Courier(shop.store(), server, {{Kind::purchase, route}}, limits,
                   TimeZone::find("America/New_York"), clock, 42, interrupted, observer);
  }
  Delivered drain(BatchServer& server, const Sink& sink, const Limits& limits = fast(),
                  std::uint64_t most = kAll) {
    return courier(server, limits, {&sink}).drain(most);
  }
  void stage(int count) {
    shop.email = customer;
    shop.stage(1, count);
  }
  BatchServer server(BatchServer::Answer answer) {
    return BatchServer(
        clock, [this](int order) { return customer(order); }, std::move(answer));
  }
  /// "contacts 1,2,3"
  static std::vector<std::string> requests(const BatchServer& server) {
    std::vector<std::string> all;
    for (const auto& start : server.starts) {
      std::string& request = all.emplace_back(start.batch.lane);
      for (const int& order : start.batch.orders)
        request += (&order == &start.batch.orders.front() ? " " : ",") + std::to_string(order);
    }
    return all;
  }
  std::string totals() {
    const Totals totals = shop.store().totals();
    return std::to_string(totals.submitted) + "/" + std::to_string(totals.rejected) + "/" +
           std::to_string(totals.pending) + "/" + std::to_string(totals.in_doubt);
  }

  FakeClock clock;
  Shop shop{clock};
  std::function<std::string(int)> customer = [](int order) {
    return "c" + std::to_string(order) + "@example.com";
  };
  std::atomic<bool> interrupted{false};
  std::vector<std::string> problems, pauses;
};

}  // namespace ordertail

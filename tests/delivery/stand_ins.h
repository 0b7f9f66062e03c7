// A clock, a server and a shop that tests own, for the courier's tests.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "delivery/courier.h"
#include "delivery/http.h"
#include "delivery/leads.h"
#include "event/event_json.h"
#include "store/store.h"

namespace ordertail {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return steady_; }
  [[nodiscard]] WallTime wall() const override { return wall_; }
  void advance(std::chrono::nanoseconds time) {
    steady_ += time;
    wall_ = start_ + std::chrono::floor<std::chrono::milliseconds>(steady_.time_since_epoch());
  }

 private:
  // Noon of 2023-12-31 in New York.
  const WallTime start_{std::chrono::seconds(1'704'042'000)};
  SteadyTime steady_{};
  WallTime wall_ = start_;
};

/// The order number in a request's body.
inline int order_of(const HttpRequest& request) {
  const auto at = request.body.find("order_number=");
  return at == std::string::npos ? -1 : std::stoi(request.body.substr(at + 13));
}

/// Replies that come when their time has come on the fake clock.
class TimedReplies {
 public:
  explicit TimedReplies(FakeClock& clock) : clock_(clock) {}

  void add(std::chrono::milliseconds latency, HttpReply reply) {
    replies_.emplace(clock_.steady() + latency, std::move(reply));
  }
  /// As HttpTransport::wait(): moves the clock.
  std::vector<HttpReply> wait(std::chrono::milliseconds timeout) {
    const SteadyTime until = clock_.steady() + timeout;
    const SteadyTime next = replies_.empty() ? until : std::min(until, replies_.begin()->first);
    if (next > clock_.steady()) clock_.advance(next - clock_.steady());
    std::vector<HttpReply> replies;
    while (!replies_.empty() && replies_.begin()->first <= clock_.steady()) {
      replies.push_back(std::move(replies_.begin()->second));
      replies_.erase(replies_.begin());
    }
    return replies;
  }

 private:
  FakeClock& clock_;
  std::multimap<SteadyTime, HttpReply> replies_;
};

/// A server that answers each request as `answer` says, after `latency` on the fake clock.
class FakeTransport final : public HttpTransport {
 public:
  struct Start {
    SteadyTime time;
    int order;
  };
  using Answer = std::function<std::optional<HttpReply>(int order)>;

  FakeTransport(FakeClock& clock, Answer answer)
      : clock_(clock), answer_(std::move(answer)), replies_(clock) {}

  void start(std::uint64_t ticket, HttpRequest request) override {
    const int order = order_of(request);
    starts.push_back({clock_.steady(), order});
    EXPECT_TRUE(in_flight.insert(order).second) << "order " << order << " is in flight twice";
    most_in_flight = std::max(most_in_flight, in_flight.size());
    if (on_start) on_start(order);
    auto reply = answer_(order);
    if (!reply) return;  // never answered
    reply->ticket = ticket;
    orders_[ticket] = order;
    replies_.add(latency(), *std::move(reply));
  }

  std::vector<HttpReply> wait(std::chrono::milliseconds timeout) override {
    std::vector<HttpReply> replies = replies_.wait(timeout);
    for (const HttpReply& reply : replies) in_flight.erase(orders_.at(reply.ticket));
    return replies;
  }

  std::function<std::chrono::milliseconds()> latency = [] { return std::chrono::milliseconds(40); };
  std::function<void(int order)> on_start;
  std::vector<Start> starts;
  std::set<int> in_flight;
  std::size_t most_in_flight = 0;

 private:
  FakeClock& clock_;
  Answer answer_;
  std::map<std::uint64_t, int> orders_;  // by ticket
  TimedReplies replies_;
};

inline HttpReply answered(int status, std::string body = "",
                          std::optional<std::string> retry_after = {}) {
  HttpReply reply;
  reply.transfer = Transfer::complete;
  reply.status = status;
  reply.body = std::move(body);
  reply.retry_after = std::move(retry_after);
  return reply;
}
inline HttpReply thanks() {
  return answered(200, "6f2ccdfe4892f0fa0593940b12c11aa1");
}
inline HttpReply refused_connection() {
  HttpReply reply;
  reply.error = "cannot connect to 127.0.0.1:9: Connection refused";
  return reply;
}
inline HttpReply broken() {
  HttpReply reply;
  reply.transfer = Transfer::broken;
  reply.error = "127.0.0.1:9 closed the connection without a reply";
  return reply;
}

/// A store in a directory of its own, with `orders` purchases pending: order number 1 is the
/// oldest.
class Shop {
 public:
  explicit Shop(FakeClock& clock, int orders = 0)
      : directory_(make_directory()), store_(directory_ / "shop.db", StoreMode::write, clock) {
    stage(1, orders);
  }
  ~Shop() { std::filesystem::remove_all(directory_); }
  Shop(const Shop&) = delete;
  Shop& operator=(const Shop&) = delete;

  /// Whose order it is.
  std::function<std::string(int order)> email = [](int) { return "ann@example.com"; };

  void stage(int first, int count) {
    store_.begin_slice();
    for (int order = first; order < first + count; ++order) stage_one(order);
    store_.commit_slice();
  }

  [[nodiscard]] Store& store() { return store_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  static std::filesystem::path make_directory() {
    std::string path = testing::TempDir() + "delivery.XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp " + path);
    return path;
  }

 private:
  void stage_one(int order) {
    Event event;
    event.kind = Kind::purchase;
    event.shop = "main";
    event.order_number = std::to_string(order);
    event.email = email(order);
    event.id = keyed_hash(store_.id_key(), {event.order_number});
    event.occurred_at = Instant(std::chrono::seconds(1'700'000'000 + order));
    std::string json;
    append_json(event, json);
    store_.stage(event, json);
  }

  std::filesystem::path directory_;
  Store store_;
};

}  // namespace ordertail

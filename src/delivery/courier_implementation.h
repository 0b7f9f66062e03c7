// What the sources of the courier share: courier.cc makes requests, courier_replies.cc takes what
// comes of them, and courier_lookup.cc looks up what is in doubt before there are any.
//
//   backlog ─► plan ─► commit_and_start ─► transport ─► settle ─► outcomes ─► (next commit)
//      ▲         (gate: when)  (store: durable)          (sink: verdicts)
//      └─────── put_back, advance: what is to be sent again, or further ◄──┘
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "delivery/backlog.h"
#include "delivery/courier.h"
#include "delivery/gate.h"
#include "delivery/health.h"

namespace ordertail {

/// A submission may come late into the listing that it is looked up in.
inline constexpr std::chrono::minutes kLookAgain{10};

struct Courier::Implementation {
  Implementation(Store& store_, HttpTransport& transport_, std::map<Kind, Route> routes_,
                 const Limits& limits_, TimeZone zone_, const Clock& clock_, std::uint64_t seed,
                 const std::atomic<bool>& interrupted_, CourierObserver observer_);

  Delivered drain(std::uint64_t most_requests);

  // Looking up.
  void look_up();
  void look_up_soon();
  void look_up(Kind kind, const Sink& sink);
  void heed_listing(const Sink& sink, const ReplyJudgement& said, std::size_t doubts);
  [[nodiscard]] std::optional<HttpReply> ask(const Sink& sink, HttpRequest request);

  // Requests.
  [[nodiscard]] std::size_t room() const;
  std::vector<Load> plan();
  [[nodiscard]] Berth book(const Parcel& parcel);
  [[nodiscard]] bool admit(const Load& load);
  void turn_away(const std::vector<Refusal>& refusals);
  void commit_and_start(std::vector<Load> loads);
  [[nodiscard]] bool over();
  [[nodiscard]] std::chrono::milliseconds nap();
  void heed_interruption();
  [[nodiscard]] bool is_late() const;
  void heed_deadline();
  void halt(ExitCode exit, std::string why);
  [[nodiscard]] std::string parting_words() const;

  // Replies.
  void settle(const HttpReply& reply);
  void record(std::uint64_t ticket, const Load& load, const std::vector<Judgement>& judgements,
              int status);
  void tell(const Event& event, const Judgement& judgement);
  void heed(const Load& load, const ReplyJudgement& said);
  void watch(const Load& load, const HttpReply& reply, const ReplyJudgement& said);
  void watch_rejections(const std::vector<Judgement>& judgements);
  void send_on(Load load, const ReplyJudgement& said);
  [[nodiscard]] bool is_ailing(const Load& load, unsigned tries, const Judgement& why);
  void try_again(Load load, const Judgement& why, Next next);
  void halve(Load load);

  struct Stop {
    ExitCode exit;
    std::string why;
  };

  Store& store;
  HttpTransport& transport;
  const std::map<Kind, Route> routes;
  const Limits limits;
  const TimeZone zone;
  const Clock& clock;
  const std::atomic<bool>& interrupted;
  const CourierObserver observer;
  const std::optional<SteadyTime> deadline;

  Gate gate;
  Backlog backlog;
  std::mt19937_64 random;
  std::unordered_map<std::uint64_t, Load> flights;  // by ticket, which is the attempt's id
  std::vector<Outcome> outcomes;                    // judged, not yet durable
  std::uint64_t sent_in_bulk = 0;                   // through sinks that forbid it
  std::map<std::string_view, Breaker> breakers;     // by sink
  RetryBudget retries;
  RejectRate rejections;
  SteadyTime next_lookup = SteadyTime::min();
  std::chrono::minutes lookup_pause = kLookAgain;
  std::uint64_t lookups = 0;  // their tickets count down, from the greatest number on

  // Of the drain under way.
  std::uint64_t most = 0;
  Delivered delivered;
  std::optional<Stop> stop;
  std::optional<SteadyTime> patience_ends;  // for the flights that an interruption found
};

}  // namespace ordertail

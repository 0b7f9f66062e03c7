#include "delivery/refusal.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "delivery/retry.h"
#include "delivery/server_words.h"

namespace ordertail {
namespace {

using std::chrono::seconds;

ReplyJudgement in_doubt(std::size_t events, std::string reason, std::string message) {
  return alike(events, {Verdict::in_doubt, std::move(reason), std::move(message), {}});
}

/// Of several events it is not known which one the server means.
ReplyJudgement refused(std::size_t events, std::string reason, std::string message) {
  const Verdict verdict = events > 1 ? Verdict::isolate : Verdict::rejected;
  return alike(events, {verdict, std::move(reason), std::move(message), {}});
}

ReplyJudgement wait(std::size_t events, std::string reason, const std::string& message,
                    std::optional<seconds> wait_for) {
  auto judgement = alike(events, {Verdict::not_applied, std::move(reason), message, {}});
  judgement.next = Next::wait;
  judgement.message = message;
  judgement.wait_for = wait_for;
  return judgement;
}

/// 429. HubSpot names the limit in "policyName"; a Retry-After header, when there is one, wins over
/// the shorter limits.
ReplyJudgement judge_too_many(const HttpReply& reply, std::size_t events,
                              std::optional<seconds> asked, std::string_view secret) {
  const std::string policy = json_text(reply.body, "policyName");
  const std::string message =
      fmt::format("the server wants fewer requests (status 429){}", words_of(reply.body, secret));
  if (policy.starts_with("DAILY")) {
    auto judgement = alike(events, {Verdict::not_applied, "quota_daily", message, {}});
    judgement.next = Next::next_day;
    judgement.message = message;
    return judgement;
  }
  if (!asked && policy.starts_with("SECONDLY")) asked = seconds(1);
  if (!asked && policy.starts_with("TEN_SECONDLY")) asked = seconds(10);
  return wait(events, "http_429", message, asked);
}

ReplyJudgement judge_incomplete(const HttpReply& reply, std::size_t events) {
  if (reply.transfer == Transfer::broken) return in_doubt(events, "connection_lost", reply.error);
  if (reply.server_not_trusted) {
    return stop(events, ExitCode::credentials, "server_not_trusted", reply.error);
  }
  return alike(events, {Verdict::not_applied, "not_sent", reply.error, {}});
}

ReplyJudgement judge_client_error(const HttpReply& reply, std::size_t events, WallTime now,
                                  std::string_view secret) {
  const int status = reply.status;
  const std::string reason = fmt::format("http_{}", status);
  const std::string words = words_of(reply.body, secret);
  const std::string_view what = events > 1 ? "request" : "event";
  const auto asked =
      reply.retry_after ? parse_retry_after(*reply.retry_after, now) : std::optional<seconds>();
  switch (status) {
    case 401:
    case 403:
      return stop(events, ExitCode::credentials, reason,
                  fmt::format("the server refused the credential with status {}{}", status, words));
    case 404:
    case 405:
    case 410:
      return stop(events, ExitCode::usage, reason,
                  fmt::format("the endpoint answered with status {}{}; check its url in the job",
                              status, words));
    case 408:
      return in_doubt(events, reason, "the server gave up waiting for the request (status 408)");
    case 413:
    case 414:
    case 431:
      return refused(events, "too_large",
                     fmt::format("the server finds the {} too large (status {})", what, status));
    case 423:  // "Locks will last for 2 seconds" (HubSpot, error handling)
      return wait(events, reason, "the server has locked the contact for a moment (status 423)",
                  std::max(asked.value_or(seconds(2)), seconds(2)));
    case 429:
      return judge_too_many(reply, events, asked, secret);
    case 477:  // HubSpot: the account is being moved; Retry-After says how long, up to 24 hours
      return wait(events, reason, "HubSpot is moving the account (status 477)", asked);
    default:
      return refused(
          events, reason,
          fmt::format("the server refused the {} with status {}{}", what, status, words));
  }
}

}  // namespace

ReplyJudgement alike(std::size_t events, Judgement judgement) {
  ReplyJudgement all;
  all.events.assign(events, std::move(judgement));
  return all;
}

ReplyJudgement stop(std::size_t events, ExitCode exit, std::string reason, std::string message) {
  auto judgement = alike(events, {Verdict::not_applied, std::move(reason), message, {}});
  judgement.next = Next::stop;
  judgement.exit = exit;
  judgement.message = std::move(message);
  return judgement;
}

ReplyJudgement judge_refusal(const HttpReply& reply, std::size_t events, WallTime now,
                             std::string_view secret) {
  if (reply.transfer != Transfer::complete) return judge_incomplete(reply, events);
  const std::string reason = fmt::format("http_{}", reply.status);
  switch (reply.status / 100) {
    case 3:
      return stop(events, ExitCode::usage, reason,
                  fmt::format("the endpoint redirects (status {}), which is never followed; check "
                              "its url in the job",
                              reply.status));
    case 4:
      return judge_client_error(reply, events, now, secret);
    case 5:
      return in_doubt(events, reason,
                      fmt::format("the server failed with status {}{}", reply.status,
                                  words_of(reply.body, secret)));
    default:
      return in_doubt(events, "unreadable_ack",
                      fmt::format("the server answered with status {}, which says nothing of the "
                                  "event",
                                  reply.status));
  }
}

ReplyJudgement judge_unreadable(const HttpReply& reply, std::size_t events,
                                std::string_view wanted) {
  constexpr const char* kReason = "unreadable_ack";
  if (is_web_page(reply.body)) {
    const std::string message = fmt::format(
        "the endpoint answered with a web page (status {}), as HubSpot never does; "
        "check its url in the job, and the network",
        reply.status);
    auto judgement = in_doubt(events, kReason, message);
    judgement.next = Next::stop;
    judgement.exit = ExitCode::stopped_early;
    judgement.message = message;
    return judgement;
  }
  std::string but = fmt::format("without {}", wanted);
  if (is_markup(reply.body)) but = fmt::format("with markup in place of {}", wanted);
  if (reports_error(reply.body)) but = "to report an error";
  return in_doubt(events, kReason,
                  fmt::format("the server answered with status {}, but {}", reply.status, but));
}

}  // namespace ordertail

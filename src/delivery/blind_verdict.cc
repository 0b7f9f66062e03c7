#include "delivery/blind_verdict.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "delivery/form_encoding.h"
#include "delivery/retry.h"

namespace ordertail {
namespace {

using std::chrono::seconds;

constexpr std::size_t kWords = 200;

/// A member of a JSON object, or nothing when the body is no such thing.
std::string json_text(std::string_view body, const char* key) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return {};
  const auto member = json.find(key);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

/// Whatever the case, as an echo may write %2b for %2B.
void blot_out(std::string_view spelling, std::string& words) {
  if (spelling.empty()) return;
  const std::string wanted = lower(spelling);
  std::string low = lower(words);
  for (std::size_t at = 0; (at = low.find(wanted, at)) != std::string::npos; at += 3) {
    words.replace(at, wanted.size(), "***");
    low.replace(at, wanted.size(), "***");
  }
}

/// A server may repeat the form it was sent, whole, cut short, or decoded.
void hide_secret(std::string_view secret, std::string& words) {
  std::string field;
  append_form_field("", secret, field);
  blot_out(secret, words);
  blot_out(std::string_view(field).substr(1), words);
  words.resize(std::min(lower(words).find("hapikey="), words.size()));
}

/// May `c` stand before the at sign of an address, as it is or in a form? Rather too much is masked
/// than too little.
bool is_local(char c) {
  return static_cast<unsigned char>(c) > ' ' &&
         std::string_view("@&=<>(),:;[]\\\"").find(c) == std::string_view::npos;
}

/// "u***@example.com" and "u***%40example.com"
std::string with_masked_addresses(std::string_view words) {
  std::string result;
  while (!words.empty()) {
    const bool in_form = words.starts_with("%40");
    if (in_form || words.front() == '@') {
      std::size_t local = result.size();
      while (local > 0 && is_local(result[local - 1])) --local;
      result.replace(local, std::string::npos, masked(result.substr(local)));
    }
    const std::size_t taken = in_form ? 3 : 1;
    result += words.substr(0, taken);
    words.remove_prefix(taken);
  }
  return result;
}

/// ": " and what the server says, or nothing when it says nothing worth showing.
std::string words_of(const HttpReply& reply, std::string_view secret) {
  std::string words = json_text(reply.body, "message");
  if (words.empty() && !is_web_page(reply.body)) words = trim(reply.body);
  words = fit_to_show(std::move(words), secret);
  return words.empty() ? words : ": " + words;
}

Judgement stop(ExitCode exit, std::string reason, std::string message) {
  return {Verdict::not_applied, Next::stop, exit, std::move(reason), std::move(message), {}};
}

Judgement in_doubt(std::string reason, std::string message) {
  return {Verdict::in_doubt, Next::go_on, ExitCode::ok, std::move(reason), std::move(message), {}};
}

Judgement rejected(std::string reason, std::string message) {
  return {Verdict::rejected, Next::go_on, ExitCode::ok, std::move(reason), std::move(message), {}};
}

Judgement wait(std::string reason, std::string message, std::optional<seconds> wait_for) {
  return {Verdict::not_applied, Next::wait,         ExitCode::ok,
          std::move(reason),    std::move(message), wait_for};
}

/// 429. HubSpot names the limit in "policyName"; a Retry-After header, when there is one, wins over
/// the shorter limits.
Judgement judge_too_many(const HttpReply& reply, std::optional<seconds> asked,
                         std::string_view secret) {
  const std::string policy = json_text(reply.body, "policyName");
  std::string message =
      fmt::format("the server wants fewer requests (status 429){}", words_of(reply, secret));
  if (policy.starts_with("DAILY")) {
    return {Verdict::not_applied, Next::next_day,     ExitCode::stopped_early,
            "quota_daily",        std::move(message), {}};
  }
  if (!asked && policy.starts_with("SECONDLY")) asked = seconds(1);
  if (!asked && policy.starts_with("TEN_SECONDLY")) asked = seconds(10);
  return wait("http_429", std::move(message), asked);
}

Judgement judge_incomplete(const HttpReply& reply) {
  if (reply.transfer == Transfer::broken) return in_doubt("connection_lost", reply.error);
  if (reply.server_not_trusted) {
    return stop(ExitCode::credentials, "server_not_trusted", reply.error);
  }
  return {Verdict::not_applied, Next::go_on, ExitCode::ok, "not_sent", reply.error, {}};
}

Judgement judge_client_error(const HttpReply& reply, WallTime now, std::string_view secret) {
  const int status = reply.status;
  const std::string reason = fmt::format("http_{}", status);
  const std::string words = words_of(reply, secret);
  const auto asked =
      reply.retry_after ? parse_retry_after(*reply.retry_after, now) : std::optional<seconds>();
  switch (status) {
    case 401:
    case 403:
      return stop(ExitCode::credentials, reason,
                  fmt::format("the server refused the credential with status {}{}", status, words));
    case 404:
    case 405:
    case 410:
      return stop(ExitCode::usage, reason,
                  fmt::format("the endpoint answered with status {}{}; check its url in the job",
                              status, words));
    case 408:
      return in_doubt(reason, "the server gave up waiting for the request (status 408)");
    case 413:
    case 414:
    case 431:
      return rejected("too_large",
                      fmt::format("the server finds the event too large (status {})", status));
    case 423:  // "Locks will last for 2 seconds" (HubSpot, error handling)
      return wait(reason, "the server has locked the contact for a moment (status 423)",
                  std::max(asked.value_or(seconds(2)), seconds(2)));
    case 429:
      return judge_too_many(reply, asked, secret);
    case 477:  // HubSpot: the account is being moved; Retry-After says how long, up to 24 hours
      return wait(reason, "HubSpot is moving the account (status 477)", asked);
    default:
      return rejected(reason,
                      fmt::format("the server refused the event with status {}{}", status, words));
  }
}

}  // namespace

std::string fit_to_show(std::string words, std::string_view secret) {
  hide_secret(secret, words);
  words = with_masked_addresses(words);
  if (words.ends_with('.')) words.pop_back();
  return printable(words, kWords);
}

bool is_web_page(std::string_view body) {
  const std::string head = lower(body.substr(0, 4096));
  return head.find("<html") != std::string::npos ||
         head.find("<!doctype html") != std::string::npos;
}

bool is_markup(std::string_view body) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  return trim(body).starts_with('<');
}

bool reports_error(std::string_view body) {
  return json_text(body, "status") == "error";
}

Judgement judge_refusal(const HttpReply& reply, WallTime now, std::string_view secret) {
  if (reply.transfer != Transfer::complete) return judge_incomplete(reply);
  const std::string reason = fmt::format("http_{}", reply.status);
  switch (reply.status / 100) {
    case 3:
      return stop(ExitCode::usage, reason,
                  fmt::format("the endpoint redirects (status {}), which is never followed; check "
                              "its url in the job",
                              reply.status));
    case 4:
      return judge_client_error(reply, now, secret);
    case 5:
      return in_doubt(reason, fmt::format("the server failed with status {}{}", reply.status,
                                          words_of(reply, secret)));
    default:
      return in_doubt("unreadable_ack",
                      fmt::format("the server answered with status {}, which says nothing of the "
                                  "event",
                                  reply.status));
  }
}

Judgement judge_unreadable(const HttpReply& reply, std::string_view wanted) {
  if (is_web_page(reply.body)) {
    return {Verdict::in_doubt,
            Next::stop,
            ExitCode::stopped_early,
            "unreadable_ack",
            fmt::format("the endpoint answered with a web page (status {}), as HubSpot never does; "
                        "check its url in the job, and the network",
                        reply.status),
            {}};
  }
  std::string but = fmt::format("without {}", wanted);
  if (is_markup(reply.body)) but = fmt::format("with markup in place of {}", wanted);
  if (reports_error(reply.body)) but = "to report an error";
  return in_doubt("unreadable_ack",
                  fmt::format("the server answered with status {}, but {}", reply.status, but));
}

}  // namespace ordertail

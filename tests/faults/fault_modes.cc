#include "faults/fault_modes.h"

#include <date/date.h>
#include <fmt/format.h>
#include <zlib.h>

#include <nlohmann/json.hpp>

#include "faults/crm_portal.h"

namespace ordertail::faults {
namespace {

using std::chrono::milliseconds;
using Json = nlohmann::json;
using Scene = FaultMode::Scene;
using Maker = std::function<Mode(const Scene&)>;

constexpr const char* kJson = "Content-Type: application/json";
constexpr const char* kGuid = "3f0c1a52-6f0b-4c57-9a55-0f6d5b7a2c11";

/// The body of a reply in good health.
std::string good_body(Api api, const Request& request) {
  switch (api) {
    case Api::leads:
      return Json{{"guid", kGuid}}.dump();
    case Api::forms:
      return R"({"inlineMessage":"Thanks for submitting the form."})";
    case Api::crm:
      break;
  }
  return crm_body(request).dump();
}

/// Applied, and the bytes are what `change` makes of a good reply's body.
Maker applied(std::function<std::string(const std::string& body)> change,
              Mode::End end = Mode::End::keep) {
  return [change, end](const Scene& scene) {
    Mode mode;
    mode.applied = true;
    mode.end = end;
    mode.reply_to = [change, api = scene.api](const Request& request) {
      return change(good_body(api, request));
    };
    return mode;
  };
}

std::string ok(const std::string& body) {
  return wire(200, body, {kJson});
}
std::string last(const std::string& body) {
  return wire(200, body, {kJson, "Connection: close"});
}

/// A reply to this very request is cut off after `keep` bytes of the good one (negative: so many
/// before its end).
Maker cut(int keep, Mode::End end) {
  return applied(
      [keep](const std::string& body) {
        const std::string whole = ok(body);
        return whole.substr(0, keep >= 0 ? static_cast<std::size_t>(keep)
                                         : whole.size() - static_cast<std::size_t>(-keep));
      },
      end);
}

/// The good reply, a few bytes at a time.
Maker slowly(std::size_t piece, int pause_ms) {
  return [=](const Scene& scene) {
    Mode mode = applied(ok)(scene);
    mode.piece = piece;
    mode.pause = milliseconds(pause_ms);
    return mode;
  };
}

/// These bytes, whatever was asked.
Maker raw(std::string bytes, bool is_applied = true, Mode::End end = Mode::End::keep) {
  return [=](const Scene&) { return Mode{bytes, end, is_applied}; };
}

/// A whole reply. Not applied.
Maker status(int code, const std::string& body = "", std::vector<std::string> headers = {}) {
  headers.emplace_back(kJson);
  return raw(wire(code, body, headers), /*is_applied=*/false);
}
/// A whole reply that says nothing of what has been done: it has been applied.
Maker after(int code, const std::string& body = "", std::vector<std::string> headers = {}) {
  headers.emplace_back(kJson);
  return raw(wire(code, body, headers));
}

Maker too_many(const std::string& retry_after, const std::string& policy = "") {
  return status(
      429,
      policy.empty()
          ? ""
          : fmt::format(R"({{"message":"you have reached your limit","policyName":"{}"}})", policy),
      retry_after.empty() ? std::vector<std::string>{}
                          : std::vector<std::string>{"Retry-After: " + retry_after});
}

Maker too_many_until(int seconds) {
  return [seconds](const Scene& scene) {
    const auto when = date::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
                      std::chrono::seconds(seconds);
    return too_many(date::format("%a, %d %b %Y %H:%M:%S GMT", when))(scene);
  };
}

/// A CRM's reply after `change`, which is also told where in the results the order kOneOf is.
Maker batch(int code, std::function<void(Json& body, std::size_t one)> change) {
  return [code, change](const Scene&) {
    Mode mode;
    mode.applied = true;
    mode.reply_to = [code, change](const Request& request) {
      const std::vector<int> orders = orders_in(Api::crm, request);
      const auto one = std::find(orders.begin(), orders.end(), kOneOf) - orders.begin();
      Json body = crm_body(request);
      change(body, static_cast<std::size_t>(one));
      return wire(code, body.dump(), {kJson});
    };
    return mode;
  };
}

/// As an error, in place of its result; named as the API names it.
Json refusal(const Json& result, const std::string& category = "VALIDATION_ERROR",
             const Json& details = Json::array()) {
  Json context;
  if (result.contains("from")) {
    context = {{"fromObjectId", {result["from"]["id"]}}, {"toObjectId", {result["to"]["id"]}}};
  } else {
    context = {{"objectWriteTraceId", {result["objectWriteTraceId"]}}};
  }
  return {{"status", "error"},
          {"category", category},
          {"message", "not this one"},
          {"context", context},
          {"errors", details}};
}

/// Takes a result out of the reply.
Json taken(Json& body, std::size_t one) {
  Json result = body["results"][one];
  body["results"].erase(one);
  return result;
}

void refuse(Json& body, const Json& error) {
  body["errors"].push_back(error);
  body["numErrors"] = body["errors"].size();
}

/// The records of other people.
void disown(Json& result, std::size_t number) {
  const std::string other = "9" + std::to_string(number);
  if (result.contains("from")) {
    result["from"]["id"] = result["to"]["id"] = other;
    return;
  }
  result["id"] = other;
  result["objectWriteTraceId"] = "other" + other;
  result["properties"] = {{"email", "other@example.com"}, {"order_key", "main:" + other}};
}

/// The same reply to what has not been applied.
Maker in_vain(const Maker& maker) {
  return [maker](const Scene& scene) {
    Mode mode = maker(scene);
    mode.applied = false;
    return mode;
  };
}

/// The reply to the request before, or to one of somebody else.
Maker overdue() {
  return [](const Scene& scene) {
    return batch(200, [before = scene.before](Json& body, std::size_t) {
      if (!before->empty()) {
        body = Json::parse(*before);
      } else {
        for (Json& result : body["results"]) disown(result, 1);
      }
    })(scene);
  };
}

/// `to`: "{elsewhere}" is a server that listens.
Maker moved(int code, const std::string& to) {
  return [=](const Scene& scene) {
    const std::string location =
        fmt::format(fmt::runtime(to), fmt::arg("elsewhere", scene.elsewhere));
    return status(code, "", {"Location: " + location})(scene);
  };
}

Maker early(Mode::End end) {
  return [end](const Scene&) {
    Mode mode = answer(413, "", {"Connection: close"});
    mode.early = true;
    mode.end = end;
    return mode;
  };
}

Maker only(Mode (*make)()) {
  return [make](const Scene&) { return make(); };
}

std::string chunked(const std::string& body, std::size_t chunk) {
  std::string bytes =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += chunk) {
    const std::string piece = body.substr(at, chunk);
    bytes += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  }
  return bytes;
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  ::deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string packed(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ::deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  return packed;
}

std::string times(std::size_t count, const std::string& text) {
  std::string all;
  for (; count > 0; --count) all += text;
  return all;
}

std::string head(const std::string& lines) {
  return "HTTP/1.1 200 OK\r\n" + lines;
}

// What people are told.
constexpr const char* kClosed = "{server} closed the connection without a reply";
constexpr const char* kReset =
    "the exchange with {server} failed: Failure when receiving data from the peer";
/// Depends on who was faster, and on whether the connection had been in use before.
constexpr const char* kGone =
    "{server} closed the connection without a reply | the exchange with {server} failed: Failure "
    "when receiving data from the peer | the exchange with {server} failed: Failed sending data to "
    "the peer";
constexpr const char* kCut = "the exchange with {server} failed: Transferred a partial file";
constexpr const char* kNoTime = "no reply from {server} in time";
constexpr const char* kTooLong =
    "the reply of {server} is longer than 8 MiB, or its headers than 64 KiB";
constexpr const char* kWeird = "the exchange with {server} failed: Weird server reply";
constexpr const char* kNoHttp = "the exchange with {server} failed: Unsupported protocol";
constexpr const char* kPage =
    "the endpoint answered with a web page (status 200), as HubSpot never does; check its url in "
    "the job, and the network";
constexpr const char* kNoGuid =
    "the server answered with status 200, but without the GUID of a conversion event";
constexpr const char* kNoThanks =
    "the server answered with status 200, but without the message that a form shows to its visitor";
constexpr const char* kNoJson = "the server answered with status 200, but without JSON";
constexpr const char* kNoResults =
    "the server answered with status 200, but without the results of a batch in JSON";

constexpr auto kKeep = Mode::End::keep;
constexpr auto kClose = Mode::End::close;
constexpr auto kHold = Mode::End::hold;
constexpr auto kTimeout = FaultMode::Takes::a_timeout;
constexpr auto kSeconds = FaultMode::Takes::seconds;

using enum Fate;
using Modes = std::vector<FaultMode>;

// clang-format off

/// The connection ends, or nothing comes.
Modes broken_connections() {
  return {
//   name                        leads      forms      crm        what the server does                      what is said
    {"close_before_reading",     doubt,     doubt,     again,     only(close_at_once),                      kGone},
    {"close_after_reading",      doubt,     doubt,     again,     raw("", false, kClose),                   kClosed},
    {"apply_then_close",         doubt,     doubt,     again,     only(apply_then_close),                   kClosed},
    {"apply_then_reset",         doubt,     doubt,     again,     only(apply_then_reset),                   kGone},
    {"half_status_line",         doubt,     doubt,     again,     cut(10, kClose),                          kClosed},
    {"half_header",              doubt,     doubt,     again,     cut(30, kClose),                          kCut},
    {"header_without_body",      doubt,     doubt,     again,     raw(head("Content-Length: 99\r\n\r\n"), true, kClose), kCut},
    {"half_body",                doubt,     doubt,     again,     cut(-9, kClose),                          kCut},
    {"half_body_then_reset",     doubt,     doubt,     again,     cut(-9, Mode::End::reset),                kReset},
    {"never_answers",            doubt,     doubt,     again,     only(silent),                             kNoTime, kTimeout},
    {"never_reads",              doubt,     doubt,     again,     only(never_reads),                        kNoTime, kTimeout},
    {"stalls_in_header",         doubt,     doubt,     again,     cut(30, kHold),                           kNoTime, kTimeout},
    {"stalls_in_body",           doubt,     doubt,     again,     cut(-9, kHold),                           kNoTime, kTimeout},
    {"trickles_for_ever",        doubt,     doubt,     again,     slowly(1, 100),                           kNoTime, kTimeout},
    {"slow_header_and_body",     submitted, submitted, submitted, slowly(7, 2)},
    {"closes_as_announced",      submitted, submitted, submitted, applied(last, kClose)},
    {"resets_as_announced",      submitted, submitted, submitted, applied(last, Mode::End::reset)},
  };
}

/// Bytes that are no proper HTTP.
Modes malformed_replies() {
  return {
//   name                        leads      forms      crm        what the server does                      what is said
    {"http_0_9",                 doubt,     doubt,     again,     applied([](auto& body) { return body; }, kClose), kNoHttp},
    {"http_2_preface",           doubt,     doubt,     again,     raw(std::string("\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64", 15), true, kClose), kNoHttp},
    {"http_3_status_line",       doubt,     doubt,     again,     applied([](auto& body) { return "HTTP/3.7 200 OK\r\nContent-Length: 99\r\n\r\n" + body; }, kClose), kNoHttp},
    {"status_is_no_number",      doubt,     doubt,     again,     applied([](auto& body) { return "HTTP/1.1 abc OK\r\n\r\n" + body; }, kClose), kNoHttp},
    {"nul_in_header",            doubt,     doubt,     again,     applied([](auto& body) { return head(std::string("X-A: a\0b\r\n", 10)) + "\r\n" + body; }, kClose), kWeird},
    {"header_bomb",              doubt,     doubt,     again,     applied([](auto& body) { return head("X-A: " + std::string(100'000, 'a') + "\r\n\r\n") + body; }, kClose), kTooLong},
    {"many_headers",             doubt,     doubt,     again,     applied([](auto& body) { return head(times(5'000, "X-Abcdefg: 123\r\n") + "\r\n") + body; }, kClose), kTooLong},
    {"storm_of_continues",       doubt,     doubt,     again,     raw(times(5'000, "HTTP/1.1 100 Continue\r\n\r\n"), true, kHold), kTooLong},
    {"body_of_9_mib",            doubt,     doubt,     again,     applied([](auto& body) { return ok(body + std::string(9U << 20U, ' ')); }), kTooLong},
    {"length_too_long",          doubt,     doubt,     again,     applied([](auto& body) { return head("Content-Length: 999\r\n\r\n") + body; }, kClose), kCut},
    {"length_too_long_and_held", doubt,     doubt,     again,     applied([](auto& body) { return head("Content-Length: 999\r\n\r\n") + body; }, kHold), kNoTime, kTimeout},
    {"length_too_short",         doubt,     doubt,     again,     applied([](auto& body) { return head("Content-Type: application/json\r\nContent-Length: 9\r\n\r\n") + body; }), kNoGuid, {}, kNoThanks, kNoResults},
    {"length_is_negative",       doubt,     doubt,     again,     applied([](auto& body) { return head("Content-Length: -1\r\n\r\n") + body; }, kClose), kWeird},
    {"chunked_cut_short",        doubt,     doubt,     again,     applied([](auto& body) { return chunked(body, 7); }, kClose), kCut},
    {"chunked_and_held",         doubt,     doubt,     again,     applied([](auto& body) { return chunked(body, 7); }, kHold), kNoTime, kTimeout},
    {"chunk_size_is_no_number",  doubt,     doubt,     again,     applied([](auto& body) { return chunked(body, 7) + "zz\r\n"; }), "the exchange with {server} failed: Failure when receiving data from the peer"},
    {"chunk_size_overflows",     doubt,     doubt,     again,     applied([](auto& body) { return chunked(body, 7) + "fffffffffffffffffff\r\n"; }), "the exchange with {server} failed: Failure when receiving data from the peer"},
    {"chunked",                  submitted, submitted, submitted, applied([](auto& body) { return chunked(body, 7) + "0\r\n\r\n"; })},
    {"no_length_then_close",     submitted, submitted, submitted, applied([](auto& body) { return head("Content-Type: application/json\r\n\r\n") + body; }, kClose)},
    {"http_1_0",                 submitted, submitted, submitted, applied([](auto& body) { return "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + body; }, kClose)},
    {"continue_unasked",         submitted, submitted, submitted, applied([](auto& body) { return "HTTP/1.1 100 Continue\r\n\r\n" + ok(body); })},
    {"early_hints",              submitted, submitted, submitted, applied([](auto& body) { return "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok(body); })},
    {"two_replies_for_one",      submitted, submitted, submitted, applied([](auto& body) { return ok(body) + ok(body); })},
  };
}

/// Whole replies of status 2xx. HubSpot has taken the event, but does the reply say so?
Modes odd_acknowledgements() {
  const std::string error = fmt::format(R"({{"status":"error","message":"internal","correlationId":"{}"}})", kGuid);
  const std::string html = fmt::format("<!DOCTYPE html><html><p>{}</p></html>", kGuid);
  const std::string brackets(200'000, '[');
  return {
//   name                        leads      forms      crm        what the server does                      what is said
    {"empty_200",                doubt,     doubt,     again,     after(200),                               kNoGuid, {}, kNoThanks, kNoResults},
    {"no_content_204",           doubt,     doubt,     again,     after(204),                               "the server answered with status 204, but without the GUID of a conversion event", {},
                                                                  "the server answered with status 204, but without the message that a form shows to its visitor", "the server answered with status 204, but without the results of a batch in JSON"},
    {"ok_without_ids",           doubt,     doubt,     again,     after(200, "{}"),                         kNoGuid, {}, kNoThanks, kNoResults},
    {"json_array",               doubt,     doubt,     again,     after(200, "[]"),                         kNoGuid, {}, kNoThanks, kNoResults},
    {"json_number",              doubt,     doubt,     again,     after(200, "42"),                         kNoGuid, {}, kNoThanks, kNoResults},
    {"json_of_200000_brackets",  doubt,     doubt,     again,     after(200, brackets),                     kNoGuid, {}, kNoThanks, kNoResults},
    {"half_a_json",              doubt,     doubt,     again,     after(200, R"({"results":[{"inlineMessage":"Tha)"), kNoGuid, {}, kNoThanks, kNoResults},
    {"body_is_not_utf_8",        doubt,     doubt,     again,     after(200, "{\"guid\":\"\xff\xfe\xc0\"}"), kNoGuid, {}, kNoThanks, kNoResults},
    {"ok_that_reports_an_error", doubt,     doubt,     again,     after(200, error),                        "the server answered with status 200, but to report an error"},
    {"web_page",                 alarm,     alarm,     alarm,     after(200, "<html>Welcome to the airport</html>"), kPage},
    {"web_page_with_a_guid",     alarm,     alarm,     alarm,     after(200, html),                         kPage},
    {"xml_with_a_guid",          doubt,     doubt,     again,     after(200, fmt::format("<a>{}</a>", kGuid)), "the server answered with status 200, but with markup in place of the GUID of a conversion event", {},
                                                                  "the server answered with status 200, but with markup in place of the message that a form shows to its visitor", "the server answered with status 200, but with markup in place of the results of a batch in JSON"},
    {"gzip_unasked",             doubt,     doubt,     again,     applied([](auto& body) { return wire(200, gzipped(body), {kJson, "Content-Encoding: gzip"}); }), kNoGuid, {}, kNoThanks, kNoResults},
    {"gzip_bomb",                doubt,     doubt,     again,     after(200, gzipped(std::string(64U << 20U, ' ')), {"Content-Encoding: gzip"}), kNoGuid, {}, kNoThanks, kNoResults},
    {"plain_text",               submitted, doubt,     again,     applied([](auto& body) { return wire(200, body, {"Content-Type: text/plain"}); }), "", {}, kNoJson, kNoResults},
    {"created_201",              submitted, doubt,     submitted, applied([](auto& body) { return wire(201, body, {kJson}); }), "", {}, "the server answered with status 201, but without the message that a form shows to its visitor"},
  };
}

/// Whole replies of the CRM that do not say one thing of all that was sent. Each fault comes to
/// contacts, to orders and to what associates them.
Modes batch_replies() {
  const auto one_refused = [](Json& body, std::size_t one) { refuse(body, refusal(taken(body, one))); };
  const auto one_unnamed = [](Json& body, std::size_t one) { Json error = refusal(taken(body, one)); error.erase("context"); refuse(body, error); };
  const auto one_missing = [](Json& body, std::size_t one) { taken(body, one); };
  const auto one_passing = [](Json& body, std::size_t one) { refuse(body, refusal(taken(body, one), "RATE_LIMITS")); };
  const auto one_both = [](Json& body, std::size_t one) { refuse(body, refusal(body["results"][one])); };
  const auto one_unknown = [](Json& body, std::size_t one) { refuse(body, refusal(taken(body, one), "VALIDATION_ERROR", {{{"code", "PROPERTY_DOESNT_EXIST"}, {"message", "no property last_model"}}})); };
  const auto one_without_id = [](Json& body, std::size_t one) { Json& result = body["results"][one]; (result.contains("from") ? result["from"] : result).erase("id"); };
  const auto one_null = [](Json& body, std::size_t one) { body["results"][one] = nullptr; };
  const auto nothing = [](Json& body, std::size_t) { body["results"] = Json::array(); };
  const auto all_refused = [](Json& body, std::size_t) { while (!body["results"].empty()) refuse(body, refusal(taken(body, 0))); };
  const auto untraced = [](Json& body, std::size_t) { for (Json& result : body["results"]) result.erase("objectWriteTraceId"); };
  const auto reversed = [](Json& body, std::size_t) { std::reverse(body["results"].begin(), body["results"].end()); };
  const auto twice = [](Json& body, std::size_t) { const Json again = body["results"]; body["results"].insert(body["results"].end(), again.begin(), again.end()); };
  const auto swapped = [](Json& body, std::size_t) { const char* key = body["results"][0].contains("to") ? "to" : "objectWriteTraceId"; std::swap(body["results"][0][key], body["results"][1][key]); };
  const auto one_more = [](Json& body, std::size_t) { Json other = body["results"][0]; disown(other, 8); body["results"].push_back(other); };
  const auto others = [](Json& body, std::size_t) { for (Json& result : body["results"]) disown(result, 7); };
  const auto other_error = [](Json& body, std::size_t one) { Json other = taken(body, one); disown(other, 6); refuse(body, refusal(other)); };
  const std::string refused = "HubSpot refused the contact: not this one | HubSpot took the contact, but refused the order: not this one | HubSpot took the contact and the order, but did not associate them: not this one";
  const std::string unknown = "HubSpot does not take what the job sends: no property last_model; make the property in HubSpot's settings, or name another, or leave it out by \"\", in [hubspot.crm.contact] of the job | HubSpot does not take what the job sends: no property last_model; make the property in HubSpot's settings, or name another, or leave it out by \"\", in [hubspot.crm.order] of the job";
  const std::string mixed = "the reply is about records that were not in the request, as when something in between mixes replies up; nothing of it is believed; check the url in the job, and the network";
  return {
//   name                        leads      forms      crm        what the server does                      what is said
    {"207_one_refused",          none,      none,      rejected,  batch(207, one_refused),                  refused, {}, "", "", "", true},
    {"200_one_refused",          none,      none,      rejected,  batch(200, one_refused),                  refused, {}, "", "", "", true},
    {"207_one_refused_unnamed",  none,      none,      again,     batch(207, one_unnamed),                  "", {}, "", "", "", true},
    {"207_one_for_the_moment",   none,      none,      again,     batch(207, one_passing),                  "", {}, "", "", "", true},
    {"207_one_taken_and_refused", none,     none,      again,     batch(207, one_both),                     "", {}, "", "", "", true},
    {"207_one_unknown_property", none,      none,      job,       batch(207, one_unknown),                  unknown, {}, "", "", "", true},
    {"200_one_missing",          none,      none,      again,     batch(200, one_missing),                  "", {}, "", "", "", true},
    {"200_one_null",             none,      none,      again,     batch(200, one_null),                     "", {}, "", "", "", true},
    {"200_one_without_id",       none,      none,      again,     batch(200, one_without_id),               "", {}, "", "", "", true},
    {"200_no_results",           none,      none,      again,     batch(200, nothing)},
    {"207_all_refused",          none,      none,      rejected,  in_vain(batch(207, all_refused)),         refused},
    {"results_without_trace_ids", none,     none,      submitted, batch(200, untraced)},
    {"results_out_of_order",     none,      none,      submitted, batch(200, reversed)},
    {"results_twice",            none,      none,      submitted, batch(200, twice)},
    {"results_swapped",          none,      none,      foreign,   batch(200, swapped),                      mixed},
    {"results_and_one_more",     none,      none,      foreign,   batch(200, one_more),                     mixed},
    {"results_of_others",        none,      none,      foreign,   batch(200, others),                       mixed},
    {"error_of_others",          none,      none,      foreign,   batch(207, other_error),                  mixed},
    {"reply_to_the_one_before",  none,      none,      foreign,   in_vain(overdue()),                       mixed},
  };
}

/// Whole replies that say that it has been, or may have been, or was not, applied.
Modes refusals() {
  const std::string why = R"({"message":"no such field"})";
  const std::string form = R"({"message":"not valid","errors":[{"errorType":"INVALID_EMAIL","message":"bad"}]})";
  return {
//   name                        leads      forms      crm        what the server does                      what is said
    {"bad_request_400",          rejected,  rejected,  isolated,  status(400, why),                         "the server refused the event with status 400: no such field"},
    {"bad_request_400_listed",   rejected,  rejected,  isolated,  status(400, form),                        "the server refused the event with status 400: not valid", {}, "the form refused the event: INVALID_EMAIL: bad"},
    {"bad_request_not_utf_8",    rejected,  rejected,  isolated,  status(400, "\xff\xfe\x1b[31m\r\n"),      R"(the server refused the event with status 400: \xff\xfe\x1b[31m)"},
    {"unauthorised_401",         key,       key,       key,       status(401, R"({"message":"expired"})"),  "the server refused the credential with status 401: expired"},
    {"payment_required_402",     rejected,  rejected,  isolated,  status(402),                              "the server refused the event with status 402"},
    {"forbidden_403",            key,       key,       key,       status(403),                              "the server refused the credential with status 403"},
    {"not_found_404",            job,       job,       job,       status(404),                              "the endpoint answered with status 404; check its url in the job"},
    {"not_allowed_405",          job,       job,       job,       status(405),                              "the endpoint answered with status 405; check its url in the job"},
    {"request_timeout_408",      doubt,     doubt,     again,     after(408),                               "the server gave up waiting for the request (status 408)"},
    {"conflict_409",             rejected,  rejected,  isolated,  status(409, why),                         "the server refused the event with status 409: no such field"},
    {"gone_410",                 job,       job,       job,       status(410),                              "the endpoint answered with status 410; check its url in the job"},
    {"too_large_413",            rejected,  rejected,  isolated,  status(413),                              "the server finds the event too large (status 413)"},
    {"early_413_then_reset",     rejected,  rejected,  isolated,  early(Mode::End::reset),                  "the server finds the event too large (status 413)"},
    {"uri_too_long_414",         rejected,  rejected,  isolated,  status(414),                              "the server finds the event too large (status 414)"},
    {"unsupported_type_415",     rejected,  rejected,  isolated,  status(415),                              "the server refused the event with status 415"},
    {"unprocessable_422",        rejected,  rejected,  isolated,  status(422, why),                         "the server refused the event with status 422: no such field"},
    {"locked_423",               retried,   retried,   retried,   status(423),                              "the server has locked the contact for a moment (status 423)", kSeconds},
    {"headers_too_large_431",    rejected,  rejected,  isolated,  status(431),                              "the server finds the event too large (status 431)"},
    {"error_500_not_applied",    doubt,     doubt,     again,     status(500, "oops"),                      "the server failed with status 500: oops"},
    {"error_500_after_applying", doubt,     doubt,     again,     after(500),                               "the server failed with status 500"},
    {"not_implemented_501",      doubt,     doubt,     again,     status(501),                              "the server failed with status 501"},
    {"bad_gateway_502",          doubt,     doubt,     again,     after(502, "<html>Bad Gateway</html>"),   "the server failed with status 502"},
    {"unavailable_503",          doubt,     doubt,     again,     after(503, "", {"Retry-After: 1"}),       "the server failed with status 503"},
    {"gateway_timeout_504",      doubt,     doubt,     again,     after(504),                               "the server failed with status 504"},
    {"cloudflare_520",           doubt,     doubt,     again,     after(520),                               "the server failed with status 520"},
    {"cloudflare_524",           doubt,     doubt,     again,     after(524),                               "the server failed with status 524"},
    {"unheard_of_599",           doubt,     doubt,     again,     after(599),                               "the server failed with status 599"},
    {"unheard_of_999",           doubt,     doubt,     again,     after(999),                               "the server answered with status 999, which says nothing of the event"},
  };
}

/// "Not now." Never applied.
Modes closed_doors() {
  const std::string many = "the server wants fewer requests (status 429)";
  const std::string limit = many + ": you have reached your limit";
  const std::string moving = "HubSpot is moving the account (status 477)";
  const std::string day = "86400";
  return {
//   name                        leads      forms      crm        what the server does                      what is said
    {"429_1_second",             retried,   retried,   retried,   too_many("1"),                            many, kSeconds},
    {"429_0_seconds",            retried,   retried,   retried,   too_many("0"),                            many, kSeconds},
    {"429_date_to_come",         retried,   retried,   retried,   too_many_until(2),                        many, kSeconds},
    {"429_date_past",            retried,   retried,   retried,   too_many_until(-3600),                    many, kSeconds},
    {"429_date_tomorrow",        shut,      shut,      shut,      too_many_until(86'400),                   many},
    {"429_an_hour",              shut,      shut,      shut,      too_many("3600"),                         many},
    {"429_absurd",               shut,      shut,      shut,      too_many("99999999999999999999"),         many},
    {"429_negative",             retried,   retried,   retried,   too_many("-30"),                          many, kSeconds},
    {"429_no_number",            retried,   retried,   retried,   too_many("soon"),                         many, kSeconds},
    {"429_absent",               retried,   retried,   retried,   too_many(""),                             many, kSeconds},
    {"429_secondly",             retried,   retried,   retried,   too_many("", "SECONDLY"),                 limit, kSeconds},
    {"429_ten_secondly",         retried,   retried,   retried,   too_many("", "TEN_SECONDLY_ROLLING"),     limit, kSeconds},
    {"429_daily",                shut,      shut,      shut,      too_many("", "DAILY"),                    limit},
    {"429_daily_1_second",       shut,      shut,      shut,      too_many("1", "DAILY"),                   limit},
    {"477_hours",                shut,      shut,      shut,      status(477, "", {"Retry-After: 14400"}),  moving},
    {"477_more_than_a_day",      shut,      shut,      shut,      status(477, "", {"Retry-After: 999999"}), moving},
    {"477_a_day",                shut,      shut,      shut,      status(477, "", {"Retry-After: " + day}), moving},
    {"423_an_hour",              shut,      shut,      shut,      status(423, "", {"Retry-After: 3600"}),   "the server has locked the contact for a moment (status 423)"},
  };
}

/// Redirects: never followed, so nothing is applied, nowhere.
Modes redirections() {
  const auto says = [](int code) { return fmt::format("the endpoint redirects (status {}), which is never followed; check its url in the job", code); };
  return {
//   name                        leads      forms      crm        what the server does                      what is said
    {"300_choices",              job,       job,       job,       moved(300, "{elsewhere}/"),               says(300)},
    {"301_to_another_host",      job,       job,       job,       moved(301, "{elsewhere}/"),               says(301)},
    {"302_to_another_host",      job,       job,       job,       moved(302, "{elsewhere}/"),               says(302)},
    {"302_to_metadata",          job,       job,       job,       moved(302, "http://169.254.169.254/latest/meta-data/"), says(302)},
    {"302_nowhere",              job,       job,       job,       status(302),                              says(302)},
    {"303_to_another_host",      job,       job,       job,       moved(303, "{elsewhere}/"),               says(303)},
    {"304_not_modified",         job,       job,       job,       status(304),                              says(304)},
    {"305_use_proxy",            job,       job,       job,       moved(305, "{elsewhere}"),                says(305)},
    {"307_same_host",            job,       job,       job,       moved(307, "/elsewhere"),                 says(307)},
    {"307_to_a_file",            job,       job,       job,       moved(307, "file:///etc/passwd"),         says(307)},
    {"308_to_another_host",      job,       job,       job,       moved(308, "{elsewhere}/"),               says(308)},
  };
}

/// Not one byte of a request leaves.
Modes unreachable_endpoints() {
  return {
//   name                        leads      forms      crm
    {"port_is_closed",           pending,   pending,   pending,   {}, "cannot connect to 127.0.0.1:1: Connection refused", {}, "", "", "http://127.0.0.1:1"},
    {"host_has_no_address",      pending,   pending,   pending,   {}, "cannot find the address of hubspot.invalid:443", {}, "", "", "https://hubspot.invalid"},
    {"server_without_tls",       key,       key,       key,       {}, "cannot trust {server}: it does not speak TLS", {}, "", "", "https://{server}"},
  };
}

// clang-format on

}  // namespace

const std::vector<FaultMode>& fault_modes() {
  static const Modes all = [] {
    Modes modes;
    for (Modes (*chapter)() :
         {broken_connections, malformed_replies, odd_acknowledgements, batch_replies, refusals,
          closed_doors, redirections, unreachable_endpoints}) {
      for (FaultMode& mode : chapter()) modes.push_back(std::move(mode));
    }
    return modes;
  }();
  return all;
}

Fate FaultMode::fate(Api api) const {
  return api == Api::leads ? leads : api == Api::forms ? forms : crm;
}

const std::string& FaultMode::words(Api api) const {
  if (api == Api::forms && !forms_says.empty()) return forms_says;
  if (api == Api::crm && !crm_says.empty()) return crm_says;
  return says;
}

Mode good(Api api) {
  return applied(ok)({api, "", nullptr});
}

Mode good(Api api, std::shared_ptr<std::string> kept) {
  return applied([kept](const std::string& body) {
    *kept = body;
    return ok(body);
  })({api, "", nullptr});
}

std::vector<int> orders_in(Api api, const Request& request) {
  if (api == Api::crm) {
    std::vector<int> orders;
    for (const CrmInput& input : crm_inputs(request)) orders.push_back(std::stoi(input.event));
    return orders;
  }
  constexpr std::string_view kCustomer = "customer";
  std::vector<int> orders;
  for (std::size_t at = 0; (at = request.body.find(kCustomer, at)) != request.body.npos;) {
    at += kCustomer.size();
    const int order = std::atoi(request.body.c_str() + at);
    if (std::find(orders.begin(), orders.end(), order) == orders.end()) orders.push_back(order);
  }
  return orders;
}

std::string_view name_of(Api api) {
  constexpr std::array<std::string_view, 3> kNames{"leads", "forms", "crm"};
  return kNames.at(static_cast<std::size_t>(api));
}

}  // namespace ordertail::faults

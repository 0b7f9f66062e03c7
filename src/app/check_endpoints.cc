#include "app/check_endpoints.h"

#include <fmt/format.h>

#include "app/endpoint.h"
#include "app/sinks.h"
#include "base/clock.h"
#include "delivery/curl_http.h"

namespace ordertail {
namespace {

Event probing_lead() {
  Event event;
  event.kind = Kind::registration;
  event.email = "ordertail-probe@example.com";
  event.first_name = "ordertail";
  event.last_name = "probe";
  return event;
}

HttpReply exchange(HttpRequest request) {
  CurlHttp http(CurlOptions{});
  http.start(1, std::move(request));
  while (true) {
    auto replies = http.wait(std::chrono::seconds(1));
    if (!replies.empty()) return std::move(replies.front());
  }
}

}  // namespace

void check_reach(const Job& job, Checkup& checkup) {
  for (const Endpoint* endpoint : job.all_endpoints()) {
    if (endpoint->csv) continue;
    const std::string subject = fmt::format("{} endpoint", endpoint->name);
    const Reach reached = reach(endpoint->url, CurlOptions{});
    const UrlParts url = split_url(endpoint->url);
    if (reached.error.empty()) {
      checkup.ok(subject,
                 fmt::format("{} can be reached{}", url.authority,
                             url.scheme == "https" ? ", and its certificate is good" : ""));
    } else {
      checkup.fail(
          subject,
          Error(reached.server_not_trusted ? ExitCode::credentials : ExitCode::usage,
                fmt::format("{}; check the url in the job, and the network", reached.error)));
    }
  }
}

void check_listings(const Job& job, const std::string& credential, Checkup& checkup) {
  for (const Endpoint* endpoint : job.all_endpoints()) {
    const auto listing = listing_of(*endpoint, credential);
    if (!listing) continue;
    const SystemClock clock;
    const auto read = listing->read(exchange(listing->request("")), clock.wall());
    const std::string subject = fmt::format("{} listing", endpoint->name);
    if (std::holds_alternative<ListingPage>(read)) {
      checkup.ok(subject, "the credential may read what the form has taken");
      continue;
    }
    const auto& said = std::get<ReplyJudgement>(read);
    const bool is_identity = said.exit == ExitCode::credentials;
    checkup.fail(subject, Error(is_identity ? ExitCode::credentials : ExitCode::usage,
                                fmt::format("what the form has taken cannot be read: {}{}",
                                            said.events.front().message,
                                            is_identity ? "; it needs the scope \"forms\"" : "")));
  }
}

void probe(const Job& job, const std::string& credential, Checkup& checkup) {
  const auto& endpoint = job.endpoints[static_cast<std::size_t>(Kind::registration)];
  if (!endpoint) {
    checkup.warn("probe", "there is no [hubspot.registration] to send it to");
    return;
  }
  if (endpoint->csv) {
    checkup.warn("probe", "registrations go into a file, which is not asked");
    return;
  }
  const auto sink = make_sink(*endpoint, credential);
  const Event lead = probing_lead();
  const SystemClock clock;
  const Item item{lead, {}};
  const std::span<const Item> items(&item, 1);
  const ReplyJudgement said = sink->judge(exchange(sink->render(items)), items, clock.wall());
  const Judgement& judgement = said.events.front();
  if (judgement.verdict == Verdict::accepted) {
    checkup.ok("probe",
               fmt::format("the server took the lead {}; delete it in HubSpot", lead.email));
    return;
  }
  const bool is_identity = said.exit == ExitCode::credentials;
  checkup.fail("probe", Error(is_identity ? ExitCode::credentials : ExitCode::usage,
                              "the server did not take the lead: " + judgement.message));
}

}  // namespace ordertail

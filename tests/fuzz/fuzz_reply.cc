// Whatever a server answers, each sink says one thing of it. Accepted is only a whole 2xx with a
// GUID, of a form a whole 200 that is JSON, and of the CRM a whole 2xx that is JSON.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "delivery/crm.h"
#include "delivery/forms.h"
#include "delivery/leads.h"

namespace {

void check(const ordertail::Sink& sink, const ordertail::HttpReply& reply, bool may_be_accepted,
           std::span<const ordertail::Item> items) {
  const auto said = sink.judge(reply, items, ordertail::WallTime{});
  if (said.events.size() != items.size()) std::abort();
  for (const ordertail::Judgement& judgement : said.events) {
    const bool done = judgement.verdict == ordertail::Verdict::accepted ||
                      judgement.verdict == ordertail::Verdict::advanced;
    if (done && !may_be_accepted) std::abort();
    if (!done && judgement.message.empty()) std::abort();
    for (const char c : judgement.message) {
      if (c >= 0 && c < ' ') std::abort();
    }
  }
}

/// Two purchases on their way through the CRM: contacts, orders, associations.
void check_crm(const ordertail::HttpReply& reply, bool may_be_accepted, unsigned step) {
  constexpr std::array<std::string_view, 3> kFirst{"", "contact=1", "contact=1;order=3"};
  constexpr std::array<std::string_view, 3> kSecond{"", "contact=2", "contact=2;order=4"};
  std::array<ordertail::Event, 2> events;
  for (ordertail::Event& event : events) event.kind = ordertail::Kind::purchase;
  events[0].email = "a@b.c";
  events[0].order_number = "1";
  events[1].email = "d@b.c";
  events[1].order_number = "2";
  events[1].id.bytes.back() = 1;
  ordertail::CrmSettings settings;
  settings.order_id = "id";
  const ordertail::CrmSink crm("https://127.0.0.1", "token", settings);
  const std::string account(crm.account());
  const std::string first = step == 0 ? "" : account + std::string(kFirst.at(step));
  const std::string second = step == 0 ? "" : account + std::string(kSecond.at(step));
  const std::array items{ordertail::Item{events[0], first}, ordertail::Item{events[1], second}};
  check(crm, reply, may_be_accepted, items);
  check(crm, reply, may_be_accepted, std::span(items).first(1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const ordertail::LeadsSink sink("http://127.0.0.1/?app=leaddirector&FormName=x", "");
  ordertail::HttpReply reply;
  reply.transfer = static_cast<ordertail::Transfer>(data[0] % 3);
  reply.status = 100 + data[1] * 2 + data[2] % 2;
  std::string text(reinterpret_cast<const char*>(data + 4), size - 4);
  if (data[3] % 2 == 1) {
    reply.retry_after = text;
  } else {
    reply.body = text;
  }
  reply.content_type = "application/json";
  reply.error = "the connection was closed";
  const bool is_whole = reply.transfer == ordertail::Transfer::complete;
  const bool is_json = nlohmann::json::accept(reply.body);
  const ordertail::Event event;
  const std::array one{ordertail::Item{event, {}}};
  check(sink, reply, is_whole && reply.status / 100 == 2 && ordertail::names_guid(reply.body), one);
  const ordertail::FormsSink form("https://127.0.0.1/", "token", {});
  check(form, reply, is_whole && reply.status == 200 && is_json, one);
  check_crm(reply, is_whole && reply.status / 100 == 2 && is_json, data[3] / 2 % 3);
  return 0;
}

// Whatever a server answers, each sink says one thing of it. Accepted is only a whole 2xx with a
// GUID, and of a form a whole 200 that is JSON.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "delivery/forms.h"
#include "delivery/leads.h"

namespace {

void check(const ordertail::Sink& sink, const ordertail::HttpReply& reply, bool may_be_accepted) {
  const ordertail::Event event;
  const std::array items{ordertail::Item{event, {}}};
  const auto said = sink.judge(reply, items, ordertail::WallTime{});
  if (said.events.size() != 1) std::abort();
  const ordertail::Judgement& judgement = said.events.front();
  const bool accepted = judgement.verdict == ordertail::Verdict::accepted;
  if (accepted && !may_be_accepted) std::abort();
  if (!accepted && judgement.message.empty()) std::abort();
  for (const char c : judgement.message) {
    if (c >= 0 && c < ' ') std::abort();
  }
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
  const bool is_whole = reply.transfer == ordertail::Transfer::complete;
  check(sink, reply, is_whole && reply.status / 100 == 2 && ordertail::names_guid(reply.body));
  const ordertail::FormsSink form("https://127.0.0.1/", "token", {});
  check(form, reply, is_whole && reply.status == 200 && nlohmann::json::accept(reply.body));
  return 0;
}

// Whatever a server answers, the sink says one thing of it, and only a whole 2xx with a GUID is
// accepted.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "delivery/leads.h"

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
  const ordertail::Judgement judgement = sink.judge(reply, ordertail::WallTime{});
  const bool accepted = judgement.verdict == ordertail::Verdict::accepted;
  const bool may_be = reply.transfer == ordertail::Transfer::complete && reply.status / 100 == 2 &&
                      ordertail::names_guid(reply.body);
  if (accepted && !may_be) std::abort();
  if (!accepted && judgement.message.empty()) std::abort();
  for (const char c : judgement.message) {
    if (c >= 0 && c < ' ') std::abort();
  }
  return 0;
}

// The Leads API of 2010 to 2013 as rules: a request in, an answer out, no sockets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "sandbox/exchange.h"
#include "sandbox/guid.h"
#include "sandbox/journal.h"
#include "sandbox/portal.h"
#include "sandbox/rate_window.h"

namespace ordertail::sandbox {

struct LeadsRules {
  std::optional<unsigned> requests_per_10s;
  std::optional<std::string> hapikey;
};

class LeadsApi {
 public:
  /// `clock` and `journal` outlive it.
  LeadsApi(LeadsRules rules, const Clock& clock, Journal& journal);

  /// Is a URL with this query meant for the Leads API? Any path will do: customers had CNAMEs and
  /// landing pages for form URLs.
  [[nodiscard]] static bool is_addressed_by(std::string_view query);

  Answer answer(const Request& request);

  [[nodiscard]] const Portal& portal() const { return portal_; }

 private:
  struct Refusal;
  [[nodiscard]] std::optional<Refusal> judge(const Request& request, Submission& submission);

  const Clock& clock_;
  Journal& journal_;
  GuidSource guids_;
  std::optional<std::string> hapikey_;
  RateWindow window_;
  Portal portal_;
};

}  // namespace ordertail::sandbox

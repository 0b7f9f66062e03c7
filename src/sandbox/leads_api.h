// The Leads API of 2010 to 2013 as rules: a request in, an answer out, no sockets.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/hash.h"
#include "sandbox/form.h"
#include "sandbox/portal.h"
#include "sandbox/rate_window.h"

namespace ordertail::sandbox {

struct LeadsRequest {
  std::string_view method;
  std::string_view query;  ///< of the URL, without the question mark
  std::string_view content_type;
  std::string_view body;
};

struct LeadsAnswer {
  unsigned status = 0;
  std::string json;
};

/// One Leads request as it was received, taken or refused. Never holds the hapikey.
struct Submission {
  std::uint64_t number = 0;  ///< from 1, in order of arrival
  WallTime time;
  std::string form;        ///< FormName; empty when there was none
  Form fields;             ///< of the body, as they came; empty when it could not be read
  unsigned status = 0;     ///< 200 or the refusal
  std::string error;       ///< why it was refused
  std::string guid;        ///< empty when refused
  std::uint64_t lead = 0;  ///< the lead it joined or made; 0 when refused
};

struct LeadsRules {
  std::optional<unsigned> requests_per_10s;
  std::optional<std::string> hapikey;
};

class LeadsApi {
 public:
  /// `clock` outlives it.
  LeadsApi(LeadsRules rules, const Clock& clock);

  /// Is a URL with this query meant for the Leads API? Any path will do: customers had CNAMEs and
  /// landing pages for form URLs.
  [[nodiscard]] static bool is_addressed_by(std::string_view query);

  LeadsAnswer answer(const LeadsRequest& request);

  [[nodiscard]] const Portal& portal() const { return portal_; }
  [[nodiscard]] const std::deque<Submission>& submissions() const { return submissions_; }

 private:
  struct Refusal;
  [[nodiscard]] std::optional<Refusal> judge(const LeadsRequest& request, Submission& submission);
  [[nodiscard]] std::string random_hex(std::string_view purpose) const;

  const Clock& clock_;
  const HashKey key_ = random_key();
  std::optional<std::string> hapikey_;
  RateWindow window_;
  Portal portal_;
  std::deque<Submission> submissions_;
};

}  // namespace ordertail::sandbox

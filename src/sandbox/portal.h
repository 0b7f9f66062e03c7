// The portal: its leads, and the rule by which a submission finds the lead it belongs to.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "sandbox/form.h"

namespace ordertail::sandbox {

/// One submission that was taken, as the lead remembers it.
struct Conversion {
  std::string guid;
  std::string form;  ///< FormName
  WallTime time;
};

struct Lead {
  std::uint64_t id = 0;  ///< from 1, without gaps
  /// Names that the Leads API knows in its own spelling ("Email"), others as they came.
  std::map<std::string, std::string> fields;
  std::vector<std::string> tokens;
  std::string close_date;  ///< MM/DD/YYYY; empty until a submission carried one
  std::vector<Conversion> conversions;

  /// Guide, step 5: a lead with a close date is a customer.
  [[nodiscard]] const char* lifecycle() const { return close_date.empty() ? "lead" : "customer"; }
  /// Guide, step 6 (Sources): without a token the portal cannot say where the lead came from.
  [[nodiscard]] const char* source() const { return tokens.empty() ? "unknown" : "tracked"; }
};

/// A submission joins the lead that has its UserToken, else its Email (without regard to case),
/// else its IPAddress; else it makes a new lead (Guide, step 3; HubSpot Leads API reference,
/// create_lead). What it carries overwrites what the lead had; an empty value changes nothing.
///
/// A token, e-mail or IP belongs for good to the lead that had it first. So a token of one lead
/// with the e-mail of another joins by token: the first lead's Email is overwritten with the
/// second's, which still finds the second when it comes alone. HubSpot does this too; it is what a
/// client must guard against.
class Portal {
 public:
  /// The lead that took it; valid as long as the portal is.
  const Lead& submit(const Form& fields, Conversion conversion);

  [[nodiscard]] const std::deque<Lead>& leads() const { return leads_; }

 private:
  using Owners = std::unordered_map<std::string, Lead*>;

  std::deque<Lead> leads_;  // a deque, so that owners stay valid
  Owners by_token_;
  Owners by_email_;
  Owners by_ip_;
};

}  // namespace ordertail::sandbox

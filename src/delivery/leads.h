// HubSpot's Leads API, as the integration guide has it: a form, posted from the shop's server.
#pragma once

#include <string>

#include "delivery/sink.h"

namespace ordertail {

/// One endpoint of the Leads API: one for registrations, another for purchases.
///
/// The event goes into the body as a form, absent fields left out, in this order: FirstName,
/// LastName, Email, Phone, Address, City, State, ZipCode, Country, IPAddress, UserToken, CloseDate
/// (purchases only), order_number, total_revenue, currency, skus (joined by commas), then the
/// event's extra fields under their own keys, then hapikey when there is one. For example
///
///   POST http://demo.app11.hubspot.com/?app=leaddirector&FormName=purchase_complete
///   FirstName=Ann&Email=ann%40example.com&IPAddress=192.0.2.7
///   &UserToken=60c2ccdfe4892f0fa0593940b12c11aa&CloseDate=12%2F31%2F2023
///   &order_number=1001&total_revenue=142.31&currency=USD&skus=A-1%2CB-2
///
/// (in one line). The server answers with the GUID of a conversion event; without one, or
/// with one in markup or in the report of an error, it has not said that it took the lead. The API
/// has no way to ask later, so the sink is blind.
class LeadsSink final : public Sink {
 public:
  /// `url` is used byte for byte; `hapikey` may be empty.
  LeadsSink(std::string url, std::string hapikey);

  [[nodiscard]] std::string_view name() const override { return "leads"; }
  [[nodiscard]] HttpRequest render(std::span<const Item> items) const override;
  [[nodiscard]] ReplyJudgement judge(const HttpReply& reply, std::span<const Item> items,
                                     WallTime now) const override;

 private:
  std::string url_;
  std::string hapikey_;
};

/// Is `word` a GUID: 32 hexadecimal digits, or 8-4-4-4-12 of them?
[[nodiscard]] bool is_guid(std::string_view word);

/// Does `text` hold a GUID that stands by itself?
[[nodiscard]] bool names_guid(std::string_view text);

}  // namespace ordertail

// The stand-in HubSpot: real HTTP on the loopback, the same rules, memory only.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/access.h"
#include "sandbox/limits.h"
#include "sandbox/properties.h"

namespace ordertail::sandbox {

/// A point in the life of one request that submits something, for tests that act at it.
enum class Moment {
  received,  ///< read whole; nothing applied yet
  applied,   ///< applied; nothing answered yet. A request that changes nothing has no such moment
  answered,  ///< the reply's last byte has been handed to the kernel
};

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< a loopback address
  std::uint16_t port = 0;             ///< 0: any free one
  /// Answers 429 above this many Leads requests in any 10 seconds; absent: no limit.
  std::optional<unsigned> requests_per_10s;
  /// Answers 401 unless the request carries this hapikey; absent: any or none will do.
  std::optional<std::string> hapikey;
  /// For all but the Leads API and the open Forms endpoint: who may ask.
  Access access;
  FormsLimits forms_limits;
  CrmLimits crm_limits;
  /// The CRM answers its first requests with these statuses and applies nothing of them.
  std::deque<unsigned> crm_failures;
  /// The portal's own properties, beside HubSpot's: the CRM's API refuses what is in neither. A
  /// form has a field for whatever a contact can have; the types hold there too.
  CustomProperties contact_properties;
  CustomProperties order_properties;
  /// The property by which orders are upserted; it exists without being declared.
  std::string unique_order_property = "ordertail_order_id";
  /// Called on the server's thread with the number (from 1) of the request. May block. Must not
  /// throw.
  std::function<void(Moment, std::uint64_t)> observer;
  /// Called on the server's thread with one line of JSON per submission, without a line end,
  /// before the request is answered. Must not throw.
  std::function<void(std::string_view)> log;
  /// A connection on which nothing moves for so long is closed.
  std::chrono::milliseconds idle_timeout = std::chrono::minutes(1);
};

/// Serves on a thread of its own from construction to destruction; that thread takes no signals.
/// Throws Error(usage) when the address is not a loopback one or the port cannot be had.
class Server {
 public:
  explicit Server(ServerOptions options);
  /// Drops what is being answered. Waits for the observer to return.
  ~Server();

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:4711"
  [[nodiscard]] std::string url() const;

  /// The listings, as the server also gives them over HTTP: see listing.h. From any thread, the
  /// observer included.
  [[nodiscard]] std::string leads_json() const;
  [[nodiscard]] std::string contacts_json() const;
  [[nodiscard]] std::string orders_json() const;
  [[nodiscard]] std::string counts_json() const;
  [[nodiscard]] std::string submissions_json() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace ordertail::sandbox

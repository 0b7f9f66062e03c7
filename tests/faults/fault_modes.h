// The ways in which a server can fail one request, and what must then become of its events: the
// fault matrix's rows.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "faults/fault_server.h"

namespace ordertail::faults {

/// HubSpot's API that a server stands in for. To leads and forms a repeated request is another
/// submission (blind); the CRM may be asked again (idempotent).
enum class Api { leads, forms, crm };

/// What becomes of the events of the request that the server fails, and of the run.
enum class Fate {
  none,       ///< no way in which this API can fail: not tried
  submitted,  ///< no harm done
  rejected,   ///< for good; the run goes on                                               (exit 3)
  isolated,   ///< the request is halved, and each half sent by itself
  retried,    ///< proven not to have been applied: sent again by the same run
  again,      ///< in doubt, and sent again by itself, as that does no harm
  doubt,      ///< held for a person; the run goes on                                      (exit 4)
  alarm,      ///< held for a person, or for the next run, and the run ends             (exit 4, 5)
  foreign,    ///< left to the next run, and this one ends: it is another request's reply  (exit 4)
  pending,    ///< not applied; the run ends, the next one sends it                        (exit 5)
  shut,       ///< not applied; the run ends, and later ones do not knock either           (exit 5)
  job,        ///< not applied; the run ends, as the job is wrong                          (exit 2)
  key,        ///< not applied; the run ends, as the credential or the server is wrong     (exit 6)
};

struct FaultMode {
  /// Around the request that fails.
  struct Scene {
    Api api = Api::leads;
    std::string elsewhere;  ///< the URL of a server that must not be asked anything
    /// The body of the reply to the request before this one, once there was one.
    std::shared_ptr<const std::string> before;
  };
  enum class Takes { no_time, a_timeout, seconds };

  const char* name;
  Fate leads, forms, crm;
  std::function<Mode(const Scene&)> mode;  ///< empty: see `url`
  /// What people are told; "{server}" is its host and port. Alternatives are separated by " | ",
  /// where it depends on which of the two ends is faster.
  std::string says{};
  Takes takes = Takes::no_time;
  std::string forms_says{}, crm_says{};  ///< where that differs
  /// Of an endpoint that no request reaches; "{server}" is the host and port of one that speaks
  /// HTTP.
  std::string url{};
  /// Of a batch, the fault concerns the order kOneOf only, which is not applied.
  bool of_one = false;

  [[nodiscard]] Fate fate(Api api) const;
  [[nodiscard]] const std::string& words(Api api) const;
};

/// The order that has a reply to itself.
inline constexpr int kOneOf = 3;

/// All of them, by chapters.
[[nodiscard]] const std::vector<FaultMode>& fault_modes();

/// What a server in good health answers. It applies what it was sent.
[[nodiscard]] Mode good(Api api);
/// The same, and keeps the body of its reply.
[[nodiscard]] Mode good(Api api, std::shared_ptr<std::string> kept);
/// The numbers of the orders that a request is about, in the order in which it names them.
[[nodiscard]] std::vector<int> orders_in(Api api, const Request& request);

[[nodiscard]] std::string_view name_of(Api api);

}  // namespace ordertail::faults

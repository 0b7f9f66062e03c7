// A reply held against the request: what became of each input.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "delivery/crm_batch.h"
#include "delivery/crm_reply.h"

namespace ordertail {

struct CrmFate {
  enum class Kind {
    unknown,  ///< the reply does not account for it, or not in one voice
    taken,    ///< among the results
    refused,  ///< among the errors
  };
  Kind kind = Kind::unknown;
  std::string_view record_id;       ///< of what was taken; empty when it is an association
  const CrmError* error = nullptr;  ///< of what was refused
};

/// One fate for each input; nullopt when the reply is about something that is not among them, so
/// that it must be another request's. A result is known by its trace id where it has one, else by
/// its name: HubSpot may show a contact under an older address of its own. An error that names
/// nothing concerns the input of a request that has one only. Views and pointers go into `reply`.
[[nodiscard]] std::optional<std::vector<CrmFate>> account_for(const std::vector<CrmInput>& inputs,
                                                              const CrmReply& reply);

}  // namespace ordertail

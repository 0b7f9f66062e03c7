// Several events as the inputs of one CRM batch request.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "delivery/sink.h"

namespace ordertail {

/// HubSpot's record ids of an event's objects, as far as earlier replies have told them; else
/// empty.
struct CrmProgress {
  std::string_view contact, order;

  /// Views into `text`. Of what str() did not write, nothing is known.
  [[nodiscard]] static CrmProgress parse(std::string_view text);
  /// "contact=101" or "contact=101;order=7"
  [[nodiscard]] std::string str() const;
};

/// Is this a record id: digits?
[[nodiscard]] bool is_record_id(std::string_view text);

/// One input of a request, made of one event or of several that are about the same.
struct CrmInput {
  std::string id;  ///< what they are about: no two inputs of a request have the same
  /// objectWriteTraceId, by which a reply names the input: the first event's id and the mark of the
  /// request's kind, so that the reply to an event's contact is not taken for that to its order.
  std::string trace_id;
  std::vector<std::size_t> items;  ///< places in the request, the oldest event first
};

/// `ids`: of each item, what it is about. `mark` ends the trace ids. The inputs are in the order in
/// which their ids first occur. Of events of the same time the one that comes first is the older;
/// one without a time is older than all others.
[[nodiscard]] std::vector<CrmInput> gather(std::span<const Item> items,
                                           std::vector<std::string> ids, std::string_view mark);

}  // namespace ordertail

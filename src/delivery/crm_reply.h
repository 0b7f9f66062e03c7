// What HubSpot's reply to a CRM batch request says, input by input.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ordertail {

/// One of the "results".
struct CrmResult {
  std::string record_id;  ///< digits; empty when the reply has none
  std::string name;       ///< what the input is known by; empty when the reply does not say
  std::string trace_id;   ///< of the input; empty when the reply does not say
  std::string reversed;   ///< of an association: the name it has the other way round
};

/// One of the "errors", or the error that the whole reply is.
struct CrmError {
  std::vector<std::string> names;  ///< trace ids, or as CrmResult::name
  std::string reason;  ///< "invalid_email", "validation_error": the most telling code; may be empty
  std::string words;   ///< HubSpot's, not yet fit to show
  bool is_fault_of_job = false;  ///< a property that is not there, or cannot be set, or
  bool is_not_unique =
      false;                ///< by which records are to be known, but whose values are not unique
  bool is_passing = false;  ///< of the server at that moment
};

struct CrmReply {
  std::vector<CrmResult> results;
  std::vector<CrmError> errors;
};

/// Of a batch upsert. A result is named by its value of `property`, errors by trace ids:
///
///   {"status":"COMPLETE","results":[{"id":"101","properties":{"email":"ann@example.com",…},
///    "new":true,"objectWriteTraceId":"9f…",…}],"numErrors":1,"errors":[{"status":"error",
///    "category":"VALIDATION_ERROR","message":"…","context":{"objectWriteTraceId":["3a…"]},
///    "errors":[{"code":"INVALID_EMAIL","message":"…"}]}],…}
///
/// nullopt when the body is no whole JSON with results. All of an error is "optional in any error
/// parsing" (https://developers.hubspot.com/docs/api-reference/error-handling; the schema:
/// https://github.com/HubSpot/HubSpot-public-api-spec-collection).
[[nodiscard]] std::optional<CrmReply> read_upsert_reply(std::string_view body,
                                                        std::string_view property);

/// Of a batch of associations from orders to contacts: {"results":[{"from":{"id":"7"},
/// "to":{"id":"101"},…}],…}. A result is named as CrmProgress::str() would, errors likewise
/// or by one of the two, "order=7" or "contact=101", as their context has it. One of another kind
/// has its trace id only.
[[nodiscard]] std::optional<CrmReply> read_association_reply(std::string_view body);

/// The error that the whole reply is; nullopt when it says nothing.
[[nodiscard]] std::optional<CrmError> read_crm_error(std::string_view body);

}  // namespace ordertail

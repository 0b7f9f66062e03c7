#include "sandbox/crm_path.h"

#include <algorithm>

namespace ordertail::sandbox {
namespace {

/// What follows the prefix, where "9" stands for a digit; else empty.
std::string_view after(std::string_view prefix, std::string_view path) {
  const bool is_there =
      path.size() >= prefix.size() &&
      std::equal(prefix.begin(), prefix.end(), path.begin(), [](char wanted, char c) {
        return wanted == '9' ? c >= '0' && c <= '9' : c == wanted;
      });
  return is_there ? path.substr(prefix.size()) : std::string_view();
}

std::string_view after_either(std::string_view numbered, std::string_view dated,
                              std::string_view path) {
  const std::string_view rest = after(numbered, path);
  return rest.empty() ? after(dated, path) : rest;
}

}  // namespace

CrmCall crm_call(std::string_view path) {
  const std::string_view object = after_either("/crm/v3/objects/", "/crm/objects/9999-99/", path);
  if (object == "contacts/batch/upsert") return CrmCall::upsert_contacts;
  if (object == "contacts/batch/read") return CrmCall::read_contacts;
  if (object == "orders/batch/upsert") return CrmCall::upsert_orders;
  if (object == "orders/batch/read") return CrmCall::read_orders;
  const std::string_view association =
      after_either("/crm/v4/associations/", "/crm/associations/9999-99/", path);
  if (association == "orders/contacts/batch/associate/default") return CrmCall::associate;
  return CrmCall::none;
}

}  // namespace ordertail::sandbox

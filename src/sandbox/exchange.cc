#include "sandbox/exchange.h"

#include "base/text.h"

namespace ordertail::sandbox {

bool has_media_type(const Request& request, std::string_view media_type) {
  const std::string_view type = request.content_type;
  return equal_ignoring_case(trim(type.substr(0, type.find(';'))), media_type);
}

}  // namespace ordertail::sandbox

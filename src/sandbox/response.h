// Answers and pages as HTTP responses.
#pragma once

#include <string>

#include "sandbox/connection.h"
#include "sandbox/exchange.h"

namespace ordertail::sandbox {

[[nodiscard]] HttpResponse json_response(const HttpRequest& request, unsigned status,
                                         std::string json);

/// No script, no frame, nothing from elsewhere: whatever a lead's fields hold stays text.
[[nodiscard]] HttpResponse page_response(const HttpRequest& request, std::string html);

[[nodiscard]] HttpResponse api_response(const HttpRequest& request, Answer answer);

}  // namespace ordertail::sandbox

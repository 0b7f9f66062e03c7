// application/x-www-form-urlencoded, as browsers write it (WHATWG URL, "urlencoded serializing").
#pragma once

#include <string>
#include <string_view>

namespace ordertail {

/// Appends "key=value", after a '&' unless `body` is empty. Letters, digits and "*-._" stay, a
/// space becomes '+', every other byte "%XX"; text is taken to be UTF-8.
void append_form_field(std::string_view key, std::string_view value, std::string& body);

}  // namespace ordertail

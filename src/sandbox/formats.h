// What the text of a value must look like.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ordertail::sandbox {

/// One "@" between a name and a domain with a dot inside; no blanks or control bytes.
[[nodiscard]] bool is_email(std::string_view text);

/// A visitor token as every public sample has it: 32 lower-case hexadecimal digits. HubSpot
/// publishes no grammar; v3 refuses '37184' (https://github.com/verbb/formie/issues/2013).
[[nodiscard]] bool is_hutk(std::string_view text);

/// IPv4 in dotted decimals, or IPv6.
[[nodiscard]] bool is_ip_address(std::string_view text);

/// Characters of RFC 3986 only, and two hexadecimal digits after each "%". Not empty. A scheme is
/// not needed: HubSpot's own sample is "www.example.com/page".
[[nodiscard]] bool is_page_uri(std::string_view text);

/// Digits, with at most one minus before them and nothing else.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// A day of the calendar: YYYY-MM-DD, or the milliseconds of its midnight in UTC
/// (https://developers.hubspot.com/changelog/new-standardization-of-date-formats-for-hubspots-form-submissions-api).
[[nodiscard]] bool is_date(std::string_view text);

/// YYYY-MM-DDThh:mm[:ss[.fff]] with Z or an offset, or milliseconds (same page).
[[nodiscard]] bool is_datetime(std::string_view text);

/// Digits with at most one minus before them and one point among them, which digits follow. No
/// source tells what else HubSpot takes for a number: this all do.
[[nodiscard]] bool is_number(std::string_view text);

/// Three capitals, as in ISO 4217.
[[nodiscard]] bool is_currency_code(std::string_view text);

}  // namespace ordertail::sandbox

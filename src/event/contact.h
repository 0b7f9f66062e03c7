// What identifies a person: e-mail address, IP address, visitor token.
#pragma once

#include <string_view>

namespace ordertail {

/// A dot-atom or near it before one '@', a host name with a dot behind it, no blanks, no controls,
/// at most 254 bytes. Bytes above 127 are allowed on both sides (RFC 6531).
[[nodiscard]] bool is_email(std::string_view text);

/// The textual form of an IPv4 or IPv6 address, without zone or port.
[[nodiscard]] bool is_ip(std::string_view text);

/// The first address of several, without its port: of an X-Forwarded-For ("203.0.113.9:4444,
/// 10.0.0.1") that is the visitor's, of Zen Cart's "SESSION'S - CONNECTION'S"
/// (includes/classes/order.php) the one that no proxy has. A text without any is returned as it is.
[[nodiscard]] std::string_view visitor_ip(std::string_view text);

/// 32 lower-case hexadecimal digits: every hubspotutk ever seen (facts: hubspot 7). There is no
/// official grammar, so another shape drops the token, never the event.
[[nodiscard]] bool is_visitor_token(std::string_view text);

/// The visitor token in what a log or a form kept of it: the bare value of the cookie hubspotutk; a
/// Cookie header, `name=value` divided by ';' (behind which IIS writes '+' and CloudFront %20 or
/// %2520 for the blank), where that cookie is, or else __hstc, whose second part of six is the
/// token; that cookie's bare value; a URL (a path, or with "://") with a parameter __hstc, as
/// HubSpot's links between domains have it; one of these among the headers that HAProxy captured,
/// where only a token is returned. Else what stands there is, token or not; empty when nothing
/// does.
[[nodiscard]] std::string_view visitor_token(std::string_view text);

}  // namespace ordertail

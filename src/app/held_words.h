// Events that a person has to decide about, and what people decided, in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "store/store.h"

namespace ordertail {

/// "2026-11-23 02:00:05 UTC"
[[nodiscard]] std::string utc(WallTime time);

/// The beginning of an event's id, long enough to name it.
[[nodiscard]] std::string short_id(const Hash128& id);

/// "3f2a91c07b1e purchase 1001 of a***@example.com from orders.csv:2"
[[nodiscard]] std::string name_in_words(const Held& event, bool unmasked);

/// All that is known of it, over several lines, each indented and ended.
[[nodiscard]] std::string in_words(const Held& event, bool unmasked);
[[nodiscard]] nlohmann::ordered_json as_json(const Held& event, bool unmasked);

/// "2026-11-23 02:00:05 UTC ann: resend of purchase of order 1001 (orders.csv:2), which was in
/// doubt: timeout"
[[nodiscard]] std::string in_words(const Resolution& resolution);
[[nodiscard]] nlohmann::ordered_json as_json(const Resolution& resolution);

}  // namespace ordertail

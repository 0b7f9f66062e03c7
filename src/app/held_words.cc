#include "app/held_words.h"

#include <date/date.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "event/event_json.h"
#include "report/words.h"

namespace ordertail {

using Json = nlohmann::ordered_json;

std::string utc(WallTime time) {
  return date::format("%F %T UTC", std::chrono::floor<std::chrono::seconds>(time));
}

std::string short_id(const Hash128& id) {
  return to_hex(id.view()).substr(0, 12);
}

std::string name_in_words(const Held& held, bool unmasked) {
  const Event event = parse_event_json(held.payload);
  const std::string order = unmasked ? event.order_number : discreet(event.order_number);
  const std::string who = unmasked ? printable(event.email) : masked(event.email);
  return fmt::format("{} {} {}{} from {}:{}", short_id(held.id), name_of(event.kind),
                     order.empty() ? "" : printable(order) + " of ", who,
                     printable(event.origin.file, 200), event.origin.line);
}

std::string in_words(const Held& held, bool unmasked) {
  std::string out = fmt::format("  {}\n    {} at {}: {}\n", name_in_words(held, unmasked),
                                words_for(held.reason), utc(held.attempted_at), held.message);
  std::string more = count_of(static_cast<std::uint64_t>(held.tries), "request");
  if (held.first_attempted_at != held.attempted_at)
    more += ", the first in doubt at " + utc(held.first_attempted_at);
  if (held.http_status != 0) more += fmt::format(", status {}", held.http_status);
  if (held.resent) more += ", sent again before: HubSpot may have it twice";
  return out + "    " + more + "\n";
}

Json as_json(const Held& held, bool unmasked) {
  const Event event = parse_event_json(held.payload);
  return {{"id", to_hex(held.id.view())},
          {"kind", name_of(event.kind)},
          {"order_number", unmasked ? event.order_number : discreet(event.order_number)},
          {"email", unmasked ? event.email : masked(event.email)},
          {"reason", held.reason},
          {"message", held.message},
          {"http_status", held.http_status},
          {"tries", held.tries},
          {"first_attempted_at", utc(held.first_attempted_at)},
          {"attempted_at", utc(held.attempted_at)},
          {"resent", held.resent},
          {"source", {{"file", event.origin.file}, {"line", event.origin.line}}}};
}

std::string in_words(const Resolution& resolution) {
  const std::string order = resolution.order_number.empty()
                                ? std::string()
                                : " of order " + printable(discreet(resolution.order_number));
  return fmt::format("{} {}: {} of {}{} ({}:{}), which was {}: {}", utc(resolution.at),
                     printable(resolution.who), name_of(resolution.ruling),
                     name_of(resolution.kind), order, printable(resolution.file, 200),
                     resolution.line, words_for(resolution.was), words_for(resolution.reason));
}

Json as_json(const Resolution& resolution) {
  return {{"id", to_hex(resolution.id.view())},
          {"kind", name_of(resolution.kind)},
          {"order_number", discreet(resolution.order_number)},
          {"decision", name_of(resolution.ruling)},
          {"at", utc(resolution.at)},
          {"who", resolution.who},
          {"was", words_for(resolution.was)},
          {"reason", resolution.reason},
          {"sent_again", resolution.sent_again},
          {"now", words_for(resolution.now)},
          {"source", {{"file", resolution.file}, {"line", resolution.line}}}};
}

}  // namespace ordertail

// A conversion, neutral of any API.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/zone.h"
#include "event/money.h"

namespace ordertail {

enum class Kind : std::uint8_t {
  registration = 0,  ///< integration point 1: an e-mail address became known; makes a lead
  purchase = 1,      ///< integration point 2: a transaction completed; makes a customer
};
[[nodiscard]] std::string_view name_of(Kind kind);

/// Calendar day in the account's zone.
struct Day {
  int year = 0;  ///< 0 to 9999
  unsigned month = 0;
  unsigned day = 0;
  friend auto operator<=>(const Day&, const Day&) = default;
};
/// "MM/DD/YYYY", as the Leads API's CloseDate and the reports have it.
[[nodiscard]] std::string us_date(Day day);
/// "YYYY-MM-DD", as HubSpot's date properties have it.
[[nodiscard]] std::string iso_date(Day day);

/// Where an event came from: its first record.
struct Origin {
  std::string file;
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::uint64_t end = 0;  ///< of its last record, line end included; not part of its JSON
};

/// Absent text fields are empty. Made to be assigned to over and over on the reading path.
struct Event {
  Kind kind = Kind::registration;
  Hash128 id;  ///< see event_id.h
  std::string shop;
  std::string order_number;  ///< without a leading '#'
  std::string email;         ///< as written, trimmed
  std::string first_name, last_name, phone;
  std::string address, city, state, zip, country;
  std::string utk;  ///< 32 lower-case hexadecimal digits
  std::string ip;   ///< IPv4 or IPv6 text
  std::optional<Instant> occurred_at;
  std::optional<Day> close_date;       ///< purchases only
  std::optional<Money> total_revenue;  ///< before tax and shipping
  std::string currency;
  std::vector<std::string> skus;
  std::vector<std::pair<std::string, std::string>> extra;  ///< key, value, in the pattern's order
  Origin origin;
  std::uint32_t rows = 1;  ///< how many records it was made of
  /// Of an order in an export, which may have later versions: content_of() it (event_digest.h).
  std::optional<std::uint32_t> content;

  void clear();
};

/// The text fields that patterns map and JSON carries, under their one name.
struct TextField {
  std::string_view key;
  std::string Event::*member;
};
inline constexpr std::array<TextField, 13> kTextFields{{{"order_number", &Event::order_number},
                                                        {"email", &Event::email},
                                                        {"first_name", &Event::first_name},
                                                        {"last_name", &Event::last_name},
                                                        {"phone", &Event::phone},
                                                        {"address", &Event::address},
                                                        {"city", &Event::city},
                                                        {"state", &Event::state},
                                                        {"zip", &Event::zip},
                                                        {"country", &Event::country},
                                                        {"currency", &Event::currency},
                                                        {"utk", &Event::utk},
                                                        {"ip", &Event::ip}}};

/// The index of one of them.
constexpr std::size_t text_field(std::string_view key) {
  std::size_t index = 0;
  while (kTextFields.at(index).key != key) ++index;
  return index;
}

}  // namespace ordertail

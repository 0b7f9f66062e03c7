// The people, places and hours that the generated files are about. All of them invented: names from
// a list, addresses at example.com, telephone numbers from the range kept for fiction (555-01xx).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "bench/append.h"

namespace ordertail::bench {

struct Place {
  std::string_view city;
  std::string_view zip;
  std::string_view state;       // "NY"
  std::string_view state_name;  // "New York"
  std::string_view area_code;
};

struct Person {
  std::uint64_t number = 0;
  std::string_view first_name;
  std::string_view first_name_in_email;  ///< ASCII, lower case
  std::string_view last_name;
  std::string_view street;
  std::uint32_t house = 0;
  std::uint32_t apartment = 0;  ///< 0: none
  std::uint32_t line = 0;       ///< last two digits of the telephone number
  Place place;
};

/// The same number is the same person in every file.
[[nodiscard]] Person person(std::uint64_t number);

/// "ann.lee.17@example.com". No two numbers share one.
struct Email {
  const Person& person;
  std::string_view at = "@";  ///< "%40" in a query
};
void append_piece(std::string& out, Email email);

/// "+12125550147"
struct Phone {
  const Person& person;
};
void append_piece(std::string& out, Phone phone);

struct Product {
  std::string_view name;
  std::string_view sku;
  std::string_view slug;
  std::int64_t cents;
};
[[nodiscard]] const Product& product(std::uint32_t choice);

/// A wall-clock time in the United States.
struct UsTime {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
  bool summer = false;
  unsigned hours_behind_utc = 0;
};

/// `standard_offset`: hours behind UTC in winter: 5 for New York, 8 for Los Angeles.
[[nodiscard]] UsTime us_time(std::chrono::sys_seconds instant, unsigned standard_offset);

/// "10:37:30"
struct TimeOfDay {
  const UsTime& moment;
};
void append_piece(std::string& out, TimeOfDay time);

/// "2021-03-01 10:37:30 -0500"
void append_piece(std::string& out, const UsTime& moment);

}  // namespace ordertail::bench

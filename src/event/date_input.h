// The text of a time, as it is consumed.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "base/text.h"

namespace ordertail {

/// A cursor over the text being parsed; every take_ returns false when the text does not fit.
struct DateInput {
  std::string_view rest;

  static constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

  [[nodiscard]] bool is_ascii() const {
    return rest.empty() || static_cast<unsigned char>(rest.front()) < 0x80;
  }
  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool take(std::string_view text) {
    if (!rest.starts_with(text)) return false;
    rest.remove_prefix(text.size());
    return true;
  }
  /// Blanks, no-break ones among them: CLDR 42 and later put one before AM and PM.
  bool take_blanks() {
    bool any = false;
    while (take(' ') || (!is_ascii() && (take("\xC2\xA0") || take("\xE2\x80\xAF")))) any = true;
    return any;
  }
  bool take_number(std::size_t least, std::size_t most, int& value) {
    std::size_t digits = 0;
    value = 0;
    while (digits < most && digits < rest.size() && is_digit(rest[digits])) {
      value = value * 10 + (rest[digits++] - '0');
    }
    rest.remove_prefix(digits);
    return digits >= least;
  }
  /// A point and digits, if they are there.
  void skip_fraction() {
    if (rest.size() < 2 || rest[0] != '.' || !is_digit(rest[1])) return;
    rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
  }
  /// The index of the name (or of its first three letters) at the front.
  template <std::size_t N>
  bool take_name(const std::array<std::string_view, N>& names, int& index) {
    for (std::size_t i = 0; i < N; ++i) {
      if (!equal_ignoring_case(rest.substr(0, 3), names[i].substr(0, 3))) continue;
      const std::size_t whole = names[i].size();
      rest.remove_prefix(equal_ignoring_case(rest.substr(0, whole), names[i]) ? whole : 3);
      index = static_cast<int>(i);
      return true;
    }
    return false;
  }
  bool take_offset(std::chrono::seconds& offset) {
    offset = {};
    const bool west = rest.starts_with('-');
    if (!west && !rest.starts_with('+')) return take('Z') || take("GMT") || take("UTC");
    rest.remove_prefix(1);
    int hours = 0;
    int minutes = 0;
    if (!take_number(2, 2, hours)) return false;
    take(':');
    if (!take_number(2, 2, minutes) || hours > 14 || minutes > 59) return false;
    offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    if (west) offset = -offset;
    return true;
  }
};

}  // namespace ordertail

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "base/controls.h"

namespace ordertail {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

char lower_char(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xC0U) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
  const bool outside = (lead == 0xED && at(1) > 0x9F) || (lead == 0xF4 && at(1) > 0x8F);
  return overlong || outside ? 0 : size;
}

std::string_view trim_slowly(std::string_view text) {
  while (true) {
    if (!text.empty() && kBlanks.find(text.front()) != kBlanks.npos) {
      text.remove_prefix(1);
    } else if (text.starts_with(kNoBreakSpace)) {
      text.remove_prefix(kNoBreakSpace.size());
    } else if (!text.empty() && kBlanks.find(text.back()) != kBlanks.npos) {
      text.remove_suffix(1);
    } else if (text.ends_with(kNoBreakSpace)) {
      text.remove_suffix(kNoBreakSpace.size());
    } else {
      return text;
    }
  }
}

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t kHigh = 0x8080808080808080U;
  std::uint64_t eight = 0;  // bytes at once
  std::uint64_t seen = 0;
  for (; text.size() >= sizeof eight; text.remove_prefix(sizeof eight)) {
    std::memcpy(&eight, text.data(), sizeof eight);
    seen |= eight;
  }
  unsigned char rest = 0;
  for (const char c : text) rest |= static_cast<unsigned char>(c);
  return ((seen & kHigh) | (rest & 0x80U)) == 0;
}

bool is_utf8(std::string_view text) {
  if (is_ascii(text)) return true;  // nearly all texts are
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t length =
        static_cast<unsigned char>(text[i]) < 0x80 ? 1 : utf8_length(text.substr(i));
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower_char);
  return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  return a == b || std::equal(a.begin(), a.end(), b.begin(),
                              [](char x, char y) { return lower_char(x) == lower_char(y); });
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
    if (sequence.size() > limit) return result + "...";
    if (sequence == "\t") {
      result += "\\t";
    } else if (length == 0 || is_control(sequence)) {
      for (const char c : sequence)
        result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += sequence;
    }
    limit -= sequence.size();
    text.remove_prefix(sequence.size());
  }
  return result;
}

std::string printable_lines(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t end = text.find('\n');
    result += printable(text.substr(0, end), text.npos);
    if (end == text.npos) return result;
    result += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string printable_name(std::string_view file) {
  return printable(file, file.npos);
}

std::string masked(std::string_view text) {
  if (text.empty()) return {};
  const std::size_t first = std::max<std::size_t>(utf8_length(text), 1);
  const std::size_t at = text.rfind('@');
  const std::string_view domain = at == text.npos ? std::string_view() : text.substr(at);
  return printable(text.substr(0, first)) + "***" + printable(domain);
}

std::string discreet(std::string_view text) {
  return text.find('@') == text.npos ? std::string(text) : masked(text);
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = word.size() / 2 + 1;
  for (const std::string& candidate : candidates) {
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t change =
            diagonal + (lower_char(word[i - 1]) == lower_char(candidate[j - 1]) ? 0 : 1);
        diagonal = std::exchange(row[j], std::min({change, row[j] + 1, row[j - 1] + 1}));
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

void append_number(std::uint64_t number, std::string& out) {
  std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> digits;
  out.append(digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr);
}

void put_hex(std::string_view bytes, char* to) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *to++ = kDigits[byte >> 4U];
    *to++ = kDigits[byte & 15U];
  }
}

void append_hex(std::string_view bytes, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + bytes.size() * 2);
  put_hex(bytes, out.data() + before);
}

std::string to_hex(std::string_view bytes) {
  std::string hex;
  append_hex(bytes, hex);
  return hex;
}

std::string from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return {};
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace ordertail

// Text: the few ASCII operations that every room needs. No locale is ever consulted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ordertail {

/// trim() where there may be something to take off.
[[nodiscard]] std::string_view trim_slowly(std::string_view text);

/// Without ASCII blanks (space, tab, CR, LF) and UTF-8 no-break spaces at both ends.
[[nodiscard]] inline std::string_view trim(std::string_view text) {
  // Nearly every cell begins and ends with a visible ASCII byte (char may be signed or not).
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7F'; };
  return !text.empty() && is_visible(text.front()) && is_visible(text.back()) ? text
                                                                              : trim_slowly(text);
}

/// ASCII letters to lower case; other bytes as they are.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

/// What some programs begin a text in UTF-8 with. It is no part of it.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Length of the well-formed UTF-8 sequence at the front of `text`; 0 when there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

[[nodiscard]] bool is_ascii(std::string_view text);
/// Is all of it well-formed UTF-8?
[[nodiscard]] bool is_utf8(std::string_view text);

/// Safe to show on a terminal and in a one-line log: a tab becomes `\t`; control bytes, DEL, C1 and
/// bidi controls, and invalid UTF-8 become `\x1b`; at most `limit` bytes of `text`, then "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 80);

/// As printable(), but whole, and lines stay lines: for messages of several lines.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// A file's name in a message: as printable(), but whole.
[[nodiscard]] std::string printable_name(std::string_view file);

/// People's data, masked: "a***@example.com", "1***". Empty stays empty.
[[nodiscard]] std::string masked(std::string_view text);

/// A value of any column, to be quoted: as it is, but masked when it holds an '@', for then it may
/// be an e-mail address in the wrong place. Not made printable.
[[nodiscard]] std::string discreet(std::string_view text);

/// "12,345,678"
[[nodiscard]] std::string grouped(std::uint64_t number);

/// The candidate nearest to `word` by edit distance, or empty when none is near (distance > 1/2).
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

/// Appends the number in decimal digits.
void append_number(std::uint64_t number, std::string& out);
/// Writes the number's last `width` decimal digits to `to`.
constexpr void put_digits(unsigned number, char* to, std::size_t width) {
  for (; width > 0; number /= 10) to[--width] = static_cast<char>('0' + number % 10);
}

/// Lower-case hexadecimal.
void put_hex(std::string_view bytes, char* to);
void append_hex(std::string_view bytes, std::string& out);
[[nodiscard]] std::string to_hex(std::string_view bytes);
/// What a hexadecimal digit stands for; -1 when it is none.
[[nodiscard]] constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
/// The bytes, or an empty string when `hex` is not an even number of hexadecimal digits.
[[nodiscard]] std::string from_hex(std::string_view hex);

}  // namespace ordertail

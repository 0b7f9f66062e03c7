#include "record/line_splitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

constexpr std::size_t npos = std::string_view::npos;

/// What an escape begins with; NUL where there are none.
char mark_of(LineEscapes escapes) {
  switch (escapes) {
    case LineEscapes::backslash:
    case LineEscapes::json:
      return '\\';
    case LineEscapes::hash:
      return '#';
    case LineEscapes::none:
      break;
  }
  return '\0';
}

/// The first double quote that is not escaped by a backslash.
std::size_t closing_quote(std::string_view text, LineEscapes escapes) {
  if (mark_of(escapes) != '\\') return text.find('"');
  for (std::size_t at = text.find('"'); at != npos; at = text.find('"', at + 1)) {
    std::size_t slashes = 0;
    while (slashes < at && text[at - 1 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 0) return at;
  }
  return npos;
}

char letter_escape(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case '"':
    case '\\':
    case '/':
      return letter;
    default:
      return '\0';
  }
}

void append_utf8(std::uint32_t code, std::string& to) {
  const auto byte = [&](std::uint32_t bits) { to += static_cast<char>(bits); };
  if (code < 0x80U) return byte(code);
  if (code < 0x800U) {
    byte(0xC0U | code >> 6U);
  } else {
    if (code < 0x10000U) {
      byte(0xE0U | code >> 12U);
    } else {
      byte(0xF0U | code >> 18U);
      byte(0x80U | (code >> 12U & 0x3FU));
    }
    byte(0x80U | (code >> 6U & 0x3FU));
  }
  byte(0x80U | (code & 0x3FU));
}

/// The UTF-16 unit of a `\uXXXX` at the front of `text`, if there is one.
std::optional<std::uint32_t> unit_at(std::string_view text) {
  if (!text.starts_with("\\u")) return std::nullopt;
  const std::string bytes = from_hex(text.substr(2, 4));
  if (bytes.size() != 2) return std::nullopt;
  return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[0])) << 8U |
         static_cast<unsigned char>(bytes[1]);
}

/// Appends the character of the `\uXXXX` (or the two of them) at the front of `text`; returns how
/// long that is, 0 when there is none.
std::size_t take_unicode(std::string_view text, std::string& to) {
  const auto first = unit_at(text);
  if (!first) return 0;
  if (*first < 0xD800U || *first > 0xDFFFU) {
    append_utf8(*first, to);
    return 6;
  }
  const auto second = *first < 0xDC00U ? unit_at(text.substr(6)) : std::nullopt;
  if (!second || *second < 0xDC00U || *second > 0xDFFFU) return 0;
  append_utf8(0x10000U + ((*first - 0xD800U) << 10U) + (*second - 0xDC00U), to);
  return 12;
}

/// The same for two hexadecimal digits behind `before` bytes.
std::size_t take_hex(std::string_view text, std::size_t before, std::string& to) {
  const std::string byte = from_hex(text.substr(before, 2));
  to += byte;
  return byte.empty() ? 0 : before + 2;
}

/// The same for `\xHH` and `\n`.
std::size_t take_byte(std::string_view text, std::string& to) {
  if (text.substr(1).starts_with('x')) return take_hex(text, 2, to);
  const char meant = text.size() < 2 ? '\0' : letter_escape(text[1]);
  if (meant == '\0') return 0;
  to += meant;
  return 2;
}

/// Byte by byte: what stands between two fields is short.
bool begins(std::string_view text, std::string_view front) {
  return text.size() >= front.size() && std::equal(front.begin(), front.end(), text.begin());
}

/// Where the list at the front of `text` ends: at the first `end`, a blank or a comma, that does
/// not divide it.
std::size_t end_of_list(std::string_view text, char end, bool upstreams) {
  std::size_t at = text.find(end);
  while (at != npos) {
    const bool in_comma =
        end == ',' ? begins(text.substr(at), ", ") : at > 0 && text[at - 1] == ',';
    if (in_comma) {
      at = text.find_first_not_of(' ', at + 1);
    } else if (upstreams && begins(text.substr(at), " : ")) {
      at += 3;
    } else {
      return at;
    }
    at = text.find(end, at);
  }
  return text.size();
}

/// Where a field ends that may hold blanks.
std::size_t end_of_loose(const LineFormat::Field& field, std::string_view rest) {
  if (field.loose == Loose::text) return field.after.empty() ? rest.size() : rest.find(field.after);
  const char last = field.after.empty() ? ' ' : field.after.front();
  const std::size_t end = end_of_list(rest, last, field.loose == Loose::upstreams);
  const bool is_whole =
      field.after.empty() ? end == rest.size() : begins(rest.substr(end), field.after);
  return is_whole ? end : npos;
}

std::string missing_behind(const LineFormat::Field& field, char divider) {
  const std::string name = printable(field.name);
  if (field.opening != 0) return fmt::format("no `{}` follows {}", field.opening, name);
  if (field.after.empty()) {
    return fmt::format("a {} is in {}, the last field", divider == '\t' ? "tab" : "blank", name);
  }
  return fmt::format("no `{}` follows {}", printable(field.after), name);
}

/// What would pass for a divider of the headers that HAProxy captured, {A|B}.
bool hides_divider(std::string_view escape) {
  return escape == "#7B" || escape == "#7C" || escape == "#7D";
}

}  // namespace

std::string unescaped(std::string_view text, LineEscapes escapes) {
  const char mark = mark_of(escapes);
  const bool captured = escapes == LineEscapes::hash && text.starts_with('{');
  std::string plain;
  while (!text.empty()) {
    std::size_t taken = 0;
    if (text.front() == mark && mark == '#') {
      const bool divides = captured && hides_divider(text.substr(0, 3));
      if (!divides) taken = take_hex(text, 1, plain);
    } else if (text.front() == mark && mark != '\0') {
      if (escapes == LineEscapes::json) taken = take_unicode(text, plain);
      if (taken == 0) taken = take_byte(text, plain);
    }
    if (taken == 0) {
      plain += text.front();
      taken = 1;
    }
    text.remove_prefix(taken);
  }
  return plain;
}

LineSplitter::LineSplitter(LineFormat format, const std::vector<std::string>& wanted)
    : format_(std::move(format)), place_(format_.fields.size(), npos), wanted_(wanted.size()) {
  for (std::size_t cell = 0; cell < wanted.size(); ++cell) {
    const auto field = std::find_if(format_.fields.begin(), format_.fields.end(),
                                    [&](const auto& each) { return each.name == wanted[cell]; });
    if (field == format_.fields.end()) {
      throw Error(ExitCode::usage,
                  fmt::format("The log format has no field \"{}\"; it has {}.",
                              printable(wanted[cell]), fmt::join(format_.names(), ", ")));
    }
    std::size_t& place = place_[static_cast<std::size_t>(field - format_.fields.begin())];
    if (place == npos) {
      place = cell;
    } else {
      repeated_.emplace_back(cell, place);
    }
  }
}

/// Where the field at the front of `rest` ends; npos when what has to follow does not.
std::size_t LineSplitter::end_of(const LineFormat::Field& field, std::string_view rest,
                                 LineEscapes escapes) const {
  if (field.opening != 0) return rest.find(field.opening);
  if (field.loose != Loose::no) return end_of_loose(field, rest);
  if (field.after.empty()) return rest.find(format_.divider) == npos ? rest.size() : npos;
  const std::size_t end =
      field.quoted ? closing_quote(rest, escapes) : rest.find(field.after.front());
  return end != npos && begins(rest.substr(end), field.after) ? end : npos;
}

bool LineSplitter::match(std::string_view line, std::string_view* cells,
                         std::deque<std::string>& unescaped) const {
  if (!line.starts_with(format_.before)) return false;
  // Hardly any line holds an escape.
  const char mark = mark_of(format_.escapes);
  const LineEscapes escapes = line.find(mark) == npos ? LineEscapes::none : format_.escapes;
  std::string_view rest = line.substr(format_.before.size());
  for (std::size_t i = 0; i < format_.fields.size(); ++i) {
    const LineFormat::Field& field = format_.fields[i];
    const std::size_t end = end_of(field, rest, escapes);
    if (end == npos) return false;
    if (place_[i] != npos) {
      std::string_view value = rest.substr(0, end);
      if (escapes != LineEscapes::none && value.find(mark) != npos) {
        value = unescaped.emplace_back(ordertail::unescaped(value, escapes));
      }
      cells[place_[i]] = value;
    }
    rest.remove_prefix(end + field.after.size());
  }
  for (const auto& [cell, same] : repeated_) cells[cell] = cells[same];
  return rest.empty();
}

LineFault LineSplitter::fault(std::string_view line) const {
  if (!line.starts_with(format_.before)) {
    return {0, fmt::format("it does not begin with `{}`", printable(format_.before))};
  }
  std::size_t reached = format_.before.size();
  for (const LineFormat::Field& field : format_.fields) {
    const std::size_t end = end_of(field, line.substr(reached), format_.escapes);
    if (end == npos) return {reached, missing_behind(field, format_.divider)};
    reached += end + field.after.size();
  }
  return {reached, fmt::format("more follows behind {}, the last field",
                               printable(format_.fields.back().name))};
}

}  // namespace ordertail

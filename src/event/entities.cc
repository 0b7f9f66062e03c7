#include "event/entities.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace ordertail {
namespace {

constexpr char32_t kNoBreakSpace = 0xA0;
constexpr std::size_t kLongestReference = 10;  // between '&' and ';'

constexpr std::pair<std::string_view, char32_t> kXmlNames[] = {
    {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

/// In the order of their code points, from 160 on.
constexpr std::array<std::string_view, 96> kLatin1Names{
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",
    "copy",   "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn",
    "sup2",   "sup3",   "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",
    "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde",
    "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave",
    "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde",
    "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",
    "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil",
    "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",
    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

std::optional<char32_t> named(std::string_view name) {
  for (const auto& [known, code] : kXmlNames) {
    if (known == name) return code;
  }
  const auto* found = std::find(kLatin1Names.begin(), kLatin1Names.end(), name);
  if (found == kLatin1Names.end()) return std::nullopt;
  return kNoBreakSpace + static_cast<char32_t>(found - kLatin1Names.begin());
}

/// Not a control character (save tab and the line ends), not half a surrogate pair.
bool is_text(std::uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return (code < 0x7F || code >= 0xA0) && (code < 0xD800 || code > 0xDFFF) && code <= 0x10FFFF;
}

/// `digits`: what follows "&#".
std::optional<char32_t> numbered(std::string_view digits) {
  const bool is_hex = digits.starts_with('x') || digits.starts_with('X');
  if (is_hex) digits.remove_prefix(1);
  std::uint32_t code = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, code, is_hex ? 16 : 10);
  if (error != std::errc() || stop != end || !is_text(code)) return std::nullopt;
  return code;
}

void append_utf8(char32_t code, std::string& text) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
  const auto put_tail = [&](int shift) { put(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put_tail(0);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put_tail(6);
    put_tail(0);
  } else {
    put(0xF0 | code >> 18);
    put_tail(12);
    put_tail(6);
    put_tail(0);
  }
}

}  // namespace

std::string_view decode_entities(std::string_view text, std::string& space) {
  std::size_t ampersand = text.find('&');
  if (ampersand == text.npos) return text;
  space.clear();
  while (ampersand != text.npos) {
    space += text.substr(0, ampersand);
    text.remove_prefix(ampersand);
    const std::size_t end = text.substr(0, kLongestReference + 2).find(';');
    std::optional<char32_t> code;
    if (end != text.npos) {
      code = text[1] == '#' ? numbered(text.substr(2, end - 2)) : named(text.substr(1, end - 1));
    }
    if (code) {
      append_utf8(*code == kNoBreakSpace ? U' ' : *code, space);
    } else {
      space += '&';
    }
    text.remove_prefix(code ? end + 1 : 1);
    ampersand = text.find('&');
  }
  space += text;
  return space;
}

}  // namespace ordertail

#include "base/controls.h"

#include <fmt/format.h>

namespace ordertail {

bool is_control(std::string_view sequence) {
  if (sequence.size() == 1) return sequence < " " || sequence == "\x7F";
  if (sequence.size() == 2) return sequence < "\xC2\xA0" || sequence == "\xD8\x9C";
  // NOLINTBEGIN(misc-misleading-bidirectional): naming them is the point
  return sequence == "\xE2\x80\x8E" || sequence == "\xE2\x80\x8F" ||
         (sequence >= "\xE2\x80\xA8" && sequence <= "\xE2\x80\xAE") ||
         (sequence >= "\xE2\x81\xA6" && sequence <= "\xE2\x81\xA9");
  // NOLINTEND(misc-misleading-bidirectional)
}

void append_json_escape(std::string_view sequence, std::string& out) {
  // The lead byte of two or three begins with as many ones, and a zero.
  unsigned code = static_cast<unsigned char>(sequence.front());
  if (sequence.size() > 1) code &= 0x7FU >> sequence.size();
  for (const char c : sequence.substr(1)) code = code << 6U | (static_cast<unsigned>(c) & 0x3FU);
  out += fmt::format("\\u{:04x}", code);
}

}  // namespace ordertail

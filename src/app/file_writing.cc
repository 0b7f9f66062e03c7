#include "app/file_writing.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string_view>

#include "base/text.h"
#include "input/byte_stream.h"
#include "record/csv_file.h"

namespace ordertail {
namespace {

constexpr std::size_t kLookedAt = std::size_t{256} << 10U;

std::string beginning_of(ByteStream& stream) {
  std::string text(kLookedAt, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t got = stream.read(std::span(text).subspan(size));
    if (got == 0) break;
    size += got;
  }
  text.resize(size);
  return text;
}

/// The whole lines of it: what was looked at may end within a character.
std::string_view whole_lines(std::string_view text) {
  const std::size_t end = text.size() < kLookedAt ? text.npos : text.rfind('\n');
  return end == text.npos ? text : text.substr(0, end);
}

std::string encoding_of(std::string_view bytes, const std::string& charset) {
  if (bytes.starts_with("\xFF\xFE")) return "UTF-16, little endian, by its byte order mark";
  if (bytes.starts_with("\xFE\xFF")) return "UTF-16, big endian, by its byte order mark";
  const bool marked = bytes.starts_with(kByteOrderMark);
  if (!marked && !charset.empty()) return charset + ", as the pattern says";
  const std::string_view text = whole_lines(bytes);
  if (text.find('\0') != text.npos) {
    return "no text that can be read: if it is UTF-16 without a byte order mark, add "
           "charset = \"utf-16le\" to the source";
  }
  if (!is_utf8(text)) {
    return "not UTF-8: add its character set to the source, such as charset = \"windows-1252\"";
  }
  if (marked) return "UTF-8, with a byte order mark";
  return is_ascii(text) ? "ASCII" : "UTF-8";
}

std::string line_ends_of(std::string_view text) {
  std::size_t crlf = 0;
  std::size_t lf = 0;
  std::size_t cr = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') ++(i > 0 && text[i - 1] == '\r' ? crlf : lf);
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] != '\n') ++cr;
  }
  std::string ends;
  for (const auto& [count, name] :
       {std::pair(lf, "LF"), std::pair(crlf, "CRLF"), std::pair(cr, "CR")}) {
    if (count > 0) ends += (ends.empty() ? "" : " and ") + std::string(name);
  }
  if (ends.empty()) return "none";
  return ends.find(' ') == ends.npos ? ends : ends + " mixed";
}

bool is_compressed(const SourceFile& file) {
  std::ifstream stream(file.path, std::ios::binary);
  return stream.get() == 0x1F && stream.get() == 0x8B;
}

}  // namespace

FileWriting writing_of(const SourceFile& file, const std::string& charset) {
  FileWriting writing;
  const std::string bytes = beginning_of(*open_stream(file.path, file.name));
  writing.compressed = is_compressed(file);
  writing.encoding = encoding_of(bytes, charset);
  writing.line_ends = line_ends_of(beginning_of(*open_text(file, charset)));
  return writing;
}

}  // namespace ordertail

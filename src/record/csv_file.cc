#include "record/csv_file.h"

#include <fmt/format.h>

#include "base/error.h"
#include "input/charset.h"
#include "input/window.h"

namespace ordertail {
namespace {

Error no_header(const SourceFile& file, const CsvFrame& frame) {
  if (!frame.section.empty()) {
    return {ExitCode::source,
            fmt::format("{}: there is no section [{}] with a readable header line", file.name,
                        frame.section)};
  }
  if (!frame.header_has.empty()) {
    return {ExitCode::source, fmt::format("{}: none of the first {} lines is a header with the "
                                          "columns \"{}\"",
                                          file.name, CsvHeaderReader::kMaxPreamble,
                                          fmt::join(frame.header_has, "\", \""))};
  }
  return {ExitCode::source, fmt::format("{}:1: there is no readable header line", file.name)};
}

}  // namespace

std::unique_ptr<ByteStream> open_text(const SourceFile& file, const std::string& charset) {
  return decoded(open_stream(file.path, file.name), charset, file.name);
}

std::optional<CsvHeader> find_header(ByteStream& stream, const CsvFrame& frame) {
  Window window(stream);
  CsvHeaderReader reader(frame);
  std::uint64_t at = 0;  // of the window's first byte
  while (true) {
    window.more();
    const auto ending = window.at_end() ? Ending::last : Ending::more;
    if (auto header = reader.read(window.view(), ending)) return header;
    const std::uint64_t passed = reader.next().byte - at;
    const bool stuck = passed == 0 && window.view().size() > kMaxRecordBytes;
    if (window.at_end() || stuck) return std::nullopt;
    window.consume(static_cast<std::size_t>(passed));
    at += passed;
  }
}

CsvHeader read_header(const SourceFile& file, const std::string& charset, const CsvFrame& frame) {
  if (auto header = find_header(*open_text(file, charset), frame)) return *std::move(header);
  throw no_header(file, frame);
}

}  // namespace ordertail

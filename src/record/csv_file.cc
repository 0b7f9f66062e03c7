#include "record/csv_file.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "input/charset.h"
#include "input/window.h"
#include "record/header_doubt.h"

namespace ordertail {
namespace {

constexpr std::size_t kLookedAt = std::size_t{64} << 10U;  // for what is wrong with a header

std::string what_is_missing(const std::string& file, const CsvFrame& frame) {
  if (!frame.section.empty()) {
    return fmt::format("{}: there is no section [{}] with a readable header line", file,
                       frame.section);
  }
  if (!frame.header_has.empty()) {
    return fmt::format("{}: none of the first {} lines is a header with the columns \"{}\"", file,
                       CsvHeaderReader::kMaxPreamble, fmt::join(frame.header_has, "\", \""));
  }
  return fmt::format("{}:1: there is no readable header line", file);
}

Error no_header(const SourceFile& file, const std::string& charset, const CsvFrame& frame) {
  const auto stream = open_text(file, charset);
  Window window(*stream);
  while (!window.at_end() && window.view().size() < kLookedAt) window.more();
  const std::string doubt = header_doubt(window.view(), frame);
  return {ExitCode::source,
          what_is_missing(printable_name(file.name), frame) + (doubt.empty() ? "" : "; " + doubt)};
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
  throw no_header(file, charset, frame);
}

}  // namespace ordertail

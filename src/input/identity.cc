#include "input/identity.h"

#include <algorithm>

#include "input/byte_stream.h"

namespace ordertail {
namespace {

/// The next `count` bytes, or fewer at the end.
std::string read_up_to(ByteStream& stream, std::uint64_t count) {
  std::string bytes(static_cast<std::size_t>(count), '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const std::size_t more = stream.read(std::span(bytes).subspan(got));
    if (more == 0) break;
    got += more;
  }
  bytes.resize(got);
  return bytes;
}

}  // namespace

std::string read_prefix(const std::filesystem::path& path, const std::string& name) {
  return read_up_to(*open_stream(path, name), FileIdentity::kPrefix);
}

bool matches(const FileIdentity& identity, std::string_view prefix,
             const std::filesystem::path& path, const std::string& name) {
  if (prefix.size() < identity.prefix_size) return false;
  const auto known = static_cast<std::size_t>(identity.prefix_size);
  if (content_hash(prefix.substr(0, known)) != identity.prefix) return false;

  const std::uint64_t size = std::min(identity.marker_end, FileIdentity::kMarker);
  const std::uint64_t begin = identity.marker_end - size;
  const auto stream = open_stream(path, name);
  if (stream->skip(begin) != begin) return false;
  const std::string marker = read_up_to(*stream, size);
  return marker.size() == size && content_hash(marker) == identity.marker;
}

std::string last_bytes(std::string_view before, std::string_view bytes) {
  if (bytes.size() >= FileIdentity::kMarker) {
    return std::string(bytes.substr(bytes.size() - FileIdentity::kMarker));
  }
  const std::size_t kept = std::min(before.size(), FileIdentity::kMarker - bytes.size());
  return std::string(before.substr(before.size() - kept)) + std::string(bytes);
}

}  // namespace ordertail

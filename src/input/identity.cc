#include "input/identity.h"

#include <algorithm>

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

std::string read_prefix(ByteStream& stream) {
  return read_up_to(stream, FileIdentity::kPrefix);
}

Match match(const FileIdentity& identity, MarkerSpan span, std::string_view prefix,
            ByteStream& stream) {
  if (prefix.size() < identity.prefix_size) return Match::no;
  const auto known = static_cast<std::size_t>(identity.prefix_size);
  if (content_hash(prefix.substr(0, known)) != identity.prefix) return Match::no;

  const auto marker = Marker::of(stream, identity.marker_end, span);
  if (!marker || marker->hash() != identity.marker) return Match::no;
  return read_up_to(stream, 1).empty() ? Match::whole : Match::longer;
}

std::optional<Marker> Marker::of(ByteStream& stream, std::uint64_t offset, MarkerSpan span) {
  constexpr std::uint64_t kBlock = std::uint64_t{256} << 10U;
  Marker marker(span);
  if (span == MarkerSpan::tail) marker.end_ = stream.skip(offset - std::min(offset, kTail));
  if (span == MarkerSpan::none) marker.end_ = stream.skip(offset);
  while (marker.end_ < offset) {
    const std::string bytes = read_up_to(stream, std::min(kBlock, offset - marker.end_));
    if (bytes.empty()) return std::nullopt;
    marker.add(bytes);
  }
  return marker;
}

void Marker::add(std::string_view bytes) {
  end_ += bytes.size();
  if (span_ == MarkerSpan::none) return;
  if (span_ == MarkerSpan::whole) {
    digest_.add(bytes);
  } else if (bytes.size() >= kTail) {
    tail_ = bytes.substr(bytes.size() - kTail);
  } else {
    tail_ += bytes;
    tail_.erase(0, tail_.size() - std::min<std::size_t>(tail_.size(), kTail));
  }
}

Hash128 Marker::hash() const {
  if (span_ == MarkerSpan::none) return {};
  return span_ == MarkerSpan::whole ? digest_.digest() : content_hash(tail_);
}

}  // namespace ordertail

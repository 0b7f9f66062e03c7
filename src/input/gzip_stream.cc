#include "input/gzip_stream.h"

#include <fmt/format.h>
#include <zlib.h>

#include "base/error.h"
#include "input/cut_short.h"

namespace ordertail {

/// zlib's state, ended with it.
struct GzipStream::Inflater {
  static constexpr int kGzipOnly = 15 + 16;
  z_stream zlib{};

  Inflater() {
    if (inflateInit2(&zlib, kGzipOnly) != Z_OK) {
      throw Error(ExitCode::internal, "zlib could not be initialised");
    }
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&zlib); }
};

GzipStream::GzipStream(std::unique_ptr<ByteStream> compressed, std::string name)
    : compressed_(std::move(compressed)),
      name_(std::move(name)),
      inflater_(std::make_unique<Inflater>()),
      block_(std::size_t{64} << 10U) {}

GzipStream::~GzipStream() = default;

void GzipStream::fail(std::string_view why) const {
  throw Error(ExitCode::source,
              fmt::format("{}: {} after {} decompressed bytes", name_, why, given_out_));
}

/// Makes sure that there are compressed bytes to work on; false at the end of the file.
bool GzipStream::refill() {
  z_stream& zlib = inflater_->zlib;
  if (zlib.avail_in > 0) return true;
  const std::size_t got = compressed_->read(block_);
  taken_in_ += got;
  zlib.next_in = reinterpret_cast<Bytef*>(block_.data());
  zlib.avail_in = static_cast<uInt>(got);
  return got > 0;
}

std::size_t GzipStream::read(std::span<char> space) {
  z_stream& zlib = inflater_->zlib;
  zlib.next_out = reinterpret_cast<Bytef*>(space.data());
  zlib.avail_out = static_cast<uInt>(space.size());
  while (zlib.avail_out == space.size()) {
    if (!refill()) {
      if (inside_member_) {
        throw CutShort(
            fmt::format("{}: the gzip file is cut short (still being written?) after {} "
                        "decompressed bytes",
                        name_, given_out_));
      }
      return 0;
    }
    if (!inside_member_) {
      inflateReset(&zlib);
      inside_member_ = true;
    }
    const int result = inflate(&zlib, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      inside_member_ = false;
    } else if (result != Z_OK && result != Z_BUF_ERROR && zlib.avail_out == space.size()) {
      fail("the gzip file is damaged");  // what came out before the damage has been given out
    }
  }
  const std::size_t got = space.size() - zlib.avail_out;
  given_out_ += got;
  if (given_out_ > kFreeOutput && given_out_ / kMaxRatio > taken_in_) {
    fail(
        "this gzip file unpacks to more than 200 times its size; decompress it by hand if it is "
        "what you mean; stopped");
  }
  return got;
}

}  // namespace ordertail

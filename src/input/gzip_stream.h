// A gzip file's content.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "input/byte_stream.h"

namespace ordertail {

/// All members of a gzip file, one after the other (RFC 1952). Throws CutShort where the file
/// ends amid one, Error(source) for a member that is damaged, and for a bomb: more than kMaxRatio
/// times the compressed bytes once kFreeOutput bytes have come out.
class GzipStream final : public ByteStream {
 public:
  static constexpr std::uint64_t kMaxRatio = 200;
  static constexpr std::uint64_t kFreeOutput = 64U << 20U;

  GzipStream(std::unique_ptr<ByteStream> compressed, std::string name);
  ~GzipStream() override;

  std::size_t read(std::span<char> space) override;

 private:
  struct Inflater;
  bool refill();
  [[noreturn]] void fail(std::string_view why) const;

  std::unique_ptr<ByteStream> compressed_;
  std::string name_;
  std::unique_ptr<Inflater> inflater_;
  std::vector<char> block_;
  std::uint64_t taken_in_ = 0;   // compressed bytes
  std::uint64_t given_out_ = 0;  // decompressed bytes
  bool inside_member_ = true;
};

}  // namespace ordertail

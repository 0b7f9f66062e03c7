#include "input/cut_short.h"

#include <utility>

namespace ordertail {
namespace {

class UntilCut final : public ByteStream {
 public:
  UntilCut(std::unique_ptr<ByteStream> stream, std::optional<std::string>& cut)
      : stream_(std::move(stream)), cut_(cut) {}

  std::size_t read(std::span<char> space) override {
    try {
      return stream_->read(space);
    } catch (const CutShort& error) {
      cut_ = error.what();
      return 0;
    }
  }
  std::uint64_t skip(std::uint64_t count) override {
    try {
      return stream_->skip(count);
    } catch (const CutShort& error) {
      cut_ = error.what();
      return 0;
    }
  }

 private:
  std::unique_ptr<ByteStream> stream_;
  std::optional<std::string>& cut_;
};

}  // namespace

std::unique_ptr<ByteStream> until_cut(std::unique_ptr<ByteStream> stream,
                                      std::optional<std::string>& cut) {
  return std::make_unique<UntilCut>(std::move(stream), cut);
}

}  // namespace ordertail

#include "input/charset.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

constexpr char kInvalid = '\xFF';

/// One iconv(3) conversion.
class Conversion {
 public:
  Conversion(const std::string& to, const std::string& from)
      : state_(::iconv_open(to.c_str(), from.c_str())) {}
  Conversion(const Conversion&) = delete;
  Conversion& operator=(const Conversion&) = delete;
  ~Conversion() {
    if (*this) ::iconv_close(state_);
  }

  explicit operator bool() const { return state_ != kNone; }

  /// Moves both spans behind what it has converted. 0, or the errno that says why it stopped.
  int run(std::span<char>& in, std::span<char>& out) {
    char* from = in.data();
    std::size_t from_left = in.size();
    const int why = run(&from, &from_left, out);
    in = in.last(from_left);
    return why;
  }

  /// Gives out what it has kept back, for some sets have combining characters, and begins anew.
  void flush(std::span<char>& out) { run(nullptr, nullptr, out); }

 private:
  int run(char** from, std::size_t* from_left, std::span<char>& out) {
    char* to = out.data();
    std::size_t to_left = out.size();
    const std::size_t result = ::iconv(state_, from, from_left, &to, &to_left);
    const int why = result == static_cast<std::size_t>(-1) ? errno : 0;
    out = out.last(to_left);
    return why;
  }

  inline static const auto kNone = reinterpret_cast<iconv_t>(-1);
  iconv_t state_;
};

bool is_utf8_name(const std::string& charset) {
  return charset.empty() || equal_ignoring_case(charset, "utf-8") ||
         equal_ignoring_case(charset, "utf8");
}

/// Bytes in a code unit: by how much "aa" is longer than "a", a byte order mark being in both.
std::size_t unit_of(const std::string& charset) {
  const auto length = [&](std::string text) {
    std::array<char, 32> space{};
    std::span<char> in(text);
    std::span<char> out(space);
    Conversion conversion(charset, "UTF-8");
    if (conversion) conversion.run(in, out);
    return space.size() - out.size();
  };
  return std::max<std::size_t>(1, length("aa") - length("a"));
}

/// A stream whose first bytes have been read already.
class PutBack final : public ByteStream {
 public:
  PutBack(std::string front, std::unique_ptr<ByteStream> rest)
      : front_(std::move(front)), rest_(std::move(rest)) {}

  std::size_t read(std::span<char> space) override {
    if (front_.empty()) return rest_->read(space);
    const std::size_t got = front_.copy(space.data(), space.size());
    front_.erase(0, got);
    return got;
  }

  std::uint64_t skip(std::uint64_t count) override {
    const auto skipped = std::min<std::uint64_t>(count, front_.size());
    front_.erase(0, static_cast<std::size_t>(skipped));
    return skipped + rest_->skip(count - skipped);
  }

 private:
  std::string front_;
  std::unique_ptr<ByteStream> rest_;
};

class DecodedStream final : public ByteStream {
 public:
  DecodedStream(std::unique_ptr<ByteStream> stream, const std::string& charset)
      : stream_(std::move(stream)),
        conversion_("UTF-8", charset),
        unit_(unit_of(charset)),
        raw_(kBlock),
        text_(kBlock + kReserve) {}

  std::size_t read(std::span<char> space) override {
    while (ready_.empty() && !ended_) decode();
    const std::size_t got = std::min(space.size(), ready_.size());
    std::copy_n(ready_.begin(), got, space.begin());
    ready_ = ready_.subspan(got);
    return got;
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{64} << 10U;
  static constexpr std::size_t kReserve = 64;  // for what follows the text when decoding stops

  /// Makes `text_` anew of what is left in `raw_`, and fetches more when that is used up.
  void decode() {
    std::span<char> out = std::span(text_).first(kBlock);
    const int why = conversion_.run(left_, out);
    out = std::span(text_).subspan(kBlock - out.size());
    const bool is_cut = why == EINVAL || left_.empty();
    if (why == EILSEQ || (why == EINVAL && at_end_)) {
      conversion_.flush(out);
      left_ = left_.subspan(std::min(unit_, left_.size()));
      out.front() = kInvalid;
      out = out.subspan(1);
    } else if (is_cut && at_end_) {
      conversion_.flush(out);
      ended_ = true;
    } else if (is_cut) {
      refill();
    }
    ready_ = std::span(text_).first(text_.size() - out.size());
  }

  /// Puts more bytes behind those left.
  void refill() {
    std::copy(left_.begin(), left_.end(), raw_.begin());
    const std::size_t kept = left_.size();
    const std::size_t got = stream_->read(std::span(raw_).subspan(kept));
    at_end_ = got == 0;
    left_ = std::span(raw_).first(kept + got);
  }

  std::unique_ptr<ByteStream> stream_;
  Conversion conversion_;
  std::size_t unit_;
  std::vector<char> raw_;
  std::span<char> left_;  // of raw_: not decoded yet
  std::vector<char> text_;
  std::span<char> ready_;  // of text_: not given out yet
  bool at_end_ = false;    // of the stream
  bool ended_ = false;     // nothing is left to decode
};

/// The first bytes of a stream, up to the longest byte order mark.
std::string read_front(ByteStream& stream) {
  std::string front(3, '\0');
  std::size_t size = 0;
  while (size < front.size()) {
    const std::size_t got = stream.read(std::span(front).subspan(size));
    if (got == 0) break;
    size += got;
  }
  front.resize(size);
  return front;
}

}  // namespace

bool known_charset(const std::string& charset) {
  // iconv ignores what it does not expect in a name, down to the empty one, which is the locale's;
  // a slash would tell it how to convert: //IGNORE drops what is no character.
  const bool is_name = std::all_of(charset.begin(), charset.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-_.:+").find(c) != std::string_view::npos;
  });
  return is_utf8_name(charset) || (is_name && Conversion("UTF-8", charset));
}

std::unique_ptr<ByteStream> decoded(std::unique_ptr<ByteStream> stream, const std::string& charset,
                                    const std::string& name) {
  if (!known_charset(charset)) {
    throw Error(ExitCode::usage,
                fmt::format("{}: there is no character set \"{}\" here. Most files are UTF-8, "
                            "windows-1252, iso-8859-15 or utf-16le; \"iconv -l\" lists all names",
                            printable_name(name), printable(charset)));
  }
  std::string front = read_front(*stream);
  const auto take_back = [&](std::size_t from) {
    return std::make_unique<PutBack>(front.substr(from), std::move(stream));
  };
  if (front.starts_with("\xFF\xFE")) {
    return std::make_unique<DecodedStream>(take_back(2), "UTF-16LE");
  }
  if (front.starts_with("\xFE\xFF")) {
    return std::make_unique<DecodedStream>(take_back(2), "UTF-16BE");
  }
  if (is_utf8_name(charset) || front == kByteOrderMark) return take_back(0);
  return std::make_unique<DecodedStream>(take_back(0), charset);
}

}  // namespace ordertail

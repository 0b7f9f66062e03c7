#include "input/charset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "base/text.h"
#include "expect_error.h"

namespace ordertail {
namespace {

using namespace std::string_literals;

using Size = std::function<std::size_t()>;

/// Gives out bytes, `size()` at a time.
class Bytes final : public ByteStream {
 public:
  Bytes(std::string bytes, Size size) : bytes_(std::move(bytes)), size_(std::move(size)) {}

  std::size_t read(std::span<char> space) override {
    const std::size_t got = bytes_.copy(space.data(), std::min(space.size(), size_()), at_);
    at_ += got;
    return got;
  }

 private:
  std::string bytes_;
  Size size_;
  std::size_t at_ = 0;
};

std::string decode(
    const std::string& bytes, const std::string& charset,
    const Size& size = [] { return 100'000; }) {
  const auto stream = decoded(std::make_unique<Bytes>(bytes, size), charset, "orders.csv");
  std::string text;
  static std::string block(4'000'000, '\0');
  while (const std::size_t got = stream->read(std::span(block).first(size()))) {
    text.append(block, 0, got);
  }
  return text;
}

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random() % 4 == 0 ? random() % 128 : random() % 256);
  return bytes;
}

TEST(Charset, HandsUtf8ThroughAsItIs) {
  const std::string bytes = "\xEF\xBB\xBFGeb\xC3\xBChr \xFC\0\r\n"s;
  for (const char* charset : {"", "UTF-8", "utf8"}) EXPECT_EQ(decode(bytes, charset), bytes);
  for (std::size_t size = 0; size < 5; ++size) {
    EXPECT_EQ(decode(bytes.substr(4, size), ""), bytes.substr(4, size));
  }
}

TEST(Charset, DecodesWindows1252) {
  EXPECT_EQ(decode("Geb\xFChr 5,00 \x80", "windows-1252"), "Gebühr 5,00 €");
  EXPECT_EQ(decode("Geb\xFChr 5,00 \xA4", "iso-8859-15"), "Gebühr 5,00 €");
  EXPECT_EQ(decode("", "windows-1252"), "");
}

TEST(Charset, BelievesAByteOrderMarkRatherThanTheCharset) {
  for (const char* charset : {"", "windows-1252", "utf-16be"}) {
    EXPECT_EQ(decode("\xFF\xFE\xFC\0\xAC\x20"s, charset), "ü€");
    EXPECT_EQ(decode("\xFE\xFF\0\xFC\x20\xAC"s, charset), "ü€");
    EXPECT_EQ(decode("\xEF\xBB\xBFü", charset), "\xEF\xBB\xBFü");
  }
  EXPECT_EQ(decode("\xFC\0\xAC\x20"s, "utf-16le"), "ü€");
}

TEST(Charset, LeavesAMarkOfWhatIsNoCharacter) {
  EXPECT_EQ(decode("a\x81\x8D"
                   "b",
                   "windows-1252"),
            "a\xFF\xFF"
            "b");
  EXPECT_EQ(decode("a\0\0\xD8\0\xD8\x01\xDC"s
                   "b\0\0\xDC"
                   "c"s,
                   "utf-16le"),
            "a\xFF\xF0\x90\x80\x81"
            "b\xFF\xFF");
  EXPECT_EQ(decode("\xFF\xFE\0\xD8"s, ""), "\xFF");
  EXPECT_EQ(decode("a\xE3", "euc-jp"), "a\xFF");
}

/// Gives out what was kept back to see whether a combining character follows.
TEST(Charset, KeepsTheLastCharacterOfASetThatCombinesThem) {
  EXPECT_EQ(decode("a\xE0", "windows-1255"), "aא");
}

/// By the definition of UTF-16 (RFC 2781, 2.2).
std::string utf8_of_utf16le(const std::string& bytes) {
  const auto unit = [&](std::size_t at) {
    return static_cast<unsigned>(static_cast<unsigned char>(bytes[at])) |
           static_cast<unsigned>(static_cast<unsigned char>(bytes[at + 1])) << 8U;
  };
  std::string text;
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    unsigned code = unit(i);
    if (code >= 0xD800 && code < 0xE000) {
      const bool pair = code < 0xDC00 && i + 3 < bytes.size() && unit(i + 2) >> 10U == 0x37;
      if (!pair) {
        text += '\xFF';
        continue;
      }
      i += 2;
      code = 0x10000 + ((code & 0x3FFU) << 10U) + (unit(i) & 0x3FFU);
    }
    const auto tail = [&](unsigned shift) {
      text += static_cast<char>(0x80U | (code >> shift & 0x3FU));
    };
    if (code < 0x80) {
      text += static_cast<char>(code);
    } else if (code < 0x800) {
      text += static_cast<char>(0xC0U | code >> 6U);
      tail(0);
    } else if (code < 0x10000) {
      text += static_cast<char>(0xE0U | code >> 12U);
      tail(6);
      tail(0);
    } else {
      text += static_cast<char>(0xF0U | code >> 18U);
      tail(12);
      tail(6);
      tail(0);
    }
  }
  if (i < bytes.size()) text += '\xFF';
  return text;
}

TEST(Charset, DecodesUtf16HoweverItIsChunked) {
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes = random_bytes(random, random() % 200);
    for (std::size_t i = 1; i < bytes.size(); i += 2) {
      if (random() % 3 > 0) bytes[i] = static_cast<char>(0xD8 + random() % 8);
    }
    const std::size_t most = 1 + random() % 20;
    ASSERT_EQ(decode("\xFF\xFE" + bytes, "", [&] { return 1 + random() % most; }),
              utf8_of_utf16le(bytes));
  }
}

TEST(Charset, IsTheSameHoweverItIsChunked) {
  std::mt19937 random(2);
  for (const char* charset : {"", "windows-1252", "utf-16be", "utf-32le", "shift_jis", "gb18030",
                              "windows-1255", "iso-2022-jp"}) {
    for (int round = 0; round < 300; ++round) {
      const std::string bytes = random_bytes(random, random() % 300);
      const std::size_t most = 1 + random() % 20;
      ASSERT_EQ(decode(bytes, charset, [&] { return 1 + random() % most; }), decode(bytes, charset))
          << charset << " " << to_hex(bytes);
    }
    const std::string much = random_bytes(random, 1'000'000);
    ASSERT_EQ(decode(much, charset, [&] { return 1 + random() % 100'000; }),
              decode(much, charset, [] { return 4'000'000; }))
        << charset;
  }
}

TEST(Charset, SkipsDecodedBytes) {
  for (const std::string charset : {"", "windows-1252"}) {
    const std::string text = charset.empty() ? "aübc"
                                             : "a\xFC"
                                               "bc";
    const auto stream =
        decoded(std::make_unique<Bytes>(text, [] { return 2; }), charset, "orders.csv");
    EXPECT_EQ(stream->skip(3), 3U);
    std::string rest(1, '\0');
    EXPECT_EQ(stream->read(rest), 1U);
    EXPECT_EQ(rest, "b");
    EXPECT_EQ(stream->skip(7), 1U);
  }
}

TEST(Charset, SaysWhichOneIsNotKnown) {
  EXPECT_EQ(
      error_of(ExitCode::usage, [] { decode("a", "windows-1552\x1B"); }),
      "orders.csv: there is no character set \"windows-1552\\x1b\" here. Most files are UTF-8, "
      "windows-1252, iso-8859-15 or utf-16le; \"iconv -l\" lists all names");
  for (const char* charset : {"", "utf-8", "UTF8", "Windows-1252", "iso-8859-1", "utf-16le"}) {
    EXPECT_TRUE(known_charset(charset)) << charset;
  }
  for (const char* charset :
       {"latin", " ", "-", "windows-1252 ", "windows-1252//IGNORE", "utf-8//TRANSLIT"}) {
    EXPECT_FALSE(known_charset(charset)) << charset;
  }
}

}  // namespace
}  // namespace ordertail

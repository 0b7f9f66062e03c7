// Writing text by appending pieces to a string, without formatting machinery: the generators must
// be faster than what they feed.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace ordertail::bench {

/// An amount: 1234567 is "12345.67".
struct Cents {
  std::int64_t value;
};
/// The same with groups of three: "12,345.67".
struct GroupedCents {
  std::int64_t value;
};
/// `value` with leading zeros up to `width`.
struct Padded {
  std::uint64_t value;
  std::size_t width;
};
/// 16 lower-case hexadecimal digits.
struct Hex {
  std::uint64_t value;
};

inline void append_piece(std::string& out, std::string_view text) {
  out.append(text);
}
inline void append_piece(std::string& out, char c) {
  out.push_back(c);
}

inline void append_piece(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}
inline void append_piece(std::string& out, std::uint32_t number) {
  append_piece(out, std::uint64_t{number});
}

inline void append_piece(std::string& out, Padded number) {
  std::array<char, 20> digits;
  std::size_t at = digits.size();
  for (std::uint64_t rest = number.value; rest != 0 || at > digits.size() - number.width;
       rest /= 10) {
    digits[--at] = static_cast<char>('0' + rest % 10);
  }
  out.append(digits.data() + at, digits.size() - at);
}

inline void append_piece(std::string& out, Hex number) {
  for (unsigned shift = 64; shift != 0; shift -= 4) {
    out.push_back("0123456789abcdef"[(number.value >> (shift - 4)) & 15U]);
  }
}

inline void append_piece(std::string& out, Cents amount) {
  if (amount.value < 0) out.push_back('-');
  const auto value = static_cast<std::uint64_t>(amount.value < 0 ? -amount.value : amount.value);
  append_piece(out, value / 100);
  out.push_back('.');
  append_piece(out, Padded{value % 100, 2});
}

inline void append_piece(std::string& out, GroupedCents amount) {
  const std::size_t begin = out.size();
  append_piece(out, Cents{amount.value});
  const std::size_t first_digit = begin + (amount.value < 0 ? 1 : 0);
  for (std::size_t at = out.size() - 3; at > first_digit + 3;) out.insert(at -= 3, 1, ',');
}

template <typename... Pieces>
void append(std::string& out, const Pieces&... pieces) {
  (append_piece(out, pieces), ...);
}

/// One CSV record, cell by cell.
class CsvRow {
 public:
  enum class Quoting { where_needed, everywhere };

  CsvRow(std::string& out, Quoting quoting) : out_(out), quoting_(quoting) {}

  /// One cell made of the pieces, which hold nothing that needs quoting.
  template <typename... Pieces>
  void cell(const Pieces&... pieces) {
    if (quoting_ == Quoting::everywhere) out_.push_back('"');
    append(out_, pieces...);
    if (quoting_ == Quoting::everywhere) out_.push_back('"');
    out_.push_back(',');
  }

  /// One cell of any text.
  void text(std::string_view text) {
    if (quoting_ == Quoting::where_needed &&
        text.find_first_of(",\"\n") == std::string_view::npos) {
      return cell(text);
    }
    out_.push_back('"');
    for (const char c : text) {
      if (c == '"') out_.push_back('"');
      out_.push_back(c);
    }
    out_.append("\",");
  }

  void blank(unsigned cells = 1) {
    while (cells-- > 0) cell();
  }

  void end() { out_.back() = '\n'; }

 private:
  std::string& out_;
  Quoting quoting_;
};

}  // namespace ordertail::bench

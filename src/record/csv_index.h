// Where the cells of a piece of CSV end, found 64 bytes at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "record/simd.h"

namespace ordertail {

/// The separators of the regular records at the front of a piece. Quotes are taken by parity, which
/// is right only where they are regular: an opening quote stands at the front of a cell or is the
/// second of `""`, a closing one is followed by a separator or another quote. The index goes as far
/// as that holds; stricter reading must take over from there.
class CsvIndex {
 public:
  static constexpr std::size_t kPieceBytes = std::size_t{1} << 16U;

  /// `simd` is sse2 or avx2.
  CsvIndex(char delimiter, Simd simd);

  /// Indexes `piece`, at most kPieceBytes that begin at a record's first byte.
  void build(std::string_view piece);

  /// True when the whole piece is regular.
  [[nodiscard]] bool regular() const { return regular_; }
  /// Offsets of delimiters and line ends outside quotes (of a CRLF, its CR). One more element
  /// stands before the first and may be written to, as may all of them.
  [[nodiscard]] std::uint32_t* separators() { return separators_.get() + 1; }
  /// Which of the separators are line ends.
  [[nodiscard]] std::span<const std::uint32_t> record_ends() const {
    return {record_ends_.get(), record_end_count_};
  }
  /// Offsets of what is rare: line ends within quotes (of a CRLF, its CR), and the second `"` of
  /// every `""`.
  [[nodiscard]] std::span<const std::uint32_t> notes() const { return {notes_.get(), note_count_}; }

 private:
  struct Masks;
  struct Carry;

  [[nodiscard]] bool add_block(const Masks& masks, std::uint64_t quote_parity, Carry& carry,
                               std::uint32_t offset);
  void build_sse2(const char* bytes, std::size_t size, Carry& carry, std::uint32_t offset);
  void build_avx2(const char* bytes, std::size_t size, Carry& carry, std::uint32_t offset);

  char delimiter_;
  Simd simd_;
  bool regular_ = true;
  std::size_t separator_count_ = 0;
  std::size_t record_end_count_ = 0;
  std::size_t note_count_ = 0;
  std::unique_ptr<std::uint32_t[]> separators_;
  std::unique_ptr<std::uint32_t[]> record_ends_;
  std::unique_ptr<std::uint32_t[]> notes_;
};

}  // namespace ordertail

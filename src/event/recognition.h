// Which pattern reads a file, told by the file itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "event/pattern.h"
#include "input/glob.h"

namespace ordertail {

/// What a file may be: what a pattern reads, or one of its companions.
struct Candidate {
  const Pattern* pattern = nullptr;
  const CompanionSpec* companion = nullptr;  ///< null: the pattern's own file
  std::vector<std::string> lacks;            ///< columns to recognise it by that the file lacks
  std::vector<std::string> has;              ///< columns of the file that tell that it is not

  [[nodiscard]] bool fits() const { return lacks.empty() && has.empty(); }
};

/// How far a CSV file is from it: 0 fits, 1 has nothing of it.
[[nodiscard]] double distance(const Candidate& candidate);

/// A log that no pattern reads, and those that come nearest to it.
struct NearLog {
  std::vector<std::string> names;         ///< of patterns; none when none reads a line
  std::uint64_t matching = 0, lines = 0;  ///< of its first lines: what the first of these reads
  std::uint64_t line = 0;                 ///< the first that it does not read ...
  std::string fault;                      ///< ... and why, in a sentence
};

/// Pointers are into the patterns that the file was held against.
struct Recognition {
  const Pattern* pattern = nullptr;          ///< null: none fits, or several do
  const CompanionSpec* companion = nullptr;  ///< the file is this companion of the pattern's
  bool empty = false;                        ///< the file holds nothing to tell it by
  /// Those that fit; when none does, those that fit in part, the nearest first.
  std::vector<Candidate> candidates;
  /// When none fits: what seems to be wrong with how the file is written; empty when nothing does.
  std::string doubt{};
  /// When none fits, and the file looks like a log.
  std::optional<NearLog> log{};
  /// When none fits: names of patterns for files without a header that have as many columns.
  std::vector<std::string> headerless{};
  /// What the doubt is about, where it is that `delimited` would read the file were its delimiter
  /// this.
  const Pattern* delimited = nullptr;
  char delimiter = 0;
};

/// Holds the first kRecognisedBytes of a file, decoded, against patterns.
///
/// A CSV file is told by its header, read as the pattern's own is: it fits when it has all of the
/// `recognise` columns and none of `recognise_without`. Of two that fit, one whose columns
/// strictly contain the other's is meant; else a pattern's own file rather than a companion; else
/// the one that can read the record behind the header. Other
/// sections of a pattern's own file do not count: they are read with it. Patterns without
/// `recognise`, or for files without a header, fit nothing.
///
/// When no pattern for CSV fits, a log is told by its first kRecognisedLines whole lines: nine in
/// ten have to match. Of several that fit, those are meant that find an IP address where the
/// visitor's is, if there are any.
[[nodiscard]] Recognition recognise(const SourceFile& file, std::span<const Pattern> patterns);

inline constexpr std::size_t kRecognisedBytes = std::size_t{256} << 10U;
inline constexpr std::uint64_t kRecognisedLines = 100;

/// Is the file one of several sections, each read by a pattern of its own? They are the candidates.
[[nodiscard]] bool is_shared(const Recognition& recognition);

/// What to throw for a file that is not empty and has no pattern: what it may be, or why it is
/// none of the nearest, and what to do.
[[nodiscard]] Error unrecognised(const SourceFile& file, const Recognition& recognition);

}  // namespace ordertail

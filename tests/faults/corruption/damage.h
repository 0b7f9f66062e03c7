// A store with one wrong byte, or without its end: is it refused, or is what it says still true?
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ordertail::faults {

/// The files of a store by suffix ("" and perhaps "-wal"), and what it says when it is opened.
struct Specimen {
  std::map<std::string, std::string> files;
  std::size_t last_commit = 0;              ///< where it begins in the log
  std::map<std::string, std::string> says;  ///< by what it is about: "states", "payloads", …
};

/// Some events submitted, some rejected, pending, in doubt; a file read, a decision made. Closed.
[[nodiscard]] Specimen closed_store();
/// The same, whose last run was killed with two requests on their way: all it did is in the log.
[[nodiscard]] Specimen killed_store();

/// What becomes of a specimen with some damage.
struct Damage {
  std::size_t cases = 0;
  std::size_t harmless = 0;  ///< opens, and says what it said
  std::size_t refused = 0;   ///< exit 8, every byte left as it was
  // Broken promises:
  std::size_t touched = 0;                   ///< refused, and changed
  std::size_t crashed = 0;                   ///< another error than one of the store's
  std::size_t silent = 0;                    ///< opens, and says something else
  std::optional<std::size_t> first_silent;   ///< the first byte or length at which that happened
  std::map<std::string, std::size_t> about;  ///< silent ones by the first thing that differs
  std::vector<std::string> findings;         ///< the first few of each kind

  [[nodiscard]] std::string in_words() const;
};

/// Flips one bit of each of `cases` bytes of the file with this suffix, chosen by the seed; all of
/// them when there are not more.
[[nodiscard]] Damage flip(const Specimen& specimen, const std::string& suffix, std::size_t cases,
                          std::uint64_t seed);
/// Cuts the file to each of `cases` lengths.
[[nodiscard]] Damage cut(const Specimen& specimen, const std::string& suffix, std::size_t cases,
                         std::uint64_t seed);

}  // namespace ordertail::faults

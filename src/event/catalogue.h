// Where patterns come from: built in, the user's, the machine's.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/pattern.h"

namespace ordertail {

/// A file of patterns/, compiled in.
struct BuiltinPattern {
  std::string_view file;  ///< "patterns/carts/shopify-orders.toml"
  std::string_view text;
};
[[nodiscard]] std::span<const BuiltinPattern> builtin_patterns();

struct PatternFile {
  std::string name;  ///< the pattern's: its file's name without ".toml"
  std::string file;  ///< what messages call it
  std::string text;
};

/// The pattern that a job means by `reference`: a path when it holds a '/' or ends in ".toml"
/// (relative to `base`), else a name, looked for in $XDG_CONFIG_HOME/ordertail/patterns (or
/// ~/.config/…), /etc/ordertail/patterns, and among those built in; the first one wins. Throws
/// Error(usage) naming the nearest when there is none.
[[nodiscard]] PatternFile find_pattern(const std::string& reference,
                                       const std::filesystem::path& base);

/// Every pattern that find_pattern() finds by name, sorted.
[[nodiscard]] std::vector<PatternFile> all_patterns();
/// The same, read.
[[nodiscard]] std::vector<Pattern> parsed_patterns();

}  // namespace ordertail

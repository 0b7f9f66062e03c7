// How one file is read, and why: text for people.
#pragma once

#include <string>

#include "app/first_records.h"
#include "event/recognition.h"

namespace ordertail {

/// What the user knows of the files: what a source of a job would say.
struct Declared {
  std::string time_zone;
  std::optional<DateOrder> date_order;
  std::optional<NumberStyle> numbers;
};

/// How a file is written that no pattern reads. Throws Error(source) when it cannot be read.
[[nodiscard]] std::string explain_unrecognised(const SourceFile& file,
                                               const Recognition& recognition);

/// Which pattern, and why: `because` of what was said; empty: because the file looks like it.
[[nodiscard]] std::string explain_pattern(const Recognition& recognition,
                                          const std::string& because);

/// A file that `pattern` (or one of its companions) reads. Throws Error(source) when it cannot be
/// read.
[[nodiscard]] std::string explain_content(const Pattern& pattern, const Declared& declared,
                                          const SourceFile& file, const CompanionFiles& companions,
                                          bool masked);
[[nodiscard]] std::string explain_companion(const CompanionSpec& companion, const SourceFile& file);

}  // namespace ordertail

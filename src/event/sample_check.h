// Holds a pattern to its own samples.
#pragma once

#include <string>
#include <vector>

#include "event/catalogue.h"

namespace ordertail {

struct SampleCheck {
  std::size_t samples = 0;
  std::vector<std::string> complaints;  ///< empty: every sample reads as the pattern says
};

/// Reads each of the pattern's samples as a file would be read, and compares the fields that the
/// sample names and the reasons of its rejects. Throws Error(usage) when the pattern is broken.
[[nodiscard]] SampleCheck check_samples(const PatternFile& pattern);

}  // namespace ordertail

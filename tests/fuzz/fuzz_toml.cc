// A pattern file is read, or refused with a place and a reason.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "event/pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    static_cast<void>(ordertail::parse_samples(text, "fuzz.toml"));
  } catch (const ordertail::Error& error) {
    if (!std::string_view(error.what()).starts_with("fuzz.toml:")) std::abort();
  }
  return 0;
}

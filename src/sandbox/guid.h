// Names for what happens: conversion events, correlation ids.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace ordertail::sandbox {

/// Gives ids unlike all others of this and every other source.
class GuidSource {
 public:
  /// 32 lower-case hexadecimal digits.
  [[nodiscard]] std::string hex();
  /// The same as 8-4-4-4-12.
  [[nodiscard]] std::string dashed();

 private:
  HashKey key_ = random_key();
  std::uint64_t given_ = 0;
};

/// 8-4-4-4-12 hexadecimal digits.
[[nodiscard]] bool is_dashed_guid(std::string_view text);

}  // namespace ordertail::sandbox

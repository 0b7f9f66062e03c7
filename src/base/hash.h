// Keyed and plain hashing, by libsodium's BLAKE2b.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace ordertail {

using HashKey = std::array<unsigned char, 32>;

/// 16 bytes that name something.
struct Hash128 {
  std::array<unsigned char, 16> bytes{};
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
  [[nodiscard]] std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// A fresh random key.
[[nodiscard]] HashKey random_key();

/// Hash of the key and the parts, each part preceded by its length (8 bytes, little endian), so
/// that
/// ("ab","c") differs from ("a","bc").
[[nodiscard]] Hash128 keyed_hash(const HashKey& key, std::initializer_list<std::string_view> parts);

/// Unkeyed hash of `bytes`: for file contents and request bodies.
[[nodiscard]] Hash128 content_hash(std::string_view bytes);

}  // namespace ordertail

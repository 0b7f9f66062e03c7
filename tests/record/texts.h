// Texts to try readers on.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace ordertail {

inline std::string random_text(std::mt19937& random, std::size_t size, std::string_view alphabet) {
  std::string text(size, ' ');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

/// Calls `check` with every text of at most `length` of these words, until one fails.
template <typename Check>
void for_every_text(const std::vector<std::string>& words, std::size_t length, Check&& check) {
  std::size_t count = 1;
  for (std::size_t size = 0; size <= length; ++size, count *= words.size()) {
    for (std::size_t number = 0; number < count; ++number) {
      std::string text;
      for (std::size_t i = 0, n = number; i < size; ++i, n /= words.size()) {
        text += words[n % words.size()];
      }
      check(text);
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace ordertail

// Properties that hold for all short texts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ordertail {

/// Calls `visit` with every text of 1 to `longest` bytes of `alphabet`.
template <typename Visit>
void for_every_text(std::string_view alphabet, std::size_t longest, Visit&& visit,
                    std::string text = {}) {
  if (text.size() == longest) return;
  for (const char byte : alphabet) {
    text.push_back(byte);
    visit(text);
    for_every_text(alphabet, longest, visit, text);
    text.pop_back();
  }
}

}  // namespace ordertail

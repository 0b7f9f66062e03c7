// A regular expression of a pattern, over one cell.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace ordertail {

/// An RE2 expression; texts are UTF-8. Copies share it.
class Expression {
 public:
  /// Throws Error(usage) with RE2's message when it is none.
  explicit Expression(const std::string& text);

  [[nodiscard]] int groups() const;
  [[nodiscard]] bool matches_whole(std::string_view text) const;
  /// Does it match somewhere in the text?
  [[nodiscard]] bool is_in(std::string_view text) const;
  /// Adds what the first group holds in every match, in order, empty ones excepted. Views into
  /// `text`.
  void collect(std::string_view text, std::vector<std::string_view>& found) const;

 private:
  std::shared_ptr<const re2::RE2> re2_;
};

}  // namespace ordertail

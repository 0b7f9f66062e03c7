// The path of a request, as a mapping declares it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ordertail {

/// Names in a path and what a request has there: views into both.
using PathParts = std::vector<std::pair<std::string_view, std::string_view>>;

/// "/checkout/success", or "/checkout/order-received/{order}/": a name in braces stands for a whole
/// segment that is not empty. Compared with the path as it is logged, byte for byte.
class PathPattern {
 public:
  /// Throws Error(usage) for a path that does not begin with '/' or has a query, or a brace that is
  /// not as above.
  explicit PathPattern(const std::string& text);

  /// Is it this path? Then `parts` is what the names stand for.
  bool match(std::string_view path, PathParts& parts) const;

  /// A text that every such path holds: the longest there is.
  [[nodiscard]] std::string literal() const;
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> texts_;  // before, between and behind the names
  std::vector<std::string> names_;
};

}  // namespace ordertail

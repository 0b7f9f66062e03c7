#include "event/expression.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {

Expression::Expression(const std::string& text)
    : re2_(std::make_shared<const RE2>(text, RE2::Quiet)) {
  if (re2_->ok()) return;
  throw Error(ExitCode::usage,
              fmt::format("\"{}\" is no RE2 expression: {}; its syntax is described at "
                          "https://github.com/google/re2/wiki/Syntax",
                          printable(text), re2_->error()));
}

int Expression::groups() const {
  return re2_->NumberOfCapturingGroups();
}

bool Expression::matches_whole(std::string_view text) const {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *re2_);
}

bool Expression::is_in(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *re2_);
}

void Expression::collect(std::string_view text, std::vector<std::string_view>& found) const {
  const re2::StringPiece piece(text.data(), text.size());
  std::array<re2::StringPiece, 2> match;  // the whole, and the group
  std::size_t at = 0;
  while (at <= text.size() &&
         re2_->Match(piece, at, text.size(), RE2::UNANCHORED, match.data(), 2)) {
    if (!match[1].empty()) found.emplace_back(match[1].data(), match[1].size());
    at = static_cast<std::size_t>(match[0].data() - text.data()) + match[0].size();
    if (match[0].empty()) ++at;
  }
}

}  // namespace ordertail

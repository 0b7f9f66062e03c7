#include "report/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ordertail {

std::string words_for(std::string_view reason) {
  constexpr std::string_view kCondition = "when:";
  if (reason.starts_with(kCondition)) {
    return fmt::format("not a sale by {}", printable(reason.substr(kCondition.size())));
  }
  if (reason == "changed_after_submit") return "changed after they were sent";
  if (reason == "replaces_pending") return "newer content of a pending order";
  if (reason == "replaces_rejected") return "newer content of a rejected order";
  std::string words(reason);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string_view words_for(std::optional<Settlement> state) {
  if (!state) return "withdrawn";
  switch (*state) {
    case Settlement::submitted:
      return "submitted";
    case Settlement::rejected:
      return "rejected";
    case Settlement::pending:
    case Settlement::advanced:
      return "pending";
    case Settlement::in_doubt:
      break;
  }
  return "in doubt";
}

std::string count_of(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

}  // namespace ordertail

#include "event/reject.h"

#include <fmt/format.h>

#include <string_view>

namespace ordertail {
namespace {

std::string_view code_of(BadRecord::Fault fault) {
  switch (fault) {
    case BadRecord::Fault::unclosed_quote:
      return "unclosed_quote";
    case BadRecord::Fault::text_after_quote:
      return "text_after_quote";
    case BadRecord::Fault::ragged:
      return "ragged_row";
    case BadRecord::Fault::too_long:
      return "too_long";
    case BadRecord::Fault::no_match:
      return "no_match";
  }
  return "unknown";
}

std::string sentence_of(const BadRecord& bad, std::size_t columns) {
  const std::string rest =
      bad.lines > 1 ? fmt::format("; {} lines are given up with it", bad.lines) : std::string();
  switch (bad.fault) {
    case BadRecord::Fault::unclosed_quote:
      return fmt::format("the quote that opens here is never closed{}", rest);
    case BadRecord::Fault::text_after_quote:
      return fmt::format("the quoted cell that opens here goes on after its closing quote{}", rest);
    case BadRecord::Fault::ragged:
      return fmt::format("this row has {} cells, the header has {}", bad.cells, columns);
    case BadRecord::Fault::too_long:
      return fmt::format("this record is longer than {} bytes{}", kMaxRecordBytes, rest);
    case BadRecord::Fault::no_match:
      return fmt::format(
          "this line is not written as the pattern says{}{}{}",
          bad.at.byte == bad.begin.byte
              ? ""
              : fmt::format(", from its column {} on", bad.at.byte - bad.begin.byte + 1),
          bad.why.empty() ? "" : ": ", bad.why);
  }
  return {};
}

}  // namespace

Reject reject_of(const BadRecord& bad, std::size_t columns, const std::string& file) {
  return {std::string(code_of(bad.fault)),
          {},
          sentence_of(bad, columns),
          file,
          bad.at,
          1,
          {},
          bad.begin.byte,
          bad.end};
}

}  // namespace ordertail

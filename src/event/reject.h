// Why a record or an event cannot be used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/hash.h"
#include "record/record.h"

namespace ordertail {

struct Reject {
  std::string reason;   ///< a code: "bad_date", "unclosed_quote", …
  std::string field;    ///< the column, group or parameter at fault; may be empty
  std::string message;  ///< one sentence for people; people's data masked
  std::string file;
  Position at;
  std::uint64_t rows = 1;  ///< how many records it takes with it
  /// Of the purchase that it would have been, where the order's number is known.
  std::optional<Hash128> order{};
  /// Where its records stand in the file, their line ends included.
  std::uint64_t begin = 0, end = 0;
  bool apart = false;  ///< other rows of its order stand elsewhere in the file
};

/// A stretch that is no record of a file whose header has so many columns.
[[nodiscard]] Reject reject_of(const BadRecord& bad, std::size_t columns, const std::string& file);

/// Something dropped from an event that itself is fine: a malformed visitor token or IP address,
/// control characters in a text.
struct Remark {
  std::string reason;  ///< "bad_token", "bad_ip", "bad_text"
  std::string message;
  std::string file;
  Position at;
};

}  // namespace ordertail

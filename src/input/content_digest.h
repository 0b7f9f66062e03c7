// A hash of a long content, computed as it passes by.
#pragma once

#include <memory>
#include <string_view>

#include "base/hash.h"

struct XXH3_state_s;

namespace ordertail {

/// XXH3, 128 bits, by libxxhash: tens of times as fast as BLAKE2b, so that every byte of a file can
/// be hashed while it is read. It finds changes; it does not withstand someone who forges them.
class ContentDigest {
 public:
  ContentDigest();

  void add(std::string_view bytes);
  /// Of the bytes so far, however they were cut into pieces; more may follow.
  [[nodiscard]] Hash128 digest() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace ordertail

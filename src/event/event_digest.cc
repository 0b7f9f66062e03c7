#include "event/event_digest.h"

#include <cstring>

namespace ordertail {
namespace {

constexpr std::uint32_t kContentBits = 24;
constexpr std::uint32_t kContent = (1U << kContentBits) - 1;

/// ASCII letters among eight bytes to lower case, the others as they are: lower(), without a
/// string.
std::uint64_t eight_lower(std::uint64_t bytes) {
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = 0x80 * kEach;
  const std::uint64_t low = bytes & ~kHigh;  // so that no sum reaches the next byte
  const std::uint64_t from_a = low + (0x80 - 'A') * kEach;
  const std::uint64_t above_z = low + (0x7F - 'Z') * kEach;
  const std::uint64_t capitals = (from_a ^ above_z) & ~bytes & kHigh;
  return bytes | (capitals >> 2U);
}

/// A plain multiplying hash, since every event on the reading path pays for it: nobody gains from
/// a collision of 24 bits, so it need not withstand an enemy.
class Mixer {
 public:
  void add(std::uint64_t word) {
    state_ = (state_ ^ word) * 0x9e3779b97f4a7c15U;
    state_ ^= state_ >> 32U;
  }
  void add(std::string_view text) {
    add_words(text, [](std::uint64_t word) { return word; });
  }
  void add_lower(std::string_view text) { add_words(text, eight_lower); }
  template <typename T>
  void add_signed(T number) {
    add(static_cast<std::uint64_t>(static_cast<std::int64_t>(number)));
  }
  [[nodiscard]] std::uint32_t bits() const { return static_cast<std::uint32_t>(state_ >> 16U); }

 private:
  template <typename Change>
  void add_words(std::string_view text, Change change) {
    add(text.size());
    std::uint64_t word = 0;
    std::size_t i = 0;
    for (; text.size() - i >= sizeof word; i += sizeof word) {
      std::memcpy(&word, text.data() + i, sizeof word);
      add(change(word));
    }
    if (i == text.size()) return;
    word = 0;  // the rest in its low bytes
    for (std::size_t end = text.size(); end > i; --end) {
      word = word << 8U | static_cast<unsigned char>(text[end - 1]);
    }
    add(change(word));
  }

  std::uint64_t state_ = 0;
};

std::uint32_t tag_of(std::string_view source) {
  Mixer mixer;
  mixer.add(source);
  return mixer.bits() << kContentBits;
}

}  // namespace

std::uint32_t content_of(const Event& event) {
  Mixer mixer;
  mixer.add_signed(event.kind);
  for (const TextField& field : kTextFields) {
    if (field.member == &Event::email) {
      mixer.add_lower(event.email);
    } else {
      mixer.add(event.*field.member);
    }
  }
  mixer.add_signed(event.occurred_at ? event.occurred_at->time_since_epoch().count() : 0);
  const Day day = event.close_date.value_or(Day{});
  mixer.add_signed(day.year * 10'000 + static_cast<int>(day.month * 100 + day.day));
  mixer.add(event.total_revenue.has_value());
  mixer.add_signed(event.total_revenue.value_or(Money{}).ten_thousandths);
  mixer.add(event.skus.size());
  for (const std::string& sku : event.skus) mixer.add(sku);
  for (const auto& [key, value] : event.extra) {
    mixer.add(key);
    mixer.add(value);
  }
  return mixer.bits() & kContent;
}

EventDigest event_digest(std::uint32_t content, std::string_view source) {
  return {tag_of(source) | content};
}

bool is_change(EventDigest before, EventDigest now) {
  return before != now && before.bits >> kContentBits == now.bits >> kContentBits;
}

}  // namespace ordertail

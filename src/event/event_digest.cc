#include "event/event_digest.h"

#include <cstring>

#include "base/text.h"

namespace ordertail {
namespace {

constexpr std::uint32_t kContentBits = 24;
constexpr std::uint32_t kContent = (1U << kContentBits) - 1;

/// A plain multiplying hash, since every event on the reading path pays for it: nobody gains from
/// a collision of 24 bits, so it need not withstand an enemy.
class Mixer {
 public:
  void add(std::uint64_t word) {
    state_ = (state_ ^ word) * 0x9e3779b97f4a7c15U;
    state_ ^= state_ >> 32U;
  }
  void add(std::string_view text) {
    add(text.size());
    std::uint64_t word = 0;
    for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
      std::memcpy(&word, text.data(), sizeof word);
      add(word);
    }
    if (text.empty()) return;
    word = 0;
    std::memcpy(&word, text.data(), text.size());
    add(word);
  }
  template <typename T>
  void add_signed(T number) {
    add(static_cast<std::uint64_t>(static_cast<std::int64_t>(number)));
  }
  [[nodiscard]] std::uint32_t bits() const { return static_cast<std::uint32_t>(state_ >> 16U); }

 private:
  std::uint64_t state_ = 0;
};

std::uint32_t content_of(const Event& event) {
  Mixer mixer;
  mixer.add_signed(event.kind);
  for (const TextField& field : kTextFields) {
    if (field.member == &Event::email) {
      mixer.add(lower(event.email));
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
  return mixer.bits();
}

std::uint32_t tag_of(std::string_view source) {
  Mixer mixer;
  mixer.add(source);
  return mixer.bits() << kContentBits;
}

}  // namespace

EventDigest event_digest(const Event& event, std::string_view source) {
  return {tag_of(source) | (content_of(event) & kContent)};
}

bool is_change(EventDigest before, EventDigest now) {
  return before != now && before.bits >> kContentBits == now.bits >> kContentBits;
}

}  // namespace ordertail

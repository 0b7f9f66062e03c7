#include "event/currency.h"

#include <algorithm>
#include <utility>

namespace ordertail {
namespace {

/// CLDR's English symbols (PHP's intl, and so Magento, writes them) and the words of eBay's files.
/// $, kr and ¥ are of many countries. A sign stands before those that are a part of it.
constexpr std::pair<std::string_view, std::string_view> kSigns[] = {
    {"AU $", "AUD"}, {"US $", "USD"}, {"CA $", "CAD"}, {"C $", "CAD"}, {"AU$", "AUD"},
    {"US$", "USD"},  {"CA$", "CAD"},  {"HK$", "HKD"},  {"NZ$", "NZD"}, {"MX$", "MXN"},
    {"R$", "BRL"},   {"A$", "AUD"},   {"$", ""},       {"€", "EUR"},   {"£", "GBP"},
    {"₹", "INR"},    {"₪", "ILS"},    {"¥", ""},       {"zł", "PLN"},  {"Kč", "CZK"},
    {"kr.", ""},     {"kr", ""},
};

/// `three`: the letters where a code would be.
template <typename StandsThere>
std::optional<CurrencyMark> find_mark(std::string_view three, StandsThere&& stands_there) {
  for (const auto& [sign, code] : kSigns) {
    if (stands_there(sign)) return CurrencyMark{sign.size(), code};
  }
  const bool is_code = three.size() == 3 && std::all_of(three.begin(), three.end(), [](char c) {
                         return c >= 'A' && c <= 'Z';
                       });
  return is_code ? std::optional(CurrencyMark{three.size(), three}) : std::nullopt;
}

}  // namespace

std::optional<CurrencyMark> leading_currency(std::string_view text) {
  return find_mark(text.substr(0, 3),
                   [&](std::string_view sign) { return text.starts_with(sign); });
}

std::optional<CurrencyMark> trailing_currency(std::string_view text) {
  return find_mark(text.substr(text.size() - std::min<std::size_t>(text.size(), 3)),
                   [&](std::string_view sign) { return text.ends_with(sign); });
}

}  // namespace ordertail

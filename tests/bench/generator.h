// Files of any size to measure with, invented from a seed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ordertail::bench {

/// Writes one file, record by record. The same seed gives the same bytes.
class Generator {
 public:
  virtual ~Generator() = default;
  /// Appends what the file begins with: a CSV header, or nothing.
  virtual void begin(std::string& out) = 0;
  /// Appends the next order, transaction or log line, whole.
  virtual void next(std::string& out) = 0;
};

/// Shopify, Orders > Export, the 79 columns of 2025: about two rows per order. Order names are
/// distinct and count up from #1001.
[[nodiscard]] std::unique_ptr<Generator> shopify_orders(std::uint64_t seed);

/// PayPal activity download in English, 2018 and later, of an account in the United States: 41
/// columns, all quoted, with a byte order mark. Nine in ten rows are sales; their invoice numbers
/// are distinct.
[[nodiscard]] std::unique_ptr<Generator> paypal_activity(std::uint64_t seed);

enum class Conversions {
  two_per_thousand,  ///< between product pages, images, crawlers, and pages with a conversion's
                     ///< address in their Referer
  every_line,
};
/// nginx's combined format with "$cookie_hubspotutk" behind it. Registrations
/// (/account/created?email=…) and purchases (/checkout/success?order=…&email=…&total=…) take turns;
/// all are distinct events, and no other request has these paths.
[[nodiscard]] std::unique_ptr<Generator> access_log(std::uint64_t seed, Conversions conversions);

}  // namespace ordertail::bench

#include <array>

#include "bench/append.h"
#include "bench/generator.h"
#include "bench/invented.h"
#include "bench/random.h"

namespace ordertail::bench {
namespace {

/// RFC 5737: addresses kept for documentation.
constexpr std::array<std::string_view, 3> kNetworks{"192.0.2.", "198.51.100.", "203.0.113."};

constexpr std::array<std::string_view, 5> kBrowsers{
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 15) Chrome/138.0.0.0 Mobile"};
constexpr std::array<std::string_view, 3> kCrawlers{
    "ExampleBot/2.1 (+https://bot.example.net/about.html)", "curl/7.88.1",
    "Mozilla/5.0 (compatible; SampleCrawler/1.0; +https://crawler.example.org/)"};

constexpr std::array<std::string_view, 6> kSections{"kitchen",      "living", "gifts",
                                                    "new-arrivals", "sale",   "workshop"};
constexpr std::array<std::string_view, 4> kAssets{
    "/assets/theme-3f2a91.css", "/assets/app-77c0de.js", "/assets/cart-51ab.js", "/favicon.ico"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view kShop = "https://shop.example.com";

struct Visitor {
  std::string_view network;
  std::uint32_t host = 0;
  std::string_view browser;
  std::array<Hex, 2> token;
};

/// The same number is the same visitor.
Visitor visitor(std::uint64_t number) {
  Random random(number * 0x9e6c63d0876a9a35U + 7);
  return {random.pick(kNetworks),
          1 + random.below(254),
          random.pick(kBrowsers),
          {Hex{random.next()}, Hex{random.next()}}};
}

class AccessLog final : public Generator {
 public:
  AccessLog(std::uint64_t seed, Conversions conversions)
      : random_(seed), conversions_(conversions) {}

  void begin(std::string&) override {}

  void next(std::string& out) override {
    if (random_.chance(125)) now_ += std::chrono::seconds{1};
    const std::uint32_t draw = random_.below(1000);
    if (conversions_ == Conversions::every_line || draw < 2) {
      write_conversion(out);
    } else if (draw < 6) {
      write_asset_of_conversion_page(out);
    } else if (draw < 106) {
      write_crawl(out);
    } else {
      write_view(out);
    }
  }

 private:
  /// Each person registers, then buys.
  void write_conversion(std::string& out) {
    const std::uint64_t number = events_ / 2;
    const bool purchase = events_++ % 2 == 1;
    const Visitor who = visitor(number);
    begin_line(out, who.network, who.host);
    page_.clear();
    const Person buyer = person(number);
    if (purchase) {
      append(page_, "/checkout/success?order=", 1001 + number, "&email=", Email{buyer, "%40"},
             "&total=", Cents{product(random_.below(12)).cents});
    } else {
      append(page_, "/account/created?email=", Email{buyer, "%40"});
    }
    append(out, page_, " HTTP/1.1\" 200 ", 1800 + random_.below(4000), " \"", kShop,
           purchase ? "/checkout/payment" : "/account/register");
    end_line(out, who);
  }

  /// What a browser fetches for the page above: the page's address, e-mail and all, is its Referer.
  void write_asset_of_conversion_page(std::string& out) {
    const Visitor who = visitor(events_ == 0 ? 0 : (events_ - 1) / 2);
    begin_line(out, who.network, who.host);
    append(out, random_.pick(kAssets), " HTTP/1.1\" 200 ", 300 + random_.below(90'000), " \"",
           kShop, page_);
    end_line(out, who);
  }

  void write_crawl(std::string& out) {
    begin_line(out, random_.pick(kNetworks), 1 + random_.below(254));
    write_product(out);
    append(out, " HTTP/1.1\" ", random_.chance(900) ? "200 " : "404 ", 500 + random_.below(30'000),
           " \"-\" \"", random_.pick(kCrawlers), "\" \"-\"\n");
  }

  void write_view(std::string& out) {
    const Visitor who = visitor(events_ / 2 + random_.below(400));
    begin_line(out, who.network, who.host);
    const std::uint32_t draw = random_.below(10);
    if (draw < 4) {
      append(out, "/images/", product(random_.below(12)).slug, '-', random_.below(8), "-480.webp");
    } else if (draw < 7) {
      write_product(out);
    } else if (draw < 8) {
      append(out, "/collections/", random_.pick(kSections), "?page=", random_.below(20));
    } else if (draw < 9) {
      append(out, "/search?q=", product(random_.below(12)).slug, "&sort=price");
    } else {
      out.append(random_.pick(kAssets));
    }
    append(out, " HTTP/1.1\" ", random_.chance(150) ? "304 0" : "200 ");
    if (out.back() == ' ') append(out, 300 + random_.below(90'000));
    if (random_.chance(350)) {
      out.append(" \"-");
    } else {
      append(out, " \"", kShop, "/collections/", random_.pick(kSections));
    }
    end_line(out, who);
  }

  void write_product(std::string& out) {
    append(out, "/products/", product(random_.below(12)).slug,
           "?variant=", 41'000'000 + random_.below(900'000));
  }

  /// Up to the request's path.
  void begin_line(std::string& out, std::string_view network, std::uint32_t host) {
    const UsTime moment = us_time(now_, 5);
    append(out, network, host, " - - [", Padded{unsigned{moment.date.day()}, 2}, '/',
           kMonths[unsigned{moment.date.month()} - 1], '/',
           static_cast<std::uint64_t>(int{moment.date.year()}), ':', TimeOfDay{moment}, " -",
           Padded{moment.hours_behind_utc, 2}, "00] \"GET ");
  }

  /// From the Referer's closing quote.
  static void end_line(std::string& out, const Visitor& who) {
    append(out, "\" \"", who.browser, "\" \"", who.token[0], who.token[1], "\"\n");
  }

  Random random_;
  Conversions conversions_;
  std::uint64_t events_ = 0;
  std::string page_ = "/";  ///< path and query of the latest conversion
  std::chrono::sys_seconds now_ = std::chrono::sys_days{std::chrono::year{2025} / 3 / 1};
};

}  // namespace

std::unique_ptr<Generator> access_log(std::uint64_t seed, Conversions conversions) {
  return std::make_unique<AccessLog>(seed, conversions);
}

}  // namespace ordertail::bench

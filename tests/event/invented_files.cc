#include "event/invented_files.h"

#include <fmt/format.h>

#include <random>
#include <string_view>

namespace ordertail {
namespace {

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_()) % limit; }
  bool one_in(std::uint32_t sides) { return below(sides) == 0; }
  std::string email(int number, Faults faults) {
    if (faults != Faults::none && one_in(9)) return "not-an-address";
    return fmt::format("buyer{}@example.com", number);
  }

 private:
  std::mt19937 random_;
};

/// A quoted cell of many shapes; some hold line ends.
std::string description(Dice& dice, Faults faults) {
  std::string text = "\"Kettle";
  for (auto words = dice.below(6); words > 0; --words) {
    constexpr std::string_view kWords[] = {", steel",  " \"\"big\"\"", "\nblue",
                                           "\r\n\r\n", " d'eau",       " \xC3\xA9t\xC3\xA9"};
    text += kWords[dice.below(6)];
  }
  text += std::string(dice.below(4) * dice.below(60), 'x') + '"';
  if (faults == Faults::quotes && dice.one_in(25)) text += " oops";
  return text;
}

}  // namespace

InventedFile invented_shopify(std::uint32_t seed, int orders, Faults faults) {
  Dice dice(seed);
  InventedFile file;
  file.text =
      "Name,Email,Financial Status,Currency,Subtotal,Created at,Lineitem quantity,Lineitem name,"
      "Lineitem sku,Billing Name,Cancelled at\n";
  file.header = file.text.size();
  for (int order = 1; order <= orders; ++order) {
    constexpr std::string_view kStatuses[] = {"paid", "paid", "partially_refunded", "pending"};
    const std::string email = dice.email(order, faults);
    const auto amount = dice.below(100'000);
    const std::string money = faults != Faults::none && dice.one_in(15)
                                  ? "n/a"
                                  : fmt::format("{}.{:02}", amount / 100, amount % 100);
    const std::string time =
        fmt::format("2025-{:02}-{:02} {:02}:37:30 -0800", 1 + dice.below(12),
                    1 + dice.below(faults != Faults::none ? 31 : 28), dice.below(24));
    for (auto row = 0U, rows = 1 + dice.below(4); row < rows; ++row) {
      if (faults != Faults::none && dice.one_in(20)) {
        file.text += fmt::format("#{},too,many,cells,{},,,,,,,x\n", order, row);
        continue;
      }
      file.text +=
          fmt::format("#{},{},{},{},{},{},1,{},SKU-{},{},{}\n", order, email,
                      row == 0 ? kStatuses[dice.below(4)] : "", row == 0 ? "USD" : "",
                      row == 0 ? money : "", time, description(dice, faults), row,
                      row == 0 ? "Ann B. Lee" : "", row == 0 && dice.one_in(10) ? time : "");
    }
    if (dice.one_in(12)) file.text += "\n";
  }
  return file;
}

InventedFile invented_paypal(std::uint32_t seed, int rows, Faults faults) {
  Dice dice(seed);
  InventedFile file;
  file.text =
      "\xEF\xBB\xBF\"Date\",\"Time\",\"TimeZone\",\"Name\",\"Type\",\"Status\",\"Currency\","
      "\"Gross\",\"From Email Address\",\"Transaction ID\",\"Item ID\","
      "\"Shipping and Handling Amount\",\"Sales Tax\",\"Invoice Number\",\"Item Title\"\r\n";
  file.header = file.text.size();
  for (int row = 1; row <= rows; ++row) {
    constexpr std::string_view kTypes[] = {"Website Payment", "Express Checkout Payment",
                                           "Payment Refund", "General Withdrawal"};
    const auto day = 1 + dice.below(28);
    const auto month = faults != Faults::none && dice.one_in(12) ? 13 : 1 + dice.below(12);
    file.text += fmt::format(
        R"("{:02}/{:02}/2025","{:02}:15:00","PST","Bob Roe","{}","{}","USD","{}1,0{}3.75","{}",)"
        R"("TX{:06}","SKU-{}","10.00","0.25","{}",{})"
        "\r\n",
        month, day, dice.below(24), kTypes[dice.below(4)], dice.one_in(6) ? "Pending" : "Completed",
        dice.one_in(8) ? "-" : "", dice.below(10), dice.email(row, faults), row, dice.below(5),
        dice.one_in(3) ? "" : std::to_string(1000 + row), description(dice, faults));
  }
  return file;
}

InventedFile invented_log(std::uint32_t seed, int lines, Faults faults) {
  Dice dice(seed);
  InventedFile file;
  for (int line = 1; line <= lines; ++line) {
    const std::string path =
        dice.one_in(5)   ? fmt::format("/checkout/success?order={}&email={}&total=12.50", line,
                                       dice.email(line, faults))
        : dice.one_in(9) ? fmt::format("/account/created?email={}", dice.email(line, faults))
                         : fmt::format("/style.css?{}", std::string(dice.below(300), 'v'));
    file.text += fmt::format(
        R"({} - - [18/Sep/2025:{:02}:18:28 -0400] "GET {} HTTP/1.1" {} 512 "-" "Agent" "{}")",
        dice.one_in(11) ? "unknown" : "192.0.2.7", dice.below(24), path,
        dice.one_in(7) ? "404" : "200",
        dice.one_in(3)   ? "60c2ccdfe4892f0fa0593940b12c11aa"
        : dice.one_in(5) ? "short"
                         : "-");
    if (faults != Faults::none && dice.one_in(30)) file.text += " and /checkout/success behind it";
    file.text += dice.one_in(40) ? "\n\n" : "\n";
  }
  return file;
}

}  // namespace ordertail

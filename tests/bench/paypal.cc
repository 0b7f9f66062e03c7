#include <array>

#include "bench/append.h"
#include "bench/generator.h"
#include "bench/invented.h"
#include "bench/random.h"

namespace ordertail::bench {
namespace {

constexpr std::string_view kHeader =
    "\xEF\xBB\xBF"
    R"("Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net",)"
    R"("From Email Address","To Email Address","Transaction ID","Shipping Address",)"
    R"("Address Status","Item Title","Item ID","Shipping and Handling Amount",)"
    R"("Insurance Amount","Sales Tax","Option 1 Name","Option 1 Value","Option 2 Name",)"
    R"("Option 2 Value","Reference Txn ID","Invoice Number","Custom Number","Quantity",)"
    R"("Receipt ID","Balance","Address Line 1","Address Line 2/District/Neighborhood",)"
    R"("Town/City","State/Province/Region/County/Territory/Prefecture/Republic",)"
    R"("Zip/Postal Code","Country","Contact Phone Number","Subject","Note","Country Code",)"
    R"("Balance Impact")"
    "\n";

constexpr std::array<std::string_view, 6> kSales{
    "Express Checkout Payment", "Express Checkout Payment",
    "Website Payment",          "Mobile Payment",
    "General Payment",          "PreApproved Payment Bill User Payment"};

/// The last type's trailing blank is PayPal's own.
constexpr std::array<std::string_view, 4> kInternal{"General Withdrawal - Bank Account",
                                                    "General Currency Conversion", "Payment Hold",
                                                    "Bank Deposit to PP Account "};

constexpr std::array<std::string_view, 2> kNotes{"Please send it to the office, second floor.",
                                                 "For \"Mara\"\nThank you!"};

struct TransactionId {
  std::uint64_t number;
};

/// 17 letters and digits.
void append_piece(std::string& out, TransactionId id) {
  Random random(id.number);
  std::uint64_t bits = random.next();
  for (int i = 0; i < 17; ++i) {
    out.push_back("0123456789ABCDEFGHJKLMNPRSTUVWXY"[bits & 31U]);
    bits = (bits >> 5U) | (bits << 59U);
    if (i == 11) bits = random.next();
  }
}

struct Money {
  std::int64_t gross = 0;
  std::int64_t fee = 0;
  std::int64_t shipping = 0;
  std::int64_t tax = 0;
};

class PaypalActivity final : public Generator {
 public:
  explicit PaypalActivity(std::uint64_t seed) : random_(seed) {}

  void begin(std::string& out) override { out.append(kHeader); }

  void next(std::string& out) override {
    ++number_;
    now_ += std::chrono::seconds{random_.below(20)};
    const std::uint32_t draw = random_.below(100);
    if (draw < 90 || last_sale_ == 0) {
      write_sale(out);
    } else if (draw < 94) {
      write_refund(out);
    } else {
      write_internal(out);
    }
  }

 private:
  void write_sale(std::string& out) {
    const Person buyer = person(number_);
    const std::uint32_t choice = random_.below(12);
    const std::uint32_t quantity = random_.chance(850) ? 1 : 2 + random_.below(30);
    const std::int64_t goods = quantity * product(choice).cents;
    Money money{.shipping = 695, .tax = goods * 8 / 100};
    money.gross = goods + money.shipping + money.tax;
    money.fee = -(money.gross * 29 / 1000 + 30);
    const bool completed = random_.chance(960);

    CsvRow row = begin_row(out, buyer, random_.pick(kSales), completed ? "Completed" : "Pending");
    write_money(row, money);
    row.cell(Email{buyer});
    row.cell("shop@example.com");
    row.cell(TransactionId{number_});
    write_parcel(row, buyer);
    row.text(product(choice).name);
    row.cell(product(choice).sku);
    row.cell(Cents{money.shipping});
    row.cell(Cents{0});
    row.cell(Cents{money.tax});
    row.blank(5);
    row.cell("EC-", number_);
    row.cell(number_);
    row.cell(quantity);
    row.blank();
    write_balance(row, completed ? money.gross + money.fee : 0);
    write_address(row, buyer);
    row.text(product(choice).name);
    row.text(random_.chance(20) ? random_.pick(kNotes) : "");
    row.cell("US");
    row.cell(completed ? "Credit" : "Memo");
    row.end();
    last_sale_ = number_;
    last_gross_ = money.gross;
  }

  void write_refund(std::string& out) {
    CsvRow row = begin_row(out, person(last_sale_), "Payment Refund", "Completed");
    write_money(row, {.gross = -last_gross_});
    row.cell("shop@example.com");
    row.cell(Email{person(last_sale_)});
    row.cell(TransactionId{number_});
    row.blank(11);
    row.cell(TransactionId{last_sale_});
    row.cell("EC-", last_sale_);
    row.cell(last_sale_);
    row.blank(2);
    write_balance(row, -last_gross_);
    row.blank(10);
    row.cell("Debit");
    row.end();
    last_sale_ = 0;  // no sale is refunded twice
  }

  void write_internal(std::string& out) {
    const std::string_view type = random_.pick(kInternal);
    const std::int64_t gross = type == kInternal.back() ? 50'000 : -balance_ / 2;
    CsvRow row = begin_row(out, {}, type, "Completed");
    write_money(row, {.gross = gross});
    row.blank(2);
    row.cell(TransactionId{number_});
    row.blank(16);
    write_balance(row, gross);
    row.blank(10);
    row.cell(gross < 0 ? "Debit" : "Credit");
    row.end();
  }

  /// From Date to Currency.
  CsvRow begin_row(std::string& out, const Person& who, std::string_view type,
                   std::string_view status) {
    const UsTime moment = us_time(now_, 8);
    CsvRow row(out, CsvRow::Quoting::everywhere);
    row.cell(Padded{unsigned{moment.date.month()}, 2}, '/', Padded{unsigned{moment.date.day()}, 2},
             '/', static_cast<std::uint64_t>(int{moment.date.year()}));
    row.cell(TimeOfDay{moment});
    row.cell(moment.summer ? "PDT" : "PST");
    row.cell(who.first_name, who.first_name.empty() ? "" : " ", who.last_name);
    row.cell(type);
    row.cell(status);
    row.cell("USD");
    return row;
  }

  static void write_money(CsvRow& row, const Money& money) {
    row.cell(GroupedCents{money.gross});
    row.cell(GroupedCents{money.fee});
    row.cell(GroupedCents{money.gross + money.fee});
  }

  void write_balance(CsvRow& row, std::int64_t change) {
    balance_ += change;
    row.cell(GroupedCents{balance_});
  }

  /// Shipping Address and Address Status.
  static void write_parcel(CsvRow& row, const Person& to) {
    row.cell(to.first_name, ", ", to.last_name, ", ", to.house, ' ', to.street, ", ", to.place.city,
             ", ", to.place.state, ", ", to.place.zip, ", United States");
    row.cell("Confirmed");
  }

  /// From Address Line 1 to Contact Phone Number.
  static void write_address(CsvRow& row, const Person& person) {
    row.cell(person.house, ' ', person.street);
    row.blank();
    row.cell(person.place.city);
    row.cell(person.place.state);
    row.cell(person.place.zip);
    row.cell("United States");
    row.cell(Phone{person});
  }

  Random random_;
  std::uint64_t number_ = 100'000;
  std::uint64_t last_sale_ = 0;  ///< 0: none to refund
  std::int64_t last_gross_ = 0;
  std::int64_t balance_ = 250'000;
  std::chrono::sys_seconds now_ = std::chrono::sys_days{std::chrono::year{2021} / 3 / 1};
};

}  // namespace

std::unique_ptr<Generator> paypal_activity(std::uint64_t seed) {
  return std::make_unique<PaypalActivity>(seed);
}

}  // namespace ordertail::bench

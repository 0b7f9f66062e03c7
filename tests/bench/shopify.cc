#include <array>

#include "bench/append.h"
#include "bench/generator.h"
#include "bench/invented.h"
#include "bench/random.h"

namespace ordertail::bench {
namespace {

constexpr std::string_view kHeader =
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
    "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,"
    "Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,"
    "Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,"
    "Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,"
    "Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,"
    "Payment Terms Name,Next Payment Due At,Payment References\n";

constexpr std::uint64_t kFirstId = 5'000'000'000'000;

constexpr std::array<std::string_view, 3> kNotes{
    "Please ring twice.\nLeave it with the porter, not at the door.",
    "A present: no invoice in the parcel, please.",
    "Engraving: \"To Mara, with love\"\nFont: \"Garamond\""};

struct Item {
  std::uint32_t quantity = 1;
  const Product* product = nullptr;
};

struct Order {
  std::uint64_t number = 0;
  Person buyer;
  UsTime created;
  std::string_view status;
  std::array<Item, 6> items;
  std::size_t item_count = 1;
  std::int64_t discount = 0;
  std::int64_t subtotal = 0;  ///< after the discount, before shipping and taxes
  std::int64_t shipping = 0;
  std::int64_t taxes = 0;
  [[nodiscard]] std::int64_t total() const { return subtotal + shipping + taxes; }
};

class ShopifyOrders final : public Generator {
 public:
  explicit ShopifyOrders(std::uint64_t seed) : random_(seed) {}

  void begin(std::string& out) override { out.append(kHeader); }

  void next(std::string& out) override {
    const Order order = draw();
    write_first_row(out, order);
    for (std::size_t i = 1; i < order.item_count; ++i) write_continuation(out, order, i);
  }

 private:
  Order draw() {
    Order order;
    order.number = ++number_;
    now_ += std::chrono::seconds{random_.below(20)};
    order.created = us_time(now_, 5);
    // One order in six is by someone who bought before.
    order.buyer =
        person(random_.chance(167) ? random_.below(static_cast<std::uint32_t>(number_)) : number_);
    order.status = draw_status();
    order.item_count = draw_item_count();
    std::int64_t goods = 0;
    for (std::size_t i = 0; i < order.item_count; ++i) {
      order.items[i] = {random_.chance(800) ? 1 : 2 + random_.below(4),
                        &product(random_.below(12))};
      goods += order.items[i].quantity * order.items[i].product->cents;
    }
    order.discount = random_.chance(150) ? goods / 10 : 0;
    order.subtotal = goods - order.discount;
    order.shipping = order.subtotal > 7500 ? 0 : 695;
    order.taxes = order.subtotal * 8 / 100;
    return order;
  }

  std::string_view draw_status() {
    const std::uint32_t draw = random_.below(100);
    if (draw < 88) return "paid";
    if (draw < 92) return "pending";
    if (draw < 95) return "partially_refunded";
    return draw < 98 ? "refunded" : "voided";
  }

  /// 2.0 on average.
  std::size_t draw_item_count() {
    const std::uint32_t draw = random_.below(100);
    if (draw < 45) return 1;
    if (draw < 75) return 2;
    if (draw < 89) return 3;
    return draw < 96 ? 4 : 6;
  }

  static CsvRow begin_row(std::string& out, const Order& order) {
    CsvRow row(out, CsvRow::Quoting::where_needed);
    row.cell('#', order.number);
    row.cell(Email{order.buyer});
    return row;
  }

  void write_first_row(std::string& out, const Order& order) {
    const bool refunded = order.status == "refunded";
    const bool voided = order.status == "voided";
    CsvRow row = begin_row(out, order);
    row.cell(order.status);
    row.blank();  // Paid at: blank in most real exports
    row.cell(random_.chance(700) ? "fulfilled" : "unfulfilled");
    row.blank();
    row.cell(random_.chance(400) ? "yes" : "no");
    row.cell("USD");
    for (const std::int64_t amount : {order.subtotal, order.shipping, order.taxes, order.total()}) {
      row.cell(Cents{amount});
    }
    row.cell(order.discount != 0 ? "WELCOME10" : "");
    row.cell(Cents{order.discount});
    row.cell(order.shipping == 0 ? "Free shipping" : "Standard");
    row.cell(order.created);
    write_item(row, order.items[0]);
    write_address(row, order.buyer);
    write_address(row, order.buyer);
    row.text(random_.chance(30) ? random_.pick(kNotes) : "");
    row.blank();
    if (voided || refunded) {
      row.cell(us_time(now_ + std::chrono::hours{26}, 5));
    } else {
      row.blank();
    }
    row.cell("Shopify Payments");
    row.cell('c', number_ * 7919, ".1");
    row.cell(Cents{refunded                               ? order.total()
                   : order.status == "partially_refunded" ? order.total() / 4
                                                          : 0});
    row.cell("Example Goods");
    row.cell(Cents{order.status == "pending" ? order.total() : 0});
    row.blank(3);
    row.cell(kFirstId + order.number * 32768);
    row.cell(random_.chance(100) ? "wholesale" : "");
    row.cell("Low");
    row.cell("web");
    row.cell("0.00");
    row.cell(order.buyer.place.state_name, " State Tax 8%");
    row.cell(Cents{order.taxes});
    row.blank(8);
    row.cell(Phone{order.buyer});
    row.blank(2);
    row.cell(order.buyer.place.state_name);
    row.cell(order.buyer.place.state_name);
    row.cell('r', Hex{random_.next()});
    row.blank(3);
    row.end();
  }

  static void write_continuation(std::string& out, const Order& order, std::size_t item) {
    CsvRow row = begin_row(out, order);
    row.blank(13);
    row.cell(order.created);
    write_item(row, order.items[item]);
    row.blank(26);
    row.cell("Example Goods");
    row.blank(8);
    row.cell("0.00");
    row.blank(19);
    row.end();
  }

  /// The eight "Lineitem" columns that stand together.
  static void write_item(CsvRow& row, const Item& item) {
    row.cell(item.quantity);
    row.text(item.product->name);
    row.cell(Cents{item.product->cents});
    row.blank();
    row.cell(item.product->sku);
    row.cell("true");
    row.cell("true");
    row.cell("fulfilled");
  }

  /// Ten columns, from Name to Phone.
  void write_address(CsvRow& row, const Person& person) {
    row.cell(person.first_name, ' ', person.last_name);
    std::string& street = scratch_;
    street.clear();
    append(street, person.house, ' ', person.street);
    const std::size_t first_line = street.size();
    if (person.apartment != 0) append(street, ", Apt ", person.apartment);
    row.text(street);
    row.cell(std::string_view(street).substr(0, first_line));
    row.cell(person.apartment != 0 ? std::string_view(street).substr(first_line + 2) : "");
    row.blank();
    row.cell(person.place.city);
    row.cell('\'', person.place.zip);  // the export's guard against spreadsheets
    row.cell(person.place.state);
    row.cell("US");
    row.cell(Phone{person});
  }

  Random random_;
  std::string scratch_;
  std::uint64_t number_ = 1000;
  std::chrono::sys_seconds now_ = std::chrono::sys_days{std::chrono::year{2021} / 3 / 1};
};

}  // namespace

std::unique_ptr<Generator> shopify_orders(std::uint64_t seed) {
  return std::make_unique<ShopifyOrders>(seed);
}

}  // namespace ordertail::bench

#include "event/companions.h"

#include <gtest/gtest.h>

#include "event/event_json.h"
#include "event/extraction.h"
#include "event/sample_check.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

constexpr std::string_view kTwoFiles = R"(
name      = "two-files"
describes = "orders, their customers and their items"
verified  = "invented"

[csv]
recognise = ["order", "customer", "day"]

[[companion]]
name      = "customers"
key       = "id"
match     = "customer"
recognise = ["id", "mail"]

[[companion]]
name      = "items"
key       = "order"
match     = "order"
recognise = ["order", "sku"]

[purchase]
order_number = "order"
email        = "customers:mail"
skus         = "items:sku"
occurred_at  = { column = "day", format = "%F", zone = "UTC" }

[[sample]]
input = '''
order,customer,day
1,7,2025-03-01
2,8,2025-03-02
3,9,2025-03-03
'''
rejects = ["no_companion_row"]
[sample.companions]
customers = '''
mail,id,password
ann@example.com,7,secret
bob@example.com,8,secret
'''
items = '''
order,sku
1,A
2,B
1,C
'''
[[sample.events]]
order_number = "1"
email        = "ann@example.com"
skus         = "A,C"
[[sample.events]]
order_number = "2"
email        = "bob@example.com"
skus         = "B"
)";

constexpr std::string_view kSections = R"(
name      = "sections"
describes = "orders and their items, in sections of one file"
verified  = "invented"

[csv]
delimiter     = ";"
section       = "ORDERS"
header_prefix = "!"

[[companion]]
name    = "items"
section = "ITEMS"
key     = "ORDERID"
match   = "ORDERID"

[purchase]
order_number = "ORDERID"
email        = "EMAIL"
skus         = "items:CODE"
occurred_at  = { column = "DATE", format = "%F", zone = "UTC" }

[[sample]]
input = '''
[ORDERS]
!ORDERID;!DATE;!EMAIL
1;2025-03-01;ann@example.com
2;2025-03-02;bob@example.com

[ITEMS]
!ORDERID;!CODE
1;A
2;B
2;C
'''
skipped = { other_section = 5 }
[[sample.events]]
order_number = "1"
skus         = "A"
[[sample.events]]
order_number = "2"
skus         = "B,C"
)";

TEST(Companions, CompleteOrdersFromOtherFiles) {
  const SampleCheck check = check_samples({"two-files", "two-files.toml", std::string(kTwoFiles)});
  EXPECT_EQ(check.complaints, std::vector<std::string>());
}

TEST(Companions, CompleteOrdersFromOtherSections) {
  const SampleCheck check = check_samples({"sections", "sections.toml", std::string(kSections)});
  EXPECT_EQ(check.complaints, std::vector<std::string>());
}

TEST(Companions, ServeOneFileAfterAnother) {
  TemporaryDirectory directory;
  const Pattern pattern = parse_pattern(std::string(kSections), "sections.toml");
  const EventContext context{"shop", TimeZone::find("UTC"), {}};
  Companions companions(pattern, {}, [](const Reject& reject) { FAIL() << reject.message; });
  // The second file has no items, and other columns in another order.
  const auto first = directory.write("1.csv",
                                     "[ORDERS]\n!ORDERID;!DATE;!EMAIL\n1;2025-03-01;a@example.com\n"
                                     "[ITEMS]\n!CODE;!ORDERID\nA;1\n");
  const auto second = directory.write(
      "2.csv", "[ORDERS]\n!EMAIL;!ORDERID;!DATE\nb@example.com;1;2025-03-02\n[NOTES]\n!X\n1\n");
  std::string found;
  for (const auto& path : {first, second}) {
    Extraction extraction(pattern, context, {path, path.filename()}, {}, &companions);
    Findings findings;
    while (extraction.next(findings, 10)) {
      for (const Event& event : findings.events()) {
        found += event.email;
        for (const std::string& sku : event.skus) found += " " + sku;
        found += '\n';
      }
    }
  }
  EXPECT_EQ(found, "a@example.com A\nb@example.com\n");
}

/// The section that an order waits for may come with the rest of the file.
TEST(Companions, HaveOrdersReadAgainWhenTheirFileIsLonger) {
  TemporaryDirectory directory;
  const Pattern pattern = parse_pattern(std::string(kSections), "sections.toml");
  const EventContext context{"shop", TimeZone::find("UTC"), {}};
  const std::string orders = "[ORDERS]\n!ORDERID;!DATE;!EMAIL\n1;2025-03-01;a@example.com\n";
  std::vector<Checkpoint> known;
  std::vector<std::size_t> skus;
  for (const std::string& text : {orders, orders + "[ITEMS]\n!CODE;!ORDERID\nA;1\n"}) {
    const auto path = directory.write("1.csv", text);
    Companions companions(pattern, {}, [](const Reject& reject) { FAIL() << reject.message; });
    Extraction extraction(pattern, context, {path, "1.csv"}, known, &companions);
    Findings findings;
    while (extraction.next(findings, 10)) {
      for (const Event& event : findings.events()) skus.push_back(event.skus.size());
    }
    known = {extraction.checkpoint()};
  }
  EXPECT_EQ(skus, (std::vector<std::size_t>{0, 1}));
}

}  // namespace
}  // namespace ordertail

#include "event/event_id.h"

#include <gtest/gtest.h>

#include <set>

namespace ordertail {
namespace {

constexpr HashKey kKey{1, 2, 3};

Event event(Kind kind, std::string shop, std::string order_number, std::string email) {
  Event made;
  made.kind = kind;
  made.shop = std::move(shop);
  made.order_number = std::move(order_number);
  made.email = std::move(email);
  return made;
}

TEST(EventId, OfAPurchaseIsItsOrderNumbers) {
  const Hash128 id = event_id(kKey, event(Kind::purchase, "main", "1001", "ann@example.com"));
  EXPECT_EQ(id, event_id(kKey, event(Kind::purchase, "main", "1001", "bob@example.org")));
  EXPECT_NE(id, event_id(kKey, event(Kind::purchase, "main", "1002", "ann@example.com")));
}

TEST(EventId, OfARegistrationIsItsAddressInAnyCase) {
  const Hash128 id = event_id(kKey, event(Kind::registration, "main", "", "ann@example.com"));
  EXPECT_EQ(id, event_id(kKey, event(Kind::registration, "main", "1", "Ann@Example.COM")));
  EXPECT_NE(id, event_id(kKey, event(Kind::registration, "main", "", "bob@example.com")));
}

TEST(EventId, TellsShopsKindsAndKeysApart) {
  const std::set<Hash128> ids{event_id(kKey, event(Kind::purchase, "main", "1", "1")),
                              event_id(kKey, event(Kind::purchase, "other", "1", "1")),
                              event_id(kKey, event(Kind::registration, "main", "1", "1")),
                              event_id(HashKey{}, event(Kind::purchase, "main", "1", "1"))};
  EXPECT_EQ(ids.size(), 4U);
}

TEST(PlainOrderNumber, IsTrimmedAndHasNoHash) {
  EXPECT_EQ(plain_order_number("#1001"), "1001");
  EXPECT_EQ(plain_order_number(" 1001 "), "1001");
  EXPECT_EQ(plain_order_number("EN-#7"), "EN-#7");
  EXPECT_EQ(plain_order_number("# 7"), "7");
  EXPECT_EQ(plain_order_number("#"), "");
  EXPECT_EQ(plain_order_number(""), "");
}

TEST(UsDate, IsMonthDayYear) {
  EXPECT_EQ(us_date({2025, 1, 2}), "01/02/2025");
  EXPECT_EQ(us_date({987, 12, 31}), "12/31/0987");
}

}  // namespace
}  // namespace ordertail

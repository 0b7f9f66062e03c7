// What files proved about how their source writes.
#include <gtest/gtest.h>

#include "store/world.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;

class DecisionsTest : public testing::Test {
 protected:
  void reopen() {
    store_.reset();
    store_.emplace(path_, StoreMode::write, clock_);
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
  std::optional<Store> store_{std::in_place, path_, StoreMode::write, clock_};
};

TEST_F(DecisionsTest, ComeBackAsMadeAndTheLatestHolds) {
  const WallTime first = clock_.now;
  store_->decide("paypal", "date_order", "dmy", "Date is \"31/12/2025\" in a.csv:17");
  clock_.now += 1h;
  store_->decide("paypal", "numbers", "1.234,56", "Gross is \"1.000,00\" in a.csv:3");
  store_->decide("cart", "date_order", "mdy", "Date is \"12/31/2025\" in b.csv:2");
  reopen();
  const auto found = store_->decision("paypal", "date_order");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->source, "paypal");
  EXPECT_EQ(found->what, "date_order");
  EXPECT_EQ(found->value, "dmy");
  EXPECT_EQ(found->evidence, "Date is \"31/12/2025\" in a.csv:17");
  EXPECT_EQ(found->at, first);
  EXPECT_FALSE(store_->decision("cart", "numbers"));

  store_->decide("paypal", "date_order", "mdy", "told so");
  EXPECT_EQ(store_->decision("paypal", "date_order")->value, "mdy");
  EXPECT_EQ(store_->decision("paypal", "date_order")->at, first + 1h);
  const auto all = store_->decisions();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].source + all[1].source + all[2].source, "cartpaypalpaypal");
  EXPECT_EQ(all[1].what + all[2].what, "date_ordernumbers");
}

TEST_F(DecisionsTest, ArePartOfTheSliceTheyAreMadeIn) {
  store_->begin_slice();
  store_->decide("paypal", "date_order", "dmy", "x");
  EXPECT_TRUE(store_->decision("paypal", "date_order"));
  reopen();
  EXPECT_FALSE(store_->decision("paypal", "date_order"));
}

}  // namespace
}  // namespace ordertail

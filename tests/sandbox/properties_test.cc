#include "sandbox/properties.h"

#include <gtest/gtest.h>

namespace ordertail::sandbox {
namespace {

TEST(Properties, TheCrmKnowsHubSpotsOwnAndThoseDeclared) {
  const Properties properties(order_properties(), {{{"paid", PropertyType::date}}, false});
  EXPECT_EQ(properties.judge("hs_order_name", "x"), std::nullopt);
  EXPECT_EQ(properties.judge("paid", "2023-12-31"), std::nullopt);
  EXPECT_EQ(properties.judge("paid", "x"), PropertyTrouble::bad_date);
  EXPECT_EQ(properties.judge("shop", "x"), PropertyTrouble::unknown);
  EXPECT_EQ(properties.judge("firstname", "x"), PropertyTrouble::unknown) << "of contacts";
}

TEST(Properties, AnyMayExistOfWhatCanBeAName) {
  const Properties properties(contact_properties(), {{}, true});
  EXPECT_EQ(properties.judge("shop", "x"), std::nullopt);
  EXPECT_EQ(properties.judge("Shop", "x"), PropertyTrouble::unknown);
  EXPECT_EQ(properties.judge("closedate", "x"), PropertyTrouble::bad_datetime);
}

TEST(Properties, AFormHasAFieldForAll) {
  const Properties properties(contact_properties(), {});
  EXPECT_EQ(properties.judge_field("shop", "x"), std::nullopt);
  EXPECT_EQ(properties.judge_field("Shop", "x"), PropertyTrouble::unknown);
  EXPECT_EQ(properties.judge_field("hs_marketable_status", "true"), std::nullopt);
  EXPECT_EQ(properties.judge("hs_marketable_status", "true"), PropertyTrouble::read_only);
}

TEST(Properties, WhatIsReadOnlyTakesNoValueNotEvenNone) {
  const Properties properties(contact_properties(),
                              {{{"total_revenue", PropertyType::text}}, true});
  for (const char* value : {"1.00", ""}) {
    EXPECT_EQ(properties.judge("total_revenue", value), PropertyTrouble::read_only);
    EXPECT_EQ(properties.judge_field("total_revenue", value), PropertyTrouble::read_only);
  }
  EXPECT_EQ(properties.judge("annualrevenue", ""), std::nullopt);
}

}  // namespace
}  // namespace ordertail::sandbox

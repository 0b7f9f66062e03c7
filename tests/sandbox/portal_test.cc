#include "sandbox/portal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace ordertail::sandbox {
namespace {

using testing::ElementsAre;
using testing::Pair;

class PortalTest : public testing::Test {
 protected:
  std::uint64_t submit(const Form& fields) {
    return portal.submit(fields, {"guid", "some_form", WallTime()}).id;
  }
  [[nodiscard]] const Lead& lead(std::uint64_t id) const { return portal.leads().at(id - 1); }

  Portal portal;
};

TEST_F(PortalTest, JoinsByTokenBeforeEmailBeforeIp) {
  EXPECT_EQ(submit({{"UserToken", "t1"}}), 1U);
  EXPECT_EQ(submit({{"Email", "ann@example.com"}}), 2U);
  EXPECT_EQ(submit({{"IPAddress", "192.0.2.7"}}), 3U);

  EXPECT_EQ(submit({{"IPAddress", "192.0.2.7"}, {"Email", "ann@example.com"}}), 2U);
  EXPECT_EQ(submit({{"IPAddress", "192.0.2.7"}, {"UserToken", "t1"}}), 1U);
  EXPECT_EQ(submit({{"IPAddress", "192.0.2.7"}, {"Email", "new@example.com"}}), 3U);
  EXPECT_EQ(submit({{"UserToken", "t2"}, {"Email", "ann@example.com"}}), 2U);
}

TEST_F(PortalTest, WhatASubmissionCarriesBecomesAKeyOfItsLead) {
  EXPECT_EQ(submit({{"Email", "ann@example.com"}}), 1U);
  EXPECT_EQ(submit({{"Email", "ann@example.com"}, {"UserToken", "t1"}}), 1U);
  EXPECT_EQ(submit({{"UserToken", "t1"}, {"IPAddress", "192.0.2.7"}}), 1U);
  EXPECT_EQ(submit({{"IPAddress", "192.0.2.7"}}), 1U);
  EXPECT_EQ(submit({{"IPAddress", "192.0.2.8"}}), 2U);
}

TEST_F(PortalTest, EmailsAreOneWhateverTheirCaseAndTokensAreNot) {
  EXPECT_EQ(submit({{"Email", "Ann@Example.com"}}), 1U);
  EXPECT_EQ(submit({{"eMAIL", "aNN@example.COM"}}), 1U);
  EXPECT_EQ(submit({{"UserToken", "abc"}}), 2U);
  EXPECT_EQ(submit({{"UserToken", "ABC"}}), 3U);
}

TEST_F(PortalTest, ATokenOfOneLeadWithTheEmailOfAnotherOverwritesTheFirst) {
  EXPECT_EQ(submit({{"UserToken", "t1"}, {"Email", "ann@example.com"}}), 1U);
  EXPECT_EQ(submit({{"UserToken", "t2"}, {"Email", "bob@example.com"}}), 2U);

  EXPECT_EQ(submit({{"UserToken", "t1"}, {"Email", "bob@example.com"}}), 1U);
  EXPECT_EQ(lead(1).fields.at("Email"), "bob@example.com");

  EXPECT_EQ(submit({{"Email", "bob@example.com"}}), 2U) << "the first owner keeps its e-mail";
  EXPECT_EQ(submit({{"Email", "ann@example.com"}}), 1U) << "the old e-mail still finds its lead";
}

TEST_F(PortalTest, LaterValuesWinAndEmptyOnesChangeNothing) {
  submit({{"email", "ann@example.com"}, {"FIRSTNAME", "Ann"}, {"sku", "A-1"}, {"Sku", "B-2"}});
  submit({{"Email", "ann@example.com"}, {"firstName", "Anna"}, {"sku", ""}, {"City", ""}});
  EXPECT_THAT(lead(1).fields,
              ElementsAre(Pair("Email", "ann@example.com"), Pair("FirstName", "Anna"),
                          Pair("Sku", "B-2"), Pair("sku", "A-1")));
}

TEST_F(PortalTest, ACloseDateMakesACustomerForGood) {
  submit({{"Email", "ann@example.com"}});
  EXPECT_STREQ(lead(1).lifecycle(), "lead");
  submit({{"Email", "ann@example.com"}, {"CloseDate", "12/31/2023"}});
  EXPECT_STREQ(lead(1).lifecycle(), "customer");
  submit({{"Email", "ann@example.com"}});
  EXPECT_EQ(lead(1).close_date, "12/31/2023");
  submit({{"Email", "ann@example.com"}, {"closedate", "01/02/2024"}});
  EXPECT_EQ(lead(1).close_date, "01/02/2024");
}

TEST_F(PortalTest, ALeadIsTrackedOnceATokenWasSeen) {
  submit({{"Email", "ann@example.com"}});
  EXPECT_STREQ(lead(1).source(), "unknown");
  submit({{"Email", "ann@example.com"}, {"UserToken", "t1"}});
  submit({{"Email", "ann@example.com"}, {"UserToken", "t2"}});
  submit({{"Email", "ann@example.com"}, {"UserToken", "t1"}});
  EXPECT_STREQ(lead(1).source(), "tracked");
  EXPECT_THAT(lead(1).tokens, ElementsAre("t1", "t2"));
}

TEST_F(PortalTest, EverySubmissionIsOneConversionOfOneLead) {
  std::mt19937 random(3);
  const auto pick = [&](const char* prefix) { return prefix + std::to_string(random() % 50); };
  for (int i = 0; i < 2'000; ++i) {
    Form form = {{"order_number", std::to_string(i)}};
    if (random() % 3 == 0) form.push_back({"UserToken", pick("t")});
    if (random() % 3 == 0) form.push_back({"Email", pick("e") + "@example.com"});
    if (random() % 9 == 0) form.push_back({"IPAddress", pick("192.0.2.")});
    const Lead& joined =
        portal.submit(form, {"guid-" + std::to_string(i), "some_form", WallTime()});
    ASSERT_EQ(joined.conversions.back().guid, "guid-" + std::to_string(i));
    ASSERT_EQ(&joined, &lead(joined.id));
  }
  std::size_t conversions = 0;
  std::map<std::string, std::uint64_t> owners;
  for (const Lead& each : portal.leads()) {
    conversions += each.conversions.size();
    for (const std::string& token : each.tokens) {
      EXPECT_TRUE(owners.emplace(token, each.id).second) << token << " belongs to two leads";
    }
  }
  EXPECT_EQ(conversions, 2'000U);
  EXPECT_EQ(owners.size(), 50U);
}

}  // namespace
}  // namespace ordertail::sandbox

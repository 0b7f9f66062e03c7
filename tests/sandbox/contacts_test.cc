#include "sandbox/contacts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/text.h"

namespace ordertail::sandbox {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class ContactsTest : public testing::Test {
 protected:
  /// The id of the contact that took it; 0 when it was dropped.
  std::uint64_t submit(const std::string& email, std::string_view hutk = "", Form more = {}) {
    more.push_back({"email", email});
    const Contact* taker = contacts.submit_form(more, hutk, {"guid", "form", WallTime()}, now);
    return taker == nullptr ? 0 : taker->id;
  }
  [[nodiscard]] const Contact& contact(std::uint64_t id) const { return contacts.all().at(id - 1); }
  [[nodiscard]] std::string email_of(std::uint64_t id) const {
    return contact(id).properties.at("email");
  }

  WallTime now;
  Contacts contacts;
};

TEST_F(ContactsTest, AnEmailFindsItsContactWhateverItsCase) {
  EXPECT_EQ(submit("Ann@Example.com"), 1U);
  EXPECT_EQ(submit("aNN@example.COM"), 1U);
  EXPECT_EQ(submit("bob@example.com"), 2U);
  EXPECT_EQ(email_of(1), "ann@example.com");
}

TEST_F(ContactsTest, AKnownCookieWithAnUnknownEmailOverwritesTheContact) {
  EXPECT_EQ(submit("ann@example.com", "t1", {{"firstname", "Ann"}, {"city", "Ulm"}}), 1U);
  EXPECT_EQ(submit("bob@example.com", "t1", {{"firstname", "Bob"}}), 1U);
  EXPECT_THAT(
      contact(1).properties,
      ElementsAre(Pair("city", "Ulm"), Pair("email", "bob@example.com"), Pair("firstname", "Bob")));
  EXPECT_EQ(submit("ann@example.com"), 2U) << "nobody has the old e-mail any more";
  EXPECT_EQ(submit("bob@example.com"), 1U);
}

TEST_F(ContactsTest, AKnownCookieWithTheEmailOfAnotherUpdatesTheOtherAndStaysWhereItIs) {
  EXPECT_EQ(submit("ann@example.com", "t1"), 1U);
  EXPECT_EQ(submit("bob@example.com", "t2"), 2U);
  EXPECT_EQ(submit("bob@example.com", "t1", {{"city", "Ulm"}}), 2U);
  EXPECT_EQ(email_of(1), "ann@example.com");
  EXPECT_EQ(contact(2).properties.at("city"), "Ulm");
  EXPECT_THAT(contact(1).tokens, ElementsAre("t1"));
  EXPECT_THAT(contact(2).tokens, ElementsAre("t2"));
}

TEST_F(ContactsTest, AnUnknownCookieBecomesOneOfTheContact) {
  EXPECT_EQ(submit("ann@example.com"), 1U);
  EXPECT_STREQ(contact(1).source(), "unknown");
  EXPECT_EQ(submit("ann@example.com", "t1"), 1U);
  EXPECT_EQ(submit("ann@example.com", "t2"), 1U);
  EXPECT_EQ(submit("bob@example.com", "t3"), 2U);
  EXPECT_THAT(contact(1).tokens, ElementsAre("t1", "t2"));
  EXPECT_STREQ(contact(1).source(), "tracked");
}

TEST_F(ContactsTest, LaterValuesWinAndEmptyOnesChangeNothing) {
  submit("ann@example.com", "", {{"city", "Ulm"}, {"zip", "1"}});
  submit("ann@example.com", "", {{"city", "Bern"}, {"zip", ""}});
  EXPECT_EQ(contact(1).properties.at("city"), "Bern");
  EXPECT_EQ(contact(1).properties.at("zip"), "1");
}

TEST_F(ContactsTest, TheLifecycleStageOnlyGoesForward) {
  submit("ann@example.com", "", {{"lifecyclestage", "lead"}});
  submit("ann@example.com", "", {{"lifecyclestage", "customer"}});
  submit("ann@example.com", "", {{"lifecyclestage", "lead"}, {"city", "Ulm"}});
  EXPECT_EQ(contact(1).properties.at("lifecyclestage"), "customer");
  EXPECT_EQ(contact(1).properties.at("city"), "Ulm");
}

TEST_F(ContactsTest, DropsWhatIsAboveAThousandSubmissionsOfAContact) {
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(submit("ann@example.com"), 1U);
  EXPECT_EQ(submit("ann@example.com", "t1", {{"city", "Ulm"}}), 0U);
  EXPECT_EQ(contact(1).properties.count("city"), 0U);
  EXPECT_THAT(contact(1).tokens, IsEmpty());
  EXPECT_EQ(submit("bob@example.com", "t1"), 2U);
}

TEST_F(ContactsTest, WhatTheCrmWritesMakesUpdatesClearsAndRenames) {
  const Contact& made =
      contacts.write(0, {{"email", "Ann@example.com"}, {"lifecyclestage", "customer"}}, now);
  EXPECT_EQ(contacts.find("ANN@example.com"), &made);
  EXPECT_EQ(contacts.find(made.id), &made);
  contacts.write(made.id, {{"lifecyclestage", "lead"}}, now);
  EXPECT_EQ(made.properties.at("lifecyclestage"), "customer");
  contacts.write(made.id, {{"lifecyclestage", ""}}, now);
  contacts.write(made.id, {{"lifecyclestage", "lead"}}, now);
  EXPECT_EQ(made.properties.at("lifecyclestage"), "lead") << "after it was cleared";

  contacts.write(made.id, {{"email", "bob@example.com"}}, now);
  EXPECT_EQ(contacts.find("bob@example.com"), &made);
  EXPECT_EQ(contacts.find("ann@example.com"), nullptr);
  contacts.write(made.id, {{"email", ""}}, now);
  EXPECT_EQ(contacts.find(""), nullptr);
  EXPECT_EQ(submit("bob@example.com"), 2U);
  EXPECT_EQ(contacts.find(std::uint64_t{0}), nullptr);
  EXPECT_EQ(contacts.find(std::uint64_t{3}), nullptr);
}

TEST_F(ContactsTest, KnowsWhenAContactWasMadeAndLastChanged) {
  now = WallTime(std::chrono::hours(1));
  submit("ann@example.com");
  now = WallTime(std::chrono::hours(2));
  submit("ann@example.com");
  EXPECT_EQ(contact(1).created, WallTime(std::chrono::hours(1)));
  EXPECT_EQ(contact(1).updated, WallTime(std::chrono::hours(2)));
}

TEST_F(ContactsTest, WhateverIsSubmittedNoEmailAndNoTokenHasTwoContacts) {
  std::mt19937 random(42);
  std::size_t taken = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::string email = fmt::format("User{}@example.com", random() % 40);
    const unsigned token = static_cast<unsigned>(random() % 50);
    const std::uint64_t id = submit(email, token == 0 ? "" : fmt::format("t{}", token));
    ASSERT_NE(id, 0U);
    ASSERT_EQ(email_of(id), lower(email)) << "it has the e-mail that was submitted";
    ++taken;
  }
  std::set<std::string> emails;
  std::set<std::string> tokens;
  for (const Contact& each : contacts.all()) {
    taken -= each.conversions.size();
    EXPECT_TRUE(emails.insert(each.properties.at("email")).second) << each.id;
    for (const std::string& token : each.tokens) {
      EXPECT_TRUE(tokens.insert(token).second) << token << " belongs to two contacts";
    }
  }
  EXPECT_EQ(taken, 0U);
  EXPECT_EQ(tokens.size(), 49U);
}

}  // namespace
}  // namespace ordertail::sandbox

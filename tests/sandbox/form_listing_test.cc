#include "sandbox/form_listing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace ordertail::sandbox {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kForm = "4f8ac2f6-0000-4000-8000-0123456789ab";
const std::string kPath = std::string("/form-integrations/v1/submissions/forms/") + kForm;

class FormListingTest : public testing::Test {
 protected:
  void add(std::int64_t submitted_at, const std::string& form = kForm) {
    Submission& submission = journal.receive(Api::forms, WallTime());
    submission.form = form;
    submission.guid = fmt::format("guid {}", submission.number);
    submission.fields = {{"email", fmt::format("user{}@example.com", submission.number)}};
    submission.submitted_at = WallTime(std::chrono::milliseconds(submitted_at));
    listing.add(submission);
  }
  [[nodiscard]] Answer ask(std::string_view query, std::string_view path = kPath) const {
    return listing.answer({"GET", path, query, "", "Bearer t", ""}, Access(), "id");
  }
  /// The conversion ids of all pages.
  [[nodiscard]] std::vector<std::string> walk(const std::string& limit) const {
    std::vector<std::string> ids;
    std::string query = limit;
    for (;;) {
      const json page = json::parse(ask(query).json);
      for (const json& result : page.at("results")) ids.push_back(result.at("conversionId"));
      if (!page.contains("paging")) return ids;
      query = limit + "&after=" + page.at("paging").at("next").at("after").get<std::string>();
    }
  }

  Journal journal;
  FormListing listing;
};

TEST_F(FormListingTest, ShowsASubmissionAsHubSpotDoes) {
  add(1532352300000);
  EXPECT_EQ(ask("").json,
            R"({"results":[{"conversionId":"guid 1","submittedAt":1532352300000,)"
            R"("values":[{"name":"email","value":"user1@example.com"}],"pageUrl":""}]})");
}

TEST_F(FormListingTest, ShowsTheNewestFirstAndOfTheSameTimeTheLastToCome) {
  for (const int time : {5, 9, 5, 1}) add(time);
  add(7, "00000000-0000-4000-8000-000000000000");
  EXPECT_THAT(walk(""), ElementsAre("guid 2", "guid 3", "guid 1", "guid 4"));
  EXPECT_THAT(walk("limit=1"), ElementsAre("guid 2", "guid 3", "guid 1", "guid 4"));
}

TEST_F(FormListingTest, GivesFiftyAPageAndEachOnceWhateverThePage) {
  std::mt19937 random(42);
  for (int i = 0; i < 175; ++i) add(static_cast<std::int64_t>(random() % 60));
  const json first = json::parse(ask("").json);
  EXPECT_EQ(first.at("results").size(), 50U);
  EXPECT_EQ(first.at("paging").at("next").at("link"),
            "?after=" + first.at("paging").at("next").at("after").get<std::string>());
  const std::vector<std::string> all = walk("");
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 175U);
  for (const int limit : {1, 7, 25, 35, 49, 50}) {
    EXPECT_EQ(walk(fmt::format("limit={}", limit)), all) << limit;
  }
}

TEST_F(FormListingTest, WhatComesBetweenTwoPagesNeitherRepeatsNorHidesAnything) {
  for (const int time : {10, 20, 30, 40}) add(time);
  const json first = json::parse(ask("limit=2").json);
  add(50);
  add(15);
  const json second = json::parse(
      ask("limit=9&after=" + first.at("paging").at("next").at("after").get<std::string>()).json);
  std::vector<std::string> ids;
  for (const json& result : second.at("results")) ids.push_back(result.at("conversionId"));
  EXPECT_THAT(ids, ElementsAre("guid 2", "guid 6", "guid 1"));
}

TEST_F(FormListingTest, AFormWithoutSubmissionsHasNone) {
  EXPECT_THAT(walk(""), IsEmpty());
}

TEST_F(FormListingTest, TheGuidIsOneWhateverItsCase) {
  add(1);
  EXPECT_EQ(
      ask("", "/form-integrations/v1/submissions/forms/4F8AC2F6-0000-4000-8000-0123456789AB").json,
      ask("").json);
  EXPECT_EQ(ask("", "/form-integrations/v1/submissions/forms/4f8ac2f6").status, 404U);
}

TEST_F(FormListingTest, RefusesWhatItDoesNotUnderstand) {
  for (const char* query : {"limit=0", "limit=51", "limit=", "limit=x", "limit=-1", "after=",
                            "after=00", "after=313a30", "after=313a", "after=3a31", "after=31"}) {
    EXPECT_EQ(ask(query).status, 400U) << query;
  }
  const Answer answer = listing.answer({"POST", kPath, "", "", "Bearer t", ""}, Access(), "id");
  EXPECT_EQ(answer.status, 405U);
}

TEST_F(FormListingTest, NeedsTheTokenAndTheScope) {
  const auto status = [&](const Access& access) {
    return listing.answer({"GET", kPath, "", "", "Bearer t", ""}, access, "id").status;
  };
  EXPECT_EQ(status({.token = "t"}), 200U);
  EXPECT_EQ(status({.token = "other"}), 401U);
  EXPECT_EQ(status({.token = "t", .scopes = {}}), 403U);
}

}  // namespace
}  // namespace ordertail::sandbox

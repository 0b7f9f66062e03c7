// Random events and random replies: no id twice in a request, merging is writing one after the
// other, and whatever the reply, every event gets exactly one verdict that the reply bears out.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/text.h"
#include "delivery/crm.h"

namespace ordertail {
namespace {

using Json = nlohmann::json;

class CrmProperty : public testing::TestWithParam<unsigned> {
 protected:
  CrmProperty() : random_(GetParam()) {
    CrmSettings settings;
    settings.order_id = "order_id";
    settings.contact["order_number"] = "last_order";
    crm_.emplace("https://api.hubapi.com", "token", settings);
  }

  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
  std::string text_or_nothing() { return below(2) == 0 ? "" : std::to_string(below(1000)); }

  Event event() {
    constexpr std::array<const char*, 4> kSpellings{"p{}@example.com", "P{}@example.com",
                                                    " p{}@EXAMPLE.com", "p{}@example.com\t"};
    Event event;
    for (auto& byte : event.id.bytes) byte = static_cast<unsigned char>(random_());
    event.shop = below(4) == 0 ? "other" : "main";
    event.email = fmt::format(fmt::runtime(kSpellings.at(below(4))), below(people_));
    event.first_name = text_or_nothing();
    event.phone = text_or_nothing();
    if (below(8) != 0) event.occurred_at = Instant(std::chrono::seconds(1'600'000'000 + below(50)));
    if (below(2) == 0) return event;
    event.kind = Kind::purchase;
    event.order_number = below(8) == 0 ? "" : std::to_string(below(30));
    event.close_date = Day{2020, 9, 13};
    return event;
  }

  /// Items of one lane; `progress` is filled beside them.
  std::vector<Item> items(unsigned step) {
    events_.clear();
    progress_.clear();
    const unsigned count = 1 + below(100);
    while (events_.size() < count) {
      Event one = event();
      const bool has_order = one.kind == Kind::purchase && !one.order_number.empty();
      if (step != 0 && !has_order) continue;
      events_.push_back(std::move(one));
      std::string progress;
      if (step > 0) progress = fmt::format("{}contact={}", crm_->account(), 1 + below(20));
      if (step > 1) progress += fmt::format(";order={}", 1 + below(20));
      progress_.push_back(progress);
    }
    std::vector<Item> items;
    for (std::size_t i = 0; i < events_.size(); ++i) items.push_back({events_[i], progress_[i]});
    return items;
  }

  /// What a portal would hold after this request, by id.
  static void apply(const std::string& body,
                    std::map<std::string, std::map<std::string, std::string>>& portal) {
    const Json request = Json::parse(body);
    for (const Json& input : request["inputs"]) {
      auto& object = portal[input["id"]];
      for (const auto& [name, value] : input["properties"].items()) {
        if (name == "lifecyclestage" && object[name] == "customer") continue;
        object[name] = value;
      }
    }
  }

  std::mt19937_64 random_;
  unsigned people_ = 1 + below(60);
  std::optional<CrmSink> crm_;
  std::vector<Event> events_;
  std::vector<std::string> progress_;
};

TEST_P(CrmProperty, NoIdAndNoTraceOccursTwiceInARequest) {
  for (unsigned round = 0; round < 30; ++round) {
    const unsigned step = below(3);
    const auto batch = items(step);
    const std::string body = crm_->render(batch).body;
    EXPECT_EQ(crm_->render(batch).body, body);
    std::set<std::string> ids, traces;
    const Json inputs = Json::parse(body)["inputs"];
    EXPECT_LE(inputs.size(), 100U);
    for (const Json& input : inputs) {
      const std::string id = step == 2 ? input.dump() : input["id"].get<std::string>();
      EXPECT_TRUE(ids.insert(id).second) << id;
      if (step == 2) continue;
      EXPECT_TRUE(traces.insert(input["objectWriteTraceId"]).second);
      for (const auto& property : input["properties"]) EXPECT_TRUE(property.is_string());
      EXPECT_TRUE(step != 0 || id == lower(trim(id)));
    }
  }
}

TEST_P(CrmProperty, MergingIsWritingOneAfterTheOtherTheOldestFirst) {
  for (unsigned round = 0; round < 10; ++round) {
    for (const unsigned step : {0U, 1U}) {
      auto batch = items(step);
      std::map<std::string, std::map<std::string, std::string>> merged, in_turn;
      apply(crm_->render(batch).body, merged);
      std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) {
        return a.occurred_at < b.occurred_at;
      });
      for (const Event& event : events_) {
        const std::vector<Item> alone{{event, progress_.front()}};
        apply(crm_->render(alone).body, in_turn);
      }
      EXPECT_FALSE(merged.empty());
      EXPECT_EQ(merged, in_turn);
    }
  }
}

/// An event is accepted or advanced only when a result names its input, and rejected or isolated
/// only when an error does; otherwise it is in doubt.
TEST_P(CrmProperty, EveryEventIsAccountedForWhateverTheReply) {
  constexpr std::array<const char*, 3> kIdProperty{"email", "order_id", ""};
  for (unsigned round = 0; round < 30; ++round) {
    const unsigned step = below(3);
    const auto batch = items(step);
    Json results = Json::array(), errors = Json::array();
    std::set<std::string> taken, refused;  // inputs
    const auto key_of = [&](const Json& input) {
      return step == 2 ? input["to"]["id"].get<std::string>() + "/" +
                             input["from"]["id"].get<std::string>()
                       : input["id"].get<std::string>();
    };
    unsigned record = 100;
    const Json request = Json::parse(crm_->render(batch).body);
    for (const Json& input : request["inputs"]) {
      switch (below(4)) {
        case 0:
          break;
        case 1: {
          Json error{{"category", "VALIDATION_ERROR"}, {"message", "no"}};
          if (step == 2) {
            error["context"] = {{"fromObjectId", {input["from"]["id"]}},
                                {"toObjectId", {input["to"]["id"]}}};
          } else {
            error["context"] = {{"objectWriteTraceId", {input["objectWriteTraceId"]}}};
          }
          errors.push_back(error);
          refused.insert(key_of(input));
          break;
        }
        default:
          results.push_back(step == 2
                                ? input
                                : Json{{"id", std::to_string(++record)},
                                       {"properties", {{kIdProperty.at(step), input["id"]}}}});
          taken.insert(key_of(input));
      }
    }
    std::shuffle(results.begin(), results.end(), random_);
    HttpReply reply;
    reply.transfer = Transfer::complete;
    reply.status = 207;
    reply.content_type = "application/json";
    reply.body = Json{{"status", "COMPLETE"}, {"results", results}, {"errors", errors}}.dump();
    const ReplyJudgement judgement = crm_->judge(reply, batch, WallTime{});
    ASSERT_EQ(judgement.events.size(), batch.size());
    EXPECT_EQ(judgement.next, Next::go_on);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Json alone = Json::parse(crm_->render(std::span(&batch[i], 1)).body)["inputs"][0];
      const Verdict verdict = judgement.events[i].verdict;
      const bool is_taken = verdict == Verdict::accepted || verdict == Verdict::advanced;
      const bool is_refused = verdict == Verdict::rejected || verdict == Verdict::isolate;
      EXPECT_EQ(is_taken, taken.count(key_of(alone)) == 1);
      EXPECT_EQ(is_refused, refused.count(key_of(alone)) == 1);
      EXPECT_TRUE(is_taken || is_refused || verdict == Verdict::in_doubt);
      EXPECT_EQ(verdict == Verdict::advanced, !judgement.events[i].progress.empty());
    }
    // Cut short anywhere, it says nothing.
    reply.body.resize(below(static_cast<unsigned>(reply.body.size())));
    for (const Judgement& each : crm_->judge(reply, batch, WallTime{}).events) {
      EXPECT_EQ(each.verdict, Verdict::in_doubt);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrmProperty, testing::Range(0U, 20U));

}  // namespace
}  // namespace ordertail

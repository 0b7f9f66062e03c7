#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "store/store.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

class At2026 final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return {}; }
  [[nodiscard]] WallTime wall() const override {
    return WallTime(std::chrono::milliseconds(1'795'399'205'000));
  }
};

constexpr std::string_view kJob = R"([account]
shop      = "main"
time_zone = "UTC"
store     = "state/main.db"

[hubspot]
[hubspot.purchase]
sink = "leads"
url  = "http://127.0.0.1:1/?app=leaddirector&FormName=purchase_complete"

[[source]]
files   = ["orders*"]
pattern = "shopify-orders"
)";

std::string status(const std::filesystem::path& job, bool json) {
  Options options;
  options.operands = {job.string()};
  options.json = json;
  testing::internal::CaptureStdout();
  const int code = run_status(options);
  std::string out = testing::internal::GetCapturedStdout();
  EXPECT_EQ(code, 0);
  return out;
}

TEST(StatusTest, TellsWhatWasDecidedAndWhy) {
  const TemporaryDirectory directory;
  const auto job = directory.write("job.toml", kJob);
  {
    const At2026 clock;
    Store store(directory.path() / "state" / "main.db", StoreMode::write, clock);
    store.decide("paypal-activity", "date_order", "dmy", "Date is \"31/12/2025\" in a.csv:17");
  }
  const std::string text = status(job, false);
  EXPECT_EQ(text.substr(text.find('\n') + 1),
            "decided by what the files prove\n"
            "  paypal-activity: date_order is dmy, since 2026-11-23 02:00:05 UTC: Date is "
            "\"31/12/2025\" in a.csv:17\n");
  const auto json = nlohmann::json::parse(status(job, true));
  EXPECT_EQ(json["decisions"].dump(),
            R"([{"at":"2026-11-23 02:00:05 UTC","evidence":"Date is \"31/12/2025\" in a.csv:17",)"
            R"("source":"paypal-activity","value":"dmy","what":"date_order"}])");
}

TEST(StatusTest, ListsWhatWasSentAgainByItself) {
  const TemporaryDirectory directory;
  const auto job = directory.write("job.toml", kJob);
  {
    const At2026 clock;
    Store store(directory.path() / "state" / "main.db", StoreMode::write, clock);
    Event event;
    event.kind = Kind::purchase;
    event.id = content_hash("an event");
    event.origin = {"orders.csv", 2, 0};
    store.begin_slice();
    store.stage(event, R"({"kind":"purchase","order_number":"1001"})");
    store.commit_slice();
    const Intent intent{{store.pending(1).at(0).sequence}, "crm", {}, /*idempotent=*/true};
    for (const Settlement settlement : {Settlement::in_doubt, Settlement::submitted}) {
      Outcome outcome;
      outcome.of = {store.settle_and_begin({}, std::array{intent}, "2026-11-23").at(0),
                    intent.events[0]};
      outcome.settlement = settlement;
      outcome.reason = settlement == Settlement::in_doubt ? "http_503" : "";
      store.settle_and_begin(std::array{outcome}, {}, "2026-11-23");
    }
  }
  const std::string text = status(job, false);
  EXPECT_EQ(text.substr(text.find('\n') + 1),
            "resent: sent again by itself after a doubt; HubSpot takes a repetition as one\n"
            "  orders.csv:2: purchase of order 1001, now submitted\n");
  const auto json = nlohmann::json::parse(status(job, true));
  ASSERT_EQ(json["resent"].size(), 1U);
  EXPECT_EQ(json["resent"][0]["decision"], "by itself");
  EXPECT_EQ(json["resent"][0]["reason"], "http_503");
  EXPECT_EQ(json["resent"][0]["now"], "submitted");
  EXPECT_TRUE(json["resolutions"].empty()) << "nobody decided anything";
}

}  // namespace
}  // namespace ordertail

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace ordertail

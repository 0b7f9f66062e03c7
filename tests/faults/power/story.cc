#include "faults/power/story.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <csignal>
#include <fstream>
#include <sstream>

#include "base/clock.h"
#include "event/event_id.h"
#include "faults/fault_server.h"
#include "store/store.h"
#include "stories/shop.h"

namespace ordertail::faults {
namespace {

namespace fs = std::filesystem;
using stories::JobText;
using stories::Shop;

constexpr const char* kAck = R"({"guid":"3f0c1a52-6f0b-4c57-9a55-0f6d5b7a2c11"})";
constexpr int kFirst = 8, kGrown = 18, kStaged = 26;

/// The environment in which the shop's program is recorded.
std::vector<std::string> recorded(const Shop& shop, const Twist& twist) {
  const fs::path directory = fs::canonical(shop.path("."));
  // A sanitized program wants to be loaded first; the recorder does not mind being second.
  return {
      std::string("LD_PRELOAD=") + ORDERTAIL_POWER_RECORDER,
      "ASAN_OPTIONS=verify_asan_link_order=0",
      "ORDERTAIL_POWER_LOG=" + (directory / "disk.log").string(),
      "ORDERTAIL_POWER_DIRECTORY=" + directory.string(),
      "ORDERTAIL_POWER_SQL=" + twist.sql,
      std::string("ORDERTAIL_POWER_DIRECTORY_SYNC=") + (twist.syncs_directories ? "yes" : "no")};
}

void run(const Shop& shop, const std::string& command, const Twist& twist, int exit_code) {
  const stories::Ended ended = shop.start({command, "job.toml"}, recorded(shop, twist)).wait();
  EXPECT_EQ(ended.exit_code, exit_code) << command << ": " << ended.err;
}

/// Sends two requests at a time to a server that does not answer, and is killed then: it waits, and
/// hence no operation of its is cut in two.
void submit_and_die(const Shop& shop, const Twist& twist) {
  const FaultServer server({silent()});
  shop.write("job.toml", stories::job_text(JobText{server.url(), 2}));
  stories::Program program = shop.start({"submit", "job.toml"}, recorded(shop, twist));
  EXPECT_TRUE(server.wait_for_requests(2));
  program.kill_at_once();
  EXPECT_EQ(program.wait().signal, SIGKILL);
}

std::string content_of(const fs::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

Tree tree_below(const fs::path& directory) {
  Tree tree;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory / "state"))
    tree[entry.path().lexically_relative(directory).string()] = content_of(entry.path());
  tree["state"] = std::nullopt;
  return tree;
}

class Steady final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return {}; }
  [[nodiscard]] WallTime wall() const override { return {}; }
};

void find_ids(const Shop& shop, Story& story) {
  const Steady clock;
  const Store store(shop.path("state/main.db"), StoreMode::observe, clock);
  for (const auto& [file, orders] : story.files) {
    for (const int order : orders) {
      Event event;
      event.kind = Kind::purchase;
      event.shop = "main";
      event.order_number = std::to_string(order);
      story.ids[order] = event_id(store.id_key(), event);
    }
  }
}

}  // namespace

std::vector<int> orders_in(const std::string& request) {
  constexpr std::string_view kField = "order_number=";
  std::vector<int> orders;
  for (std::size_t at = 0; (at = request.find(kField, at)) != std::string::npos;) {
    at += kField.size();
    int order = 0;
    std::from_chars(request.data() + at, request.data() + request.size(), order);
    orders.push_back(order);
  }
  return orders;
}

Twist folding_all_the_time() {
  return {"wal_autocheckpoint = 4096=>wal_autocheckpoint = 20"};
}

Twist weakness(const std::string& name) {
  if (name == "no-directory-sync") return {{}, false};
  return {"synchronous = FULL=>synchronous = " + name};
}

Story record_story(const Twist& twist) {
  Story story;
  const auto write = [&story](const Shop& shop, const std::string& name, int first, int last) {
    story.sources[name] = stories::orders(first, last);
    shop.write(name, story.sources[name]);
    story.files[name].clear();
    for (int order = first; order <= last; ++order) story.files[name].push_back(order);
  };
  const Mode ack = answer(200, kAck);
  const FaultServer calm({ack});
  const Shop shop(JobText{calm.url()});
  write(shop, "orders.csv", 1, kFirst);
  run(shop, "import", twist, 0);

  const FaultServer rough({ack, ack, answer(400, R"({"message":"no"})"), ack, apply_then_close(),
                           ack, answer(503, ""), ack});
  shop.write("job.toml", stories::job_text(JobText{rough.url(), 4}));
  write(shop, "orders.csv", 1, kGrown);
  run(shop, "import", twist, 4);

  shop.write("job.toml", stories::job_text(JobText{calm.url(), 2}));
  write(shop, "orders-more.csv", kGrown + 1, kStaged);
  run(shop, "stage", twist, 4);
  submit_and_die(shop, twist);
  shop.write("job.toml", stories::job_text(JobText{calm.url(), 2}));
  run(shop, "submit", twist, 4);

  story.operations = read_log(shop.path("disk.log"));
  story.left = tree_below(shop.path("."));
  find_ids(shop, story);
  return story;
}

}  // namespace ordertail::faults

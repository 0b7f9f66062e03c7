// What people, visitors and servers write is data: no terminal obeys it, and no line of a log or of
// JSON is forged by it, wherever it stands and whatever prints it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

#include "faults/fault_server.h"
#include "stories/shop.h"

namespace ordertail::stories {
namespace {

using testing::HasSubstr;

/// Clears a screen, sets a title, by C0 and by C1; rings; deletes; turns the reading direction;
/// ends the line and begins another. Latin-1's own C1 is not UTF-8.
const std::array<std::string, 9> kHostile{"\x1B[2J",
                                          "\x1B]0;owned\x07",
                                          "\xC2\x9B"
                                          "2J",
                                          "\x7F\b\b",
                                          "\xE2\x80\xAE"
                                          "drawkcab",
                                          "\xE2\x81\xA6\xD8\x9C",
                                          "\r\nFORGED",
                                          "\xE2\x80\xA8"
                                          "FORGED",
                                          "\x9B"
                                          "2J"};

/// What a terminal obeys in `text`, in hexadecimal; empty when there is nothing.
std::string obeyed(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [&](std::size_t k) -> unsigned {
      return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U;
    };
    const unsigned byte = at(i);
    const unsigned two = byte << 8U | at(i + 1);
    const unsigned three = two << 8U | at(i + 2);
    if ((byte < 0x20 && byte != '\n') || byte == 0x7F) return fmt::format("{:02x}", byte);
    if (byte < 0x80) continue;
    if ((two >= 0xC280 && two <= 0xC29F) || two == 0xD89C) return fmt::format("{:04x}", two);
    if (three == 0xE2808E || three == 0xE2808F || (three >= 0xE280A8 && three <= 0xE280AE) ||
        (three >= 0xE281A6 && three <= 0xE281A9))
      return fmt::format("{:06x}", three);
    const std::size_t more = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC2 ? 1 : 0;
    for (std::size_t k = 1; k <= more; ++k)
      if ((at(i + k) & 0xC0U) != 0x80) return fmt::format("{:02x}", byte);
    if (more == 0) return fmt::format("{:02x}", byte);
    i += more;
  }
  return {};
}

TEST(HostileData, IsNoticedByThisTest) {
  for (const std::string& text : kHostile) {
    EXPECT_TRUE(obeyed("some " + text) != "" || text.find('\n') != text.npos) << text;
  }
  EXPECT_EQ(obeyed("Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x98\x80\n"), "");
}

/// An export with rows that are hostile in one column each, in every way; the row's other cells are
/// fine.
std::string hostile_orders() {
  std::string text = orders_header();
  int number = 1;
  for (std::size_t column = 0; column < 9; ++column) {
    for (const std::string& hostile : kHostile) {
      std::array<std::string, 9> cells{
          fmt::format("#{}", number),
          fmt::format("customer{}@example.com", number),
          "paid",
          "",
          "USD",
          "1.50",
          fmt::format("2025-12-06 10:{:02}:{:02} -0500", number / 60, number % 60),
          "1",
          "KE-1"};
      cells[column] += hostile;
      ++number;
      for (const std::string& cell : cells)
        text += fmt::format("{}\"{}\"", &cell == cells.data() ? "" : ",", cell);
      text += '\n';
    }
  }
  return text;
}

/// A log whose visitors wrote hostile addresses, agents and tokens; a line stays a line.
std::string hostile_log() {
  std::string text;
  for (std::string hostile : kHostile) {
    if (hostile.find('\n') != hostile.npos) continue;
    for (const char* form :
         {"192.0.2.1 - - [05/Dec/2025:09:15:01 -0500] \"GET "
          "/account/created?email=v{}%40example.com "
          "HTTP/1.1\" 200 51 \"-\" \"Mozilla/5.0\" \"-\"\n",
          "192.0.2.1 - - [05/Dec/2025:09:15:01 -0500] \"GET /account/created?email=v%40example.com "
          "HTTP/1.1\" 200 51 \"-\" \"{}\" \"-\"\n",
          "192.0.2.1 - - [05/Dec/2025:09:15:01 -0500] \"GET /account/created?email=v%40example.com "
          "HTTP/1.1\" 200 51 \"-\" \"Mozilla/5.0\" \"{}\"\n",
          "192.0.2.1 - {} [05/Dec/2025:09:15:01 -0500] \"GET /account/created?email=no HTTP/1.1\" "
          "200 51 \"-\" \"Mozilla/5.0\" \"-\"\n"})
      text += fmt::format(fmt::runtime(form), hostile);
  }
  return text;
}

/// A server that refuses the first and fails at the second, in hostile words; then it accepts.
std::vector<faults::Mode> hostile_server() {
  std::string all;
  for (const std::string& hostile : kHostile) all += hostile + " ";
  return {faults::answer(400, all), faults::answer(500, all),
          faults::answer(200, R"({"guid":"3f0c1a52-6f0b-4c57-9a55-0f6d5b7a2c11"})")};
}

class HostileShop : public testing::Test {
 protected:
  HostileShop() {
    shop.write("orders.csv", hostile_orders());
    shop.write("shop.log", hostile_log());
  }
  /// What the command prints.
  std::string says(const std::string& line) {
    const Ended ended = shop.shell("$ordertail " + line);
    EXPECT_EQ(ended.signal, 0) << line;
    EXPECT_NE(ended.exit_code, 1) << line << ended.err;
    const std::string text = ended.out + ended.err;
    EXPECT_EQ(obeyed(text), "") << line << "\n" << text;
    EXPECT_EQ(text.find("\nFORGED"), text.npos) << line << "\n" << text;
    return ended.out;
  }

  const faults::FaultServer server{hostile_server()};
  const Shop shop{JobText{server.url(), 1, 1, "", std::string(kOrders) + std::string(kLog)}};
};

TEST_F(HostileShop, IsShownHarmlessly) {
  for (const char* line :
       {"explain orders.csv shop.log", "explain --show-personal-data orders.csv shop.log",
        "init orders.csv shop.log", "check job.toml", "check --json job.toml",
        "import --dry-run job.toml", "import --dry-run --unmasked --json job.toml",
        "import --rehearse --unmasked job.toml", "extract job.toml"})
    says(line);
  says("import --json --rejects rejects.jsonl job.toml");
  for (const char* line :
       {"status job.toml", "status --unmasked job.toml", "status --json --unmasked job.toml",
        "resolve --list job.toml", "resolve --list --json --unmasked job.toml",
        "retry --all job.toml", "resolve --resend --all --json --unmasked job.toml",
        "status --unmasked job.toml"})
    says(line);
  std::ifstream file(shop.path("rejects.jsonl"), std::ios::binary);
  const std::string rejects{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(obeyed(rejects), "");
  EXPECT_THAT(rejects, HasSubstr("\\\\x1b[2J")) << "nothing hostile was rejected";
}

// Control characters of ASCII are in no text of people's and are left out; of all others only how
// they are written changes: programs get what the files say.
TEST_F(HostileShop, IsWholeInJson) {
  const std::string out = says("extract job.toml");
  for (const char* escape : {"\\u009b", "\\u202e", "\\u2066", "\\u061c", "\\u2028"})
    EXPECT_THAT(out, HasSubstr(escape));
  for (const char* escape : {"\\u001b", "\\u007f"})
    EXPECT_THAT(out, testing::Not(HasSubstr(escape)));
  std::vector<std::string> skus;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    const Json event = Json::parse(line);
    if (event.contains("skus")) skus.push_back(event["skus"][0]);
  }
  EXPECT_THAT(skus, testing::Contains("KE-1\xE2\x80\xAE"
                                      "drawkcab"));
  EXPECT_THAT(skus, testing::Contains("KE-1\xC2\x9B"
                                      "2J"));
}

}  // namespace
}  // namespace ordertail::stories

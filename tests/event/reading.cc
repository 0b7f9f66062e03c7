#include "event/reading.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "base/text.h"
#include "event/catalogue.h"
#include "event/event_json.h"

namespace ordertail {

void Reading::add(const Findings& findings) {
  for (const Event& event : findings.events()) {
    std::string& json = events.emplace_back(fmt::format("{} rows ", event.rows));
    append_json(event, json);
    ids.push_back(to_hex(event.id.view()));
    found += event.rows;
  }
  for (const Reject& reject : findings.rejects) {
    rejects.push_back(fmt::format("{} {} @{}:{} {} {}", reject.reason, reject.field, reject.at.line,
                                  reject.at.byte, reject.rows, reject.message));
    found += reject.rows;
  }
  for (const Remark& remark : findings.remarks) {
    remarks.push_back(fmt::format("{} @{}:{}", remark.reason, remark.at.line, remark.at.byte));
  }
  for (const Withdrawal& order : findings.withdrawn) {
    withdrawn.push_back(fmt::format("{} @{}:{} {} {}", order.reason, order.at.line, order.at.byte,
                                    order.rows, to_hex(order.id.view())));
    found += order.rows;
  }
  for (const Stray& stray : findings.strays) {
    strays.push_back(fmt::format("{} {} @{}:{} {} {}", stray.order_number, stray.reason,
                                 stray.at.line, stray.at.byte, stray.rows,
                                 to_hex(stray.id.view())));
    found += stray.rows;
  }
  for (const auto& [reason, count] : findings.skipped) {
    skipped[reason] += count;
    found += count;
  }
}

std::vector<std::string> Reading::lines() const {
  std::vector<std::string> all = events;
  all.insert(all.end(), rejects.begin(), rejects.end());
  all.insert(all.end(), remarks.begin(), remarks.end());
  all.insert(all.end(), withdrawn.begin(), withdrawn.end());
  all.insert(all.end(), strays.begin(), strays.end());
  for (const auto& [reason, count] : skipped) all.push_back(fmt::format("{} {}", reason, count));
  return all;
}

Reader::Reader(Pattern pattern, std::string account_zone, LastLine last_line)
    : pattern_(std::move(pattern)),
      context_{"main", TimeZone::find(account_zone), HashKey{}},
      last_line_(last_line) {}

Reading Reader::read(const std::filesystem::path& path, const std::vector<Checkpoint>& known,
                     std::uint64_t most) const {
  Reading reading;
  Extraction extraction(pattern_, context_, {path, path.filename().string()}, known, nullptr,
                        Resumption::possible, last_line_);
  Findings findings;
  while (extraction.next(findings, most)) {
    EXPECT_LE(findings.events().size(), most);
    reading.add(findings);
    ++reading.calls;
    EXPECT_EQ(extraction.rows(), reading.found);
  }
  EXPECT_FALSE(extraction.next(findings, most));
  reading.rows = extraction.rows();
  reading.bytes = extraction.bytes();
  reading.resumed = extraction.resumed().has_value();
  reading.checkpoint = extraction.checkpoint();
  return reading;
}

Reading Reader::read_in_runs(const std::filesystem::path& path, std::uint64_t most) const {
  Reading reading;
  std::vector<Checkpoint> known;
  Findings findings;
  while (true) {
    Extraction extraction(pattern_, context_, {path, path.filename().string()}, known, nullptr,
                          Resumption::possible, last_line_);
    EXPECT_EQ(extraction.resumed().has_value(), !known.empty());
    const std::uint64_t before = reading.found;
    // What is longer than a window takes several calls.
    bool more = extraction.next(findings, most);
    while (more) {
      reading.add(findings);
      if (known.empty() || extraction.checkpoint().seen > known[0].seen) break;
      more = extraction.next(findings, most);
    }
    if (!more) break;
    EXPECT_EQ(extraction.rows(), reading.found - before);
    reading.rows += extraction.rows();
    reading.bytes += extraction.bytes();
    ++reading.calls;
    known = {extraction.checkpoint()};
  }
  return reading;
}

Pattern builtin(std::string_view name, const std::string& settings) {
  const PatternFile file = find_pattern(std::string(name), "");
  Pattern pattern = parse_pattern(file.text, file.file);
  TomlTable table = TomlTable::parse(settings, "job.toml");
  apply_source_settings(table, pattern);
  table.finish();
  return pattern;
}

Pattern log_pattern() {
  return builtin("nginx-combined-utk", R"(
[registration]
path  = "/account/created"
email = "query:email"
[purchase]
path          = "/checkout/success"
order_number  = "query:order"
email         = "query:email"
total_revenue = "query:total"
)");
}

}  // namespace ordertail

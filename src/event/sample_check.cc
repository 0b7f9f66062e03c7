#include "event/sample_check.h"

#include <fmt/format.h>

#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "event/event_json.h"
#include "event/extraction.h"
#include "event/sample_file.h"

namespace ordertail {
namespace {

using Json = nlohmann::json;

/// What extraction makes of a sample.
struct Result {
  std::vector<Json> events;
  std::vector<std::string> rejects;
  std::map<std::string, std::uint64_t> skipped;
  std::uint64_t withdrawn = 0;
};

/// The sample's companion inputs as files, by companion; `inputs` holds them.
std::vector<std::vector<SourceFile>> companion_files(const PatternSample& sample,
                                                     std::deque<SampleFile>& inputs) {
  std::vector<std::vector<SourceFile>> files;
  for (const CompanionSpec& spec : sample.pattern.companions) {
    auto& of_companion = files.emplace_back();
    for (const auto& [name, input] : sample.companions) {
      if (name != spec.name) continue;
      inputs.emplace_back(input, spec.form.charset);
      of_companion.push_back({inputs.back().path(), fmt::format("sample's {}", name)});
    }
  }
  return files;
}

Result read(const PatternSample& sample) {
  const SampleFile file(sample.input, sample.pattern.csv ? sample.pattern.csv->charset : "");
  const EventContext context{"sample", TimeZone::find(sample.account_zone), {}};
  if (!context.account_zone) {
    throw Error(ExitCode::usage, fmt::format("there is no time zone \"{}\"", sample.account_zone));
  }
  Result result;
  if (!sample.pattern.unusable.empty()) return result;
  std::deque<SampleFile> inputs;
  Companions companions(sample.pattern, companion_files(sample, inputs),
                        [&](const Reject& reject) { result.rejects.push_back(reject.reason); });
  Extraction extraction(sample.pattern, context, {file.path(), "sample"}, {}, &companions);
  Findings findings;
  while (extraction.next(findings, ~std::uint64_t{0})) {
    for (const Event& event : findings.events()) {
      std::string json;
      append_json(event, json);
      result.events.push_back(Json::parse(json));
    }
    for (const Reject& reject : findings.rejects) result.rejects.push_back(reject.reason);
    for (const auto& [reason, rows] : findings.skipped) result.skipped[reason] += rows;
    for (const Stray& stray : findings.strays) result.skipped[stray.reason] += stray.rows;
    result.withdrawn += findings.withdrawn.size();
  }
  return result;
}

/// A field as samples write it: text; a list joined by commas; nothing for an absent one.
std::string text_of(const Json& event, const std::string& key) {
  const Json& holder = event.contains(key) || !event.contains("extra") ? event : event["extra"];
  if (!holder.contains(key)) return {};
  const Json& value = holder[key];
  if (!value.is_array()) return value.is_string() ? value.get<std::string>() : value.dump();
  std::string joined;
  for (const Json& item : value) joined += (joined.empty() ? "" : ",") + item.get<std::string>();
  return joined;
}

void compare(const PatternSample& sample, const Result& result, const std::string& where,
             std::vector<std::string>& complaints) {
  if (result.events.size() != sample.events.size()) {
    complaints.push_back(fmt::format("{}: {} events were expected, {} came out", where,
                                     sample.events.size(), result.events.size()));
  }
  for (std::size_t i = 0; i < std::min(result.events.size(), sample.events.size()); ++i) {
    for (const auto& [key, expected] : sample.events[i]) {
      const std::string found = text_of(result.events[i], key);
      if (found == expected) continue;
      complaints.push_back(fmt::format("{}, event {}: {} is \"{}\", expected \"{}\"", where, i + 1,
                                       key, printable(found), printable(expected)));
    }
  }
  if (result.rejects != sample.rejects) {
    complaints.push_back(fmt::format("{}: the rejects are [{}], expected [{}]", where,
                                     fmt::join(result.rejects, ", "),
                                     fmt::join(sample.rejects, ", ")));
  }
}

/// "blank_row 1, unpaid 2"
std::string text_of(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [reason, rows] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", reason, rows);
  }
  return text;
}

void compare_counts(const PatternSample& sample, const Result& result, const std::string& where,
                    std::vector<std::string>& complaints) {
  if (result.withdrawn != sample.withdrawn) {
    complaints.push_back(fmt::format("{}: {} orders are withdrawn, expected {}", where,
                                     result.withdrawn, sample.withdrawn));
  }
  if (sample.skipped && result.skipped != *sample.skipped) {
    complaints.push_back(fmt::format("{}: skipped are [{}], expected [{}]", where,
                                     text_of(result.skipped), text_of(*sample.skipped)));
  }
}

}  // namespace

SampleCheck check_samples(const PatternFile& pattern) {
  SampleCheck check;
  static_cast<void>(parse_pattern(pattern.text, pattern.file));
  for (const PatternSample& sample : parse_samples(pattern.text, pattern.file)) {
    ++check.samples;
    const Result result = read(sample);
    const std::string where = fmt::format("{}: sample {}", pattern.file, check.samples);
    compare(sample, result, where, check.complaints);
    compare_counts(sample, result, where, check.complaints);
  }
  return check;
}

}  // namespace ordertail

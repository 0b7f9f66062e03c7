#include "report/json.h"

#include <nlohmann/json.hpp>

#include "base/controls.h"
#include "base/text.h"
#include "report/words.h"

namespace ordertail {
namespace {

using Json = nlohmann::ordered_json;

Json reasons(const Reasons& reasons) {
  Json json = Json::object();
  for (const auto& [reason, count] : reasons) json[reason] = count;
  return json;
}

Json resent_json(const RunReport& report) {
  Json json = Json::array();
  for (const auto* resent : {&report.resent, &report.repeated}) {
    for (const Resolution& event : *resent) {
      json.push_back({{"id", to_hex(event.id.view())},
                      {"kind", name_of(event.kind)},
                      {"order_number", event.order_number},
                      {"by", event.ruling == Ruling::by_itself ? "itself" : "decision"},
                      {"now", words_for(event.now)},
                      {"source", {{"file", event.file}, {"line", event.line}}}});
    }
  }
  return json;
}

Json verified_json(const RunReport& report) {
  Json json = Json::array();
  for (const Resolution& event : report.verified) {
    json.push_back({{"id", to_hex(event.id.view())},
                    {"kind", name_of(event.kind)},
                    {"order_number", event.order_number},
                    {"reason", event.reason},
                    {"source", {{"file", event.file}, {"line", event.line}}}});
  }
  return json;
}

Json staged_json(const StageCounts& staged) {
  Json faults = Json::array();
  for (const FileFault& fault : staged.faults) faults.push_back(fault.message);
  Json changed = Json::array();
  for (const ChangedOrder& order : staged.changed_examples) {
    changed.push_back({{"order_number", discreet(order.order_number)},
                       {"reason", order.reason},
                       {"source", {{"file", order.file}, {"line", order.line}}}});
  }
  return {{"files", staged.files},
          {"unchanged", staged.unchanged},
          {"bytes", staged.bytes},
          {"rows", staged.rows},
          {"events", staged.events},
          {"event_rows", staged.event_rows},
          {"purchases", staged.purchases},
          {"with_token", staged.with_token},
          {"with_ip", staged.with_ip},
          {"skipped", reasons(staged.skipped)},
          {"rejected", reasons(staged.rejected)},
          {"rejects", staged.rejects},
          {"remarks", reasons(staged.remarks)},
          {"faults", faults},
          {"unfinished", staged.unfinished},
          {"withdrawn", staged.withdrawn},
          {"corrected", staged.corrected},
          {"changed", {{"orders", staged.changed}, {"examples", changed}}}};
}

Json attributed_json(const std::vector<AttributedEvent>& events) {
  Json json = Json::array();
  for (const AttributedEvent& event : events) {
    Json entry{{"by", event.own ? "its own token" : name_of(event.tier)},
               {"order_number", discreet(event.order_number)},
               {"source", {{"file", event.file}, {"line", event.line}}}};
    if (!event.evidence_file.empty()) {
      entry["evidence"] = {{"file", event.evidence_file}, {"line", event.evidence_line}};
    }
    json.push_back(std::move(entry));
  }
  return json;
}

Json attribution_json(const AttributionCounts& counts) {
  Json by = Json::object();
  for (const Tier tier : kTiers) by[name_of(tier)] = counts.by_tier[static_cast<std::size_t>(tier)];
  return {{"events", counts.events},
          {"with_token_before", counts.before},
          {"with_token_after", counts.after()},
          {"by", by},
          {"conflicts", counts.conflicts},
          {"dropped", counts.dropped},
          {"waiting", counts.waiting},
          {"forgotten", counts.forgotten},
          {"matches", attributed_json(counts.matches)},
          {"contradictions", attributed_json(counts.contradictions)}};
}

}  // namespace

std::string on_one_line(const Json& json) {
  const std::string dumped = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string line;
  for (std::string_view rest = dumped; !rest.empty();) {
    const std::string_view sequence = rest.substr(0, utf8_length(rest));
    if (is_control(sequence)) {
      append_json_escape(sequence, line);
    } else {
      line += sequence;
    }
    rest.remove_prefix(sequence.size());
  }
  return line;
}

std::string to_json(const RunReport& report) {
  Json json{{"command", report.command},
            {"job", report.job},
            {"mode", report.mode},
            {"exit", report.exit_code()},
            {"balanced", report.closes()}};
  if (report.staged) json["staged"] = staged_json(*report.staged);
  if (report.attributed) json["attribution"] = attribution_json(*report.attributed);
  if (report.delivered) {
    const DeliveryCounts& sent = *report.delivered;
    json["delivered"] = {{"requests", sent.requests},         {"submitted", sent.submitted},
                         {"rejected", sent.rejected},         {"in_doubt", sent.in_doubt},
                         {"message", sent.message},           {"resent", resent_json(report)},
                         {"verified", verified_json(report)}, {"files", report.files}};
  }
  if (report.mode != "dry run") {
    json["store"] = {{"submitted", report.after.submitted},
                     {"rejected", report.after.rejected},
                     {"pending", report.after.pending},
                     {"waiting", report.after.waiting},
                     {"in_doubt", report.after.in_doubt}};
  }
  return on_one_line(json);
}

}  // namespace ordertail

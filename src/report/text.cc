#include "report/text.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "report/words.h"

namespace ordertail {
namespace {

void add_line(std::string& out, std::string_view label, std::string_view text) {
  fmt::format_to(std::back_inserter(out), "{:<10}{}\n", label, text);
}

/// "5 rows: 3 bad date, 2 bad e-mail"
std::string by_reason(const Reasons& reasons) {
  std::string text = count_of(sum(reasons), "row");
  const char* separator = ": ";
  for (const auto& [reason, count] : reasons) {
    fmt::format_to(std::back_inserter(text), "{}{} {}", std::exchange(separator, ", "),
                   grouped(count), words_for(reason));
  }
  return text;
}

void add_changed(std::string& out, const StageCounts& staged) {
  if (staged.withdrawn > 0) {
    add_line(out, "withdrawn",
             fmt::format("{}: no sales any more, and not sent yet",
                         count_of(staged.withdrawn, "pending event")));
  }
  if (staged.changed == 0) return;
  add_line(out, "changed",
           fmt::format("{} after being sent; HubSpot keeps what was sent:",
                       count_of(staged.changed, "order")));
  for (const ChangedOrder& order : staged.changed_examples) add_line(out, "", to_sentence(order));
  const std::uint64_t more = staged.changed - staged.changed_examples.size();
  if (more > 0) add_line(out, "", fmt::format("... and {} more", grouped(more)));
}

void add_faults(std::string& out, const std::vector<FileFault>& faults) {
  if (faults.empty()) return;
  add_line(out, "sources", count_of(faults.size(), "fault") + ":");
  const std::size_t shown = std::min(faults.size(), StageCounts::kMostExamples);
  for (std::size_t i = 0; i < shown; ++i) add_line(out, "", printable_name(faults[i].message));
  if (faults.size() > shown) {
    add_line(out, "",
             fmt::format("... and {} more; --json lists them", grouped(faults.size() - shown)));
  }
}

void add_staged(std::string& out, const StageCounts& staged) {
  std::string files = count_of(staged.files, "file");
  if (staged.unchanged > 0) files += fmt::format(" ({} unchanged)", staged.unchanged);
  add_line(out, "read",
           fmt::format("{}, {}, {}", files, count_of(staged.bytes, "byte"),
                       count_of(staged.rows, "row")));
  add_line(out, "became",
           fmt::format("{} ({}, {}) of {}", count_of(staged.events, "new event"),
                       count_of(staged.events - staged.purchases, "registration"),
                       count_of(staged.purchases, "purchase"), count_of(staged.event_rows, "row")));
  if (!staged.skipped.empty()) add_line(out, "skipped", by_reason(staged.skipped));
  add_changed(out, staged);
  if (!staged.rejected.empty()) add_line(out, "rejected", by_reason(staged.rejected));
  if (!staged.remarks.empty()) {
    for (const auto& [reason, count] : staged.remarks) {
      add_line(out, "dropped",
               fmt::format("{} {} (their events go without)", grouped(count), words_for(reason)));
    }
  }
  if (staged.events > 0) {
    add_line(
        out, "known of",
        fmt::format("{} of {} carry a visitor token, {} an IP address", grouped(staged.with_token),
                    count_of(staged.events, "event"), grouped(staged.with_ip)));
  }
  if (staged.unfinished > 0) {
    add_line(
        out, "note",
        fmt::format("{} still being written; run the command again to read on",
                    staged.unfinished == 1 ? "1 compressed log is"
                                           : grouped(staged.unfinished) + " compressed logs are"));
  }
  if (staged.stopped_at_limit) {
    add_line(out, "note", "stopped at --limit with more to read; run the command again to go on");
  }
  if (staged.ids_forgotten) {
    add_line(out, "note", "a dry run tells 2,500,000 events apart; later repeats count as new");
  }
  add_faults(out, staged.faults);
}

std::string to_sentence(const AttributedEvent& event) {
  const std::string who = event.order_number.empty()
                              ? std::string("an event")
                              : "order " + printable(discreet(event.order_number));
  const std::string how =
      event.own ? std::string("its own token")
                : fmt::format("by {}, {}:{}", name_of(event.tier),
                              printable(event.evidence_file, 200), event.evidence_line);
  return fmt::format("{}:{}: {}, {}", printable(event.file, 200), event.line, who, how);
}

void add_some(std::string& out, const std::vector<AttributedEvent>& events, std::uint64_t all) {
  const std::size_t shown = std::min(events.size(), StageCounts::kMostExamples);
  for (std::size_t i = 0; i < shown; ++i) add_line(out, "", to_sentence(events[i]));
  if (all > shown) {
    add_line(out, "", fmt::format("... and {} more; --json lists them", grouped(all - shown)));
  }
}

void add_attributed(std::string& out, const AttributionCounts& counts) {
  const std::uint64_t against = counts.conflicts + counts.dropped;
  if (counts.matched() > 0) {
    std::string how;
    for (const Tier tier : kTiers) {
      const std::uint64_t count = counts.by_tier[static_cast<std::size_t>(tier)];
      if (count == 0) continue;
      how += fmt::format("{}{} by {}", how.empty() ? "" : ", ", grouped(count), name_of(tier));
    }
    add_line(out, "visitors",
             fmt::format("{} of {} came with a token, {} have one now: {}", grouped(counts.before),
                         count_of(counts.events, "event"), grouped(counts.after()), how));
    add_some(out, counts.matches, counts.matched());
  }
  if (against > 0) {
    add_line(out, "conflict",
             fmt::format("{} without a token, since two people, or two visitors, would share it:",
                         count_of(against, "event")));
    add_some(out, counts.contradictions, against);
  }
  if (counts.waiting > 0) {
    const std::string until =
        counts.waiting_until
            ? date::format(", until %F %R UTC at most",
                           std::chrono::ceil<std::chrono::minutes>(*counts.waiting_until))
            : std::string();
    add_line(out, "waiting",
             fmt::format("{} for a visitor{}", count_of(counts.waiting, "event"), until));
  }
  if (counts.bounded) {
    add_line(out, "note", "a dry run looks for the visitors of 2,500,000 events only");
  }
}

void add_delivered(std::string& out, const DeliveryCounts& sent) {
  add_line(
      out, "sent",
      fmt::format("{}: {} submitted, {} rejected, {} in doubt", count_of(sent.requests, "request"),
                  grouped(sent.submitted), grouped(sent.rejected), grouped(sent.in_doubt)));
}

void add_resolved(std::string& out, std::string_view what, std::string_view how,
                  const std::vector<Resolution>& events) {
  if (events.empty()) return;
  add_line(out, what, fmt::format("{} {}:", count_of(events.size(), "event"), how));
  std::size_t shown = 0;
  for (const Resolution& event : events) {
    if (shown++ == StageCounts::kMostExamples) break;
    add_line(out, "", to_sentence(event));
  }
  if (events.size() > StageCounts::kMostExamples) {
    add_line(out, "",
             fmt::format("... and {} more; status lists them",
                         grouped(events.size() - StageCounts::kMostExamples)));
  }
}

void add_files(std::string& out, const std::vector<std::string>& files) {
  if (files.empty()) return;
  add_line(out, "files",
           fmt::format("{} for HubSpot's importer; import {} as contacts{}:",
                       count_of(files.size(), "file"), files.size() == 1 ? "it" : "them",
                       files.size() == 1 ? "" : ", in this order"));
  for (const std::string& file : files) add_line(out, "", printable_name(file));
}

void add_balance(std::string& out, const RunReport& report) {
  if (report.mode == "dry run") {
    const StageCounts& staged = *report.staged;
    add_line(out, "would",
             fmt::format("submit {}; nothing was stored or sent",
                         count_of(report.before.pending + staged.added(), "event")));
  } else {
    const Totals& now = report.after;
    add_line(
        out, "now",
        fmt::format("{} submitted, {} rejected, {} pending, {} in doubt", grouped(now.submitted),
                    grouped(now.rejected), grouped(now.pending), grouped(now.in_doubt)));
  }
  add_line(out, "balance",
           report.closes() ? "closes: every row and every event is accounted for"
                           : "DOES NOT CLOSE: this is a defect of ordertail; please report it");
}

}  // namespace

std::string to_sentence(const Resolution& resent) {
  const std::string order =
      resent.order_number.empty() ? std::string() : " of order " + printable(resent.order_number);
  return fmt::format("{}:{}: {}{}, now {}", printable(resent.file, 200), resent.line,
                     name_of(resent.kind), order, words_for(resent.now));
}

std::string to_sentence(const ChangedOrder& order) {
  const std::string who = order.order_number.empty()
                              ? std::string("an order")
                              : "order " + printable(discreet(order.order_number));
  const std::string what =
      order.reason.empty() ? "with other content" : "and is now " + words_for(order.reason);
  return fmt::format("{}:{}: {} was sent {}", printable(order.file, 200), order.line, who, what);
}

std::string to_text(const RunReport& report) {
  std::string out = fmt::format("ordertail {} {}{}\n", report.command, printable(report.job, 200),
                                report.mode == "real" ? "" : fmt::format(" ({})", report.mode));
  if (report.staged) add_staged(out, *report.staged);
  if (report.attributed) add_attributed(out, *report.attributed);
  if (report.delivered) add_delivered(out, *report.delivered);
  add_files(out, report.files);
  add_resolved(out, "resent",
               fmt::format("after a doubt, as was decided; HubSpot may have {} twice",
                           report.resent.size() == 1 ? "it" : "them"),
               report.resent);
  add_resolved(out, "resent",
               "after a doubt, sent again by itself; HubSpot takes a repetition as one",
               report.repeated);
  add_resolved(out, "verified", "in doubt before, and found where HubSpot lists what it took",
               report.verified);
  add_balance(out, report);
  return out;
}

}  // namespace ordertail

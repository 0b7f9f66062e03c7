#include "app/record_fates.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "report/words.h"

namespace ordertail {

RecordFates::RecordFates(const Pattern& pattern, Selection& selection, const std::string& file,
                         bool is_masked, CompanionLookup lookup)
    : masked_(is_masked), context_{"", TimeZone::find("UTC"), {}} {
  try {
    assembly_.emplace(pattern, context_, selection, file, std::move(lookup));
  } catch (const Error& error) {
    refusal_ = error.what();
  }
}

void RecordFates::add(const Record& record, std::span<const std::string_view> cells) {
  if (!assembly_) return;
  const auto before = assembly_->open();
  assembly_->add(record, cells, findings_);
  note(before ? before->line : record.begin.line, before.has_value());
  const auto now = assembly_->open();
  if (before && now == before) {
    fates_[record.begin.line] = fmt::format("goes with the order of line {}", before->line);
  }
}

void RecordFates::add(const BadRecord& bad, std::size_t columns) {
  if (!assembly_) return;
  const auto before = assembly_->open();
  if (before) {
    assembly_->finish(findings_);
    note(before->line, true);
  }
  assembly_->add(bad, columns, findings_);
  note(bad.begin.line, false);
}

void RecordFates::finish() {
  if (!is_open()) return;
  const std::uint64_t line = assembly_->open()->line;
  assembly_->finish(findings_);
  note(line, true);
}

/// Takes what was found of the record, or order, that begins at this line.
void RecordFates::note(std::uint64_t line, bool of_order) {
  for (const auto& [reason, rows] : findings_.skipped) {
    if (of_order && reason == "blank_row") continue;
    fates_[line] = "skipped: " + words_for(reason);
  }
  for (const Stray& stray : findings_.strays) fates_[line] = "skipped: " + words_for(stray.reason);
  for (const Withdrawal& withdrawal : findings_.withdrawn) {
    fates_[line] = fmt::format("withdraws its order: {}", words_for(withdrawal.reason));
  }
  for (const Reject& reject : findings_.rejects) fates_[line] = "rejected: " + reject.message;
  for (const Event& event : findings_.events()) fates_[line] = in_words(event);
  findings_.clear();
}

std::string RecordFates::in_words(const Event& event) const {
  std::string text(name_of(event.kind));
  const auto shown = [&](const std::string& value) {
    return printable(masked_ ? discreet(value) : value);
  };
  if (!event.order_number.empty()) text += " of order " + shown(event.order_number);
  if (!event.email.empty())
    text += " by " + (masked_ ? masked(event.email) : printable(event.email));
  if (event.total_revenue) text += ", " + to_string(*event.total_revenue);
  if (event.total_revenue && !event.currency.empty()) text += " " + shown(event.currency);
  text += event.utk.empty() ? ", without a visitor token" : ", with a visitor token";
  if (event.rows > 1) text += ", of " + count_of(event.rows, "row");
  return text;
}

std::string RecordFates::of(std::uint64_t line) const {
  const auto found = fates_.find(line);
  return found == fates_.end() ? std::string() : found->second;
}

}  // namespace ordertail

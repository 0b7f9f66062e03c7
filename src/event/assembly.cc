#include "event/assembly.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "event/event_digest.h"

namespace ordertail {
namespace {

constexpr std::string_view kVisitor = "visitor";

bool is_blank(std::span<const std::string_view> cells) {
  return !cells.empty() && std::all_of(cells.begin(), cells.end(),
                                       [](std::string_view cell) { return trim(cell).empty(); });
}

/// The first cell of a record that is no whole one.
std::string_view first_cell(std::string_view record, char delimiter) {
  if (record.starts_with('"')) return record.substr(1, record.find('"', 1) - 1);
  return record.substr(0, record.find(delimiter));
}

Reject orphan(const std::string& order_key, const std::string& file, const Record& row) {
  return {"orphan_row",
          order_key,
          fmt::format("{} is empty, so this row belongs to the order above it, and there is none "
                      "that could be read",
                      order_key),
          file,
          row.begin,
          1,
          {},
          row.begin.byte,
          row.end};
}

Reject beside(const BadRecord& bad, const std::string& order_key) {
  return {"beside_bad_row",
          order_key,
          fmt::format("line {}, behind this order, cannot be read and may be a row of it: correct "
                      "that line and run again",
                      bad.at.line),
          {},
          {}};
}

/// `use` is what the file cannot do without it for.
BoundColumn need(const std::string& name, const std::string& use, Selection& selection,
                 const std::string& file) {
  BoundColumns bound = selection.bind(name);
  if (!bound.empty()) return std::move(bound.front());
  throw Error(ExitCode::source, fmt::format("{}:1: there is no column \"{}\", which {}",
                                            printable_name(file), name, use));
}

}  // namespace

Assembly::Assembly(const Pattern& pattern, const EventContext& context, Selection& selection,
                   std::string file, CompanionLookup lookup)
    : pattern_(pattern),
      file_(std::move(file)),
      lookup_(std::move(lookup)),
      request_(pattern.line, selection),
      row_(pattern),
      meaning_(Made{}) {
  mappings_.reserve(pattern.mappings.size());
  for (const Kind kind : {Kind::registration, Kind::purchase}) {
    if (!pattern.mapping(kind).wanted) continue;
    mappings_.emplace_back(kind, pattern, context, selection, file_);
  }
  if (pattern.visitor.wanted) visitor_.emplace(pattern, selection, file_);
  if (pattern.csv && !pattern.csv->order_key.empty()) {
    order_key_ =
        need(pattern.csv->order_key, "tells the rows of one order from the next", selection, file_);
  }
  for (const CompanionSpec& companion : pattern.companions) {
    companion_keys_.push_back(
        need(companion.match, "tells the rows of " + companion.name, selection, file_));
  }
  if (pattern.csv && !pattern.csv->footer.empty()) {
    footer_.emplace(pattern.csv->footer);
    first_column_ = selection.first_column();
  }
}

/// Finds what the companions say of the order that begins with this row.
void Assembly::join() {
  if (!lookup_) return;
  for (std::size_t i = 0; i < companion_keys_.size(); ++i) {
    const std::string_view key = row_.text(companion_keys_[i]);
    if (!key.empty()) row_.join(i, lookup_(i, key));
  }
}

Meaning Assembly::interpret() {
  // Of two kinds of event that it is not, the one that it is nearer to says why.
  Skip skip{kNotAConversion};
  for (mapping_ = 0; mapping_ < mappings_.size(); ++mapping_) {
    Meaning meaning = mappings_[mapping_].apply(row_, *event_, remarks_);
    const auto* skipped = std::get_if<Skip>(&meaning);
    if (skipped == nullptr) return meaning;
    if (skipped->reason != kNotAConversion) skip = *skipped;
  }
  return visitor_ ? look_for_visitor(skip) : skip;
}

/// What is no event, for the reason that `skip` has, may still show a visitor.
Meaning Assembly::look_for_visitor(Skip skip) {
  std::optional<Reject> reject;
  const auto reason = visitor_->apply(row_, sighting_, reject);
  if (reject) return *std::move(reject);
  if (!reason) return Skip{kVisitor};
  return skip.reason == kNotAConversion ? Skip{*reason} : skip;
}

void Assembly::begin_order(const Record& record) {
  begin_ = last_order_ = fault_ = record.begin;
  end_ = record.end;
  rows_ = 1;
  remarks_.clear();
  join();
  meaning_ = interpret();
  event_->origin.line = record.begin.line;
  event_->origin.byte = record.begin.byte;
  event_->origin.file = file_;
}

bool Assembly::continues_order(std::string_view key) const {
  if (rows_ == 0) return false;
  if (pattern_.csv->layout == Layout::blank_key) return key.empty();
  return !key.empty() && (!key_ || key == *key_);
}

void Assembly::continue_order(const Record& record, std::string_view key) {
  ++rows_;
  end_ = record.end;
  if (!key_ && rows_ == 2) {
    std::get<Reject>(meaning_).message +=
        key.empty() ? "; the rows behind it that name no order are rejected with it"
                    : fmt::format("; it may have been a row of order {}, which is rejected with it",
                                  printable(discreet(key), 40));
  }
  if (!key_ && !key.empty()) key_ = key;
  if (!std::holds_alternative<Made>(meaning_)) return;
  if (auto reject = mappings_[mapping_].add_row(row_, *event_, remarks_)) {
    meaning_ = *std::move(reject);
    fault_ = record.begin;
  }
}

bool Assembly::is_footer(std::string_view cell) const {
  return footer_ && footer_->matches_whole(trim(cell));
}

bool Assembly::parts(std::span<const std::string_view> before,
                     std::span<const std::string_view> cells) {
  if (is_blank(cells) || (footer_ && is_footer(cells[first_column_]))) return false;
  if (!order_key_) return true;
  row_.begin(cells);
  const std::string key(row_.text(*order_key_));
  if (key.empty() || pattern_.csv->layout == Layout::blank_key) return !key.empty();
  row_.begin(before);
  const std::string_view key_before = row_.text(*order_key_);
  return !key_before.empty() && key_before != key;
}

void Assembly::add(const Record& record, std::span<const std::string_view> cells,
                   Findings& findings) {
  if (pattern_.csv && is_blank(cells)) {
    ++blank_rows_;
    if (rows_ == 0) finish(findings);
    return;
  }
  if (footer_ && is_footer(cells[first_column_])) {
    finish(findings);
    findings.skip("footer", 1);
    return;
  }
  request_.begin(cells, row_);

  const std::string_view key = order_key_ ? row_.text(*order_key_) : std::string_view();
  if (order_key_ && continues_order(key)) {
    continue_order(record, key);
    return;
  }
  finish(findings);
  key_ = key;
  if (key.empty() && pattern_.csv && pattern_.csv->layout == Layout::blank_key) {
    findings.rejects.push_back(orphan(order_key_->name, file_, record));
    return;
  }
  begin_order(record);
  if (!order_key_) finish(findings);
}

void Assembly::add(const BadRecord& bad, std::size_t columns, Findings& findings) {
  if (bad.fault == BadRecord::Fault::ragged && footer_ &&
      is_footer(first_cell(bad.excerpt, pattern_.csv->frame.dialect.delimiter))) {
    finish(findings);
    findings.skip("footer", 1);
    return;
  }
  if (order_key_ && rows_ > 0 && key_ && std::holds_alternative<Made>(meaning_)) {
    Reject reject = beside(bad, order_key_->name);
    if (event_->kind == Kind::purchase) reject.order = event_->id;
    meaning_ = std::move(reject);
    fault_ = *begin_;
  }
  finish(findings);
  meaning_ = reject_of(bad, columns, file_);
  rows_ = 1;
  begin_ = bad.begin;
  end_ = bad.end;
  fault_ = bad.at;
  key_.reset();
  if (!order_key_) finish(findings);
}

void Assembly::add_next(const RecordBatch& batch, BatchCursor& next, std::size_t columns,
                        Findings& findings) {
  if (next.at_bad()) return add(next.take_bad(), columns, findings);
  const Record& record = next.take_record();
  add(record, batch.cells_of(record), findings);
}

void Assembly::abandon() {
  rows_ = blank_rows_ = 0;
  key_.reset();
  begin_.reset();
  last_order_.reset();
}

/// Says where the open order's Reject, Withdrawal or Stray is.
template <typename Finding>
void Assembly::place(Finding& finding, Position where) const {
  finding.file = file_;
  finding.at = where;
  finding.rows = rows_;
}

void Assembly::finish(Findings& findings) {
  if (blank_rows_ > 0) findings.skip("blank_row", std::exchange(blank_rows_, 0));
  if (rows_ == 0) return;
  if (const auto* skip = std::get_if<Skip>(&meaning_)) {
    findings.skip(skip->reason, rows_);
    if (visitor_ && skip->reason == kVisitor) {
      sighting_.file = file_;
      sighting_.line = begin_->line;
      findings.sightings.push_back(std::move(sighting_));
    }
  } else if (auto* reject = std::get_if<Reject>(&meaning_)) {
    place(*reject, fault_);
    reject->begin = begin_->byte;
    reject->end = end_;
    findings.rejects.push_back(std::move(*reject));
  } else if (auto* withdrawal = std::get_if<Withdrawal>(&meaning_)) {
    place(*withdrawal, *begin_);
    findings.withdrawn.push_back(std::move(*withdrawal));
  } else if (auto* stray = std::get_if<Stray>(&meaning_)) {
    place(*stray, *begin_);
    stray->end = end_;
    findings.strays.push_back(std::move(*stray));
  } else {
    event_->rows = static_cast<std::uint32_t>(rows_);
    event_->origin.end = end_;
    if (pattern_.csv && event_->kind == Kind::purchase) event_->content = content_of(*event_);
    findings.add(event_);
    for (Remark& remark : remarks_) {
      remark.file = file_;
      remark.at = *begin_;
      findings.remarks.push_back(std::move(remark));
    }
  }
  rows_ = 0;
}

std::optional<Position> Assembly::open() const {
  return rows_ > 0 ? begin_ : std::nullopt;
}

std::optional<Position> Assembly::last_order() const {
  return order_key_ ? last_order_ : std::nullopt;
}

}  // namespace ordertail

#include "event/assembly.h"

#include <fmt/format.h>

#include <utility>

namespace ordertail {

Assembly::Assembly(const Pattern& pattern, const EventContext& context, Selection& selection,
                   std::string file)
    : file_(std::move(file)), row_(pattern.csv && pattern.csv->apostrophe_guard), meaning_(Made{}) {
  mappings_.reserve(pattern.mappings.size());
  for (const Kind kind : {Kind::registration, Kind::purchase}) {
    if (!pattern.mapping(kind).wanted) continue;
    mappings_.emplace_back(kind, pattern, context, selection, file_);
  }
  const std::string key = pattern.csv ? pattern.csv->order_key : std::string();
  if (!key.empty()) {
    const BoundColumns bound = bind_columns({key}, selection);
    if (bound.empty()) {
      throw Error(ExitCode::source,
                  fmt::format("{}:1: there is no column \"{}\", which tells the rows of one order "
                              "from the next",
                              file_, key));
    }
    order_key_ = bound.front();
  }
  if (pattern.line && !pattern.line->request_group.empty()) {
    const BoundColumns bound = bind_columns({pattern.line->request_group}, selection);
    if (!bound.empty()) request_ = bound.front();
  }
}

Meaning Assembly::interpret() {
  Meaning meaning = Skip{"not_a_conversion"};
  for (mapping_ = 0; mapping_ < mappings_.size(); ++mapping_) {
    meaning = mappings_[mapping_].apply(row_, *event_, remarks_);
    if (!std::holds_alternative<Skip>(meaning)) break;
  }
  return meaning;
}

void Assembly::begin_order(const Record& record) {
  begin_ = record.begin;
  rows_ = 1;
  remarks_.clear();
  meaning_ = interpret();
  event_->origin.line = record.begin.line;
  event_->origin.byte = record.begin.byte;
  event_->origin.file = file_;
}

void Assembly::add(const Record& record, std::span<const std::string_view> cells,
                   Findings& findings) {
  row_.begin(cells, {});
  if (request_) row_.begin(cells, parse_request_line(row_.text(*request_)));

  const std::string_view key = order_key_ ? row_.text(*order_key_) : std::string_view();
  if (rows_ > 0 && !key.empty() && key == key_) {
    ++rows_;
    if (std::holds_alternative<Made>(meaning_)) mappings_[mapping_].add_row(row_, *event_);
    return;
  }
  finish(findings);
  key_ = key;
  begin_order(record);
  if (!order_key_) finish(findings);
}

void Assembly::add(const BadRecord& bad, std::size_t columns, Findings& findings) {
  finish(findings);
  findings.rejects.push_back(reject_of(bad, columns, file_));
}

void Assembly::finish(Findings& findings) {
  if (rows_ == 0) return;
  if (const auto* skip = std::get_if<Skip>(&meaning_)) {
    findings.skip(skip->reason, rows_);
  } else if (auto* reject = std::get_if<Reject>(&meaning_)) {
    reject->file = file_;
    reject->at = begin_;
    reject->rows = rows_;
    findings.rejects.push_back(std::move(*reject));
  } else {
    event_->rows = static_cast<std::uint32_t>(rows_);
    findings.add(event_);
    for (Remark& remark : remarks_) {
      remark.file = file_;
      remark.at = begin_;
      findings.remarks.push_back(std::move(remark));
    }
  }
  rows_ = 0;
}

std::optional<Position> Assembly::open() const {
  return rows_ > 0 ? std::optional(begin_) : std::nullopt;
}

}  // namespace ordertail

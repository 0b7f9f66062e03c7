#include "app/source_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/record_walk.h"
#include "base/text.h"
#include "event/survey.h"

namespace ordertail {
namespace {

ZoneNeed zone_need(const Pattern& pattern, const SourceFile& file) {
  const RecordWalk walk(pattern, file);
  const TimeSpec* time = time_alternative(main_mapping(pattern), walk.selection());
  if (time == nullptr || !time->zone.empty()) return ZoneNeed::none;
  const bool is_told =
      std::all_of(time->formats.begin(), time->formats.end(), [](const std::string& format) {
        return format.find("%z") != format.npos || format.find("%s") != format.npos;
      });
  if (is_told) return ZoneNeed::none;
  const bool has_column =
      std::any_of(time->zone_columns.begin(), time->zone_columns.end(),
                  [&](const std::string& column) { return walk.selection().has(column); });
  return has_column ? ZoneNeed::some : ZoneNeed::all;
}

/// What the columns of several files say together.
template <typename Way>
class Joined {
 public:
  template <typename ColumnProof>
  void add(const ColumnProof& proof, const std::string& column, const SourceFile& file) {
    if (proof.outcome() == Proof::decided) {
      proved_.insert(*proof.decision());
      evidence_.push_back(
          fmt::format("{}, {}", printable_name(file.name), proof.evidence().front()));
    } else if (proof.outcome() != Proof::any) {
      doubts_.push_back(proof.refusal(file.name, column));
      contradicted_ = contradicted_ || proof.outcome() == Proof::contradictory;
    }
  }

  [[nodiscard]] ColumnFacts<Way> facts() const {
    if (proved_.size() == 1 && !contradicted_) return {*proved_.begin(), evidence_, {}};
    return {std::nullopt, {}, proved_.size() > 1 ? evidence_ : doubts_};
  }

 private:
  std::set<Way> proved_;
  std::vector<std::string> evidence_, doubts_;
  bool contradicted_ = false;
};

}  // namespace

SourceFacts facts_of(const FileGroup& group) {
  const Pattern& pattern = *group.pattern;
  Joined<DateOrder> dates;
  Joined<NumberStyle> numbers;
  SourceFacts facts;
  for (const SourceFile& file : group.own) {
    facts.zone = std::max(facts.zone, zone_need(pattern, file));
    if (!pattern.csv) continue;
    const Survey found = survey(pattern, file);
    dates.add(found.dates, found.date_column, file);
    numbers.add(found.numbers, found.amount_columns, file);
  }
  if (wants_date_order(pattern)) facts.dates = dates.facts();
  facts.numbers = numbers.facts();
  if (!wants_number_style(pattern) &&
      facts.numbers.proved.value_or(pattern.numbers) == pattern.numbers) {
    facts.numbers = {};
  }
  return facts;
}

}  // namespace ordertail

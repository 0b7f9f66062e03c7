#include "app/source_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/column_survey.h"
#include "app/record_walk.h"

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

/// What the columns of several files prove together.
template <typename Way>
struct Joined {
  std::set<Way> proved;
  std::vector<std::string> evidence, doubts;

  template <typename Column>
  void add(const Column& column, const SourceFile& file) {
    switch (column.proof.outcome()) {
      case Proof::any:
        return;
      case Proof::decided:
        proved.insert(*column.proof.decision());
        evidence.push_back(fmt::format("{}, {}", file.name, column.proof.evidence().front()));
        return;
      default:
        doubts.push_back(column.proof.refusal(file.name, column.name));
    }
  }
  /// The one way that is proved, if it is one.
  [[nodiscard]] std::optional<Way> way() const {
    return proved.size() == 1 ? std::optional(*proved.begin()) : std::nullopt;
  }
};

}  // namespace

SourceFacts facts_of(const FileGroup& group) {
  SourceFacts facts;
  Joined<DateOrder> dates;
  Joined<NumberStyle> numbers;
  bool is_order_open = false;
  for (const SourceFile& file : group.own) {
    facts.zone = std::max(facts.zone, zone_need(*group.pattern, file));
    const ColumnSurvey survey(*group.pattern, file);
    if (survey.dates) dates.add(*survey.dates, file);
    is_order_open = is_order_open || survey.dates;
    for (const AmountColumn& amount : survey.amounts) numbers.add(amount, file);
  }
  facts.date_order = dates.way();
  facts.date_evidence = dates.way() || dates.doubts.empty() ? dates.evidence : dates.doubts;
  if (is_order_open && dates.proved.empty() && dates.doubts.empty()) {
    facts.date_order = DateOrder::mdy;
    facts.date_evidence = {"every date in these files reads the same in any order"};
  }
  if (numbers.way() && numbers.way() != group.pattern->numbers) facts.numbers = numbers.way();
  facts.number_evidence = facts.numbers ? numbers.evidence : numbers.doubts;
  return facts;
}

}  // namespace ordertail

#include "app/first_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "app/record_fates.h"
#include "app/record_walk.h"
#include "app/time_in_words.h"
#include "base/text.h"
#include "event/companions.h"
#include "event/logged_request.h"

namespace ordertail {
namespace {

constexpr std::size_t kShown = 40;            // bytes of a value
constexpr std::uint64_t kMostRecords = 1000;  // that are read to see how an order ends

/// What tells of a shop and its order, not of a person. All else is masked, extra fields too.
constexpr std::array<std::string_view, 6> kImpersonal{"order_number", "state",         "country",
                                                      "currency",     "total_revenue", "skus"};

bool is_impersonal(std::string_view key) {
  return std::find(kImpersonal.begin(), kImpersonal.end(), key) != kImpersonal.end();
}

std::string shown(std::string_view value, std::string_view key, bool is_masked) {
  if (!is_masked) return printable(value, kShown);
  return is_impersonal(key) ? printable(discreet(value), kShown) : masked(value);
}

/// `"Date", "Time"`
std::string names_of(const BoundColumns& columns) {
  std::string names;
  for (const BoundColumn& column : columns) {
    names += names.empty() ? "" : ", ";
    const bool is_query = column.kind == BoundColumn::Kind::query;
    const bool is_path = column.kind == BoundColumn::Kind::path;
    const bool is_constant = column.kind == BoundColumn::Kind::constant;
    names += is_constant ? fmt::format("always \"{}\"", printable(column.name))
             : is_query  ? fmt::format("\"query:{}\"", printable(column.name))
             : is_path   ? fmt::format("\"path:{}\"", printable(column.name))
                         : fmt::format("\"{}\"", printable(column.name));
  }
  return names;
}

/// The fields of a mapping, bound to a file's columns.
struct BoundFields {
  std::vector<FieldPlace> places;
  std::vector<BoundColumns> columns;  // parallel to places

  void add(const std::string& key, const Columns& entries, Selection& selection) {
    if (entries.empty()) return;
    columns.push_back(bind_columns(entries, selection));
    places.push_back({key, names_of(columns.back())});
  }

  BoundFields(const MappingSpec& mapping, Selection& selection) {
    for (std::size_t i = 0; i < kTextFields.size(); ++i) {
      add(std::string(kTextFields[i].key), mapping.text[i], selection);
    }
    add("name", mapping.name, selection);
    add("skus", mapping.skus.columns, selection);
    if (const MoneySpec* revenue = revenue_alternative(mapping, selection)) {
      add_revenue(*revenue, selection);
    }
    for (const auto& [key, entries] : mapping.extra) add(key, entries, selection);
  }

 private:
  void add_revenue(const MoneySpec& revenue, Selection& selection) {
    add("total_revenue", revenue.columns, selection);
    std::string& text = places.back().columns;
    for (const auto& [word, entries] :
         {std::pair("less", &revenue.minus), std::pair("plus", &revenue.plus)}) {
      const std::string names = names_of(bind_columns(*entries, selection));
      if (!names.empty()) text += fmt::format(" {} {}", word, names);
    }
    if (revenue.over_rows) text += ", summed over the rows of an order";
  }
};

}  // namespace

FirstRecords first_records(const Pattern& pattern, const SourceFile& file,
                           const CompanionFiles& companions, bool is_masked) {
  FirstRecords result;
  RecordWalk walk(pattern, file);
  Companions joined(pattern, companions, [](const Reject&) {});
  joined.offer(file, walk.selection());
  const MappingSpec& mapping = main_mapping(pattern);
  BoundFields fields(mapping, walk.selection());
  TimeInWords times(mapping, pattern, walk.selection());
  RecordFates fates(
      pattern, walk.selection(), file.name, is_masked,
      [&](std::size_t companion, std::string_view key) { return joined.find(companion, key); });
  result.refusal = fates.refusal();
  const LoggedRequest request(pattern.line, walk.selection());
  std::vector<BoundColumns> keys;
  for (const CompanionSpec& companion : pattern.companions) {
    keys.push_back(bind_columns({companion.match}, walk.selection()));
  }
  joined.select(walk.selection());

  Row row(pattern);
  std::uint64_t seen = 0;
  const auto add = [&](const Record& record, std::span<const std::string_view> cells) {
    FirstRecord& first = result.records.emplace_back();
    first.line = record.begin.line;
    request.begin(cells, row);
    for (std::size_t i = 0; i < keys.size(); ++i) row.join(i, joined.find(i, row.text(keys[i])));
    for (std::size_t i = 0; i < fields.columns.size(); ++i) {
      first.values.push_back(shown(row.text(fields.columns[i]), fields.places[i].key, is_masked));
    }
    first.time = times.of(row);
  };
  walk.run({[&](const Record& record, std::span<const std::string_view> cells) {
              if (result.records.size() < FirstRecords::kMost) {
                add(record, cells);
              } else if (++seen > kMostRecords || !fates.is_open()) {
                return false;
              }
              fates.add(record, cells);
              return true;
            },
            [&](const BadRecord& bad) {
              if (result.records.size() >= FirstRecords::kMost) return false;
              result.records.emplace_back().line = bad.begin.line;
              fates.add(bad, walk.columns());
              return true;
            }});
  fates.finish();
  for (FirstRecord& record : result.records) record.fate = fates.of(record.line);
  result.fields = std::move(fields.places);
  return result;
}

}  // namespace ordertail

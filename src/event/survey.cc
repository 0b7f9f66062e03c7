#include "event/survey.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/text.h"
#include "event/row.h"
#include "event/selection.h"
#include "record/csv_file.h"
#include "record/csv_reader.h"
#include "record/record_stream.h"

namespace ordertail {
namespace {

bool wants_order(const TimeSpec& time) {
  return std::any_of(time.formats.begin(), time.formats.end(),
                     [](const std::string& format) { return format.find("%x") != format.npos; });
}

template <typename Visit>
void each_wanted(const Pattern& pattern, Visit visit) {
  for (const MappingSpec& mapping : pattern.mappings) {
    if (mapping.wanted) visit(mapping);
  }
}

void add_once(const std::string& name, std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

/// The columns that tell the time, by the first alternative that this file has.
const TimeSpec* time_of(const MappingSpec& mapping, const Selection& selection) {
  for (const TimeSpec& time : mapping.occurred_at) {
    const bool has_all =
        std::all_of(time.columns.begin(), time.columns.end(),
                    [&](const std::string& column) { return selection.has(column); });
    if (has_all) return &time;
  }
  return nullptr;
}

std::vector<std::string> amount_columns(const Pattern& pattern) {
  std::vector<std::string> names;
  each_wanted(pattern, [&](const MappingSpec& mapping) {
    for (const MoneySpec& money : mapping.total_revenue) {
      for (const Columns* columns : {&money.columns, &money.minus, &money.plus}) {
        for (const std::string& name : *columns) add_once(name, names);
      }
    }
    for (const Condition& condition : mapping.when) {
      if (condition.positive) add_once(condition.column, names);
    }
  });
  return names;
}

std::string joined(const std::vector<std::string>& names, std::string_view separator) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : std::string(separator)) + name;
  return text;
}

/// The columns of one file that are to be looked at.
struct Watched {
  std::vector<std::string> formats;
  std::vector<BoundColumns> times;  // each time's parts
  BoundColumns amounts;
  std::string date_column, amount_columns;
};

Watched watch(const Pattern& pattern, Selection& selection) {
  Watched watched;
  each_wanted(pattern, [&](const MappingSpec& mapping) {
    const TimeSpec* time = time_of(mapping, selection);
    if (time == nullptr || !wants_order(*time)) return;
    for (const std::string& format : time->formats) add_once(format, watched.formats);
    watched.times.push_back(bind_columns(time->columns, selection));
    watched.date_column = joined(time->columns, " ");
  });
  std::vector<std::string> names;
  for (const std::string& name : amount_columns(pattern)) {
    for (BoundColumn& column : selection.bind(name)) {
      if (column.kind != BoundColumn::Kind::cell) continue;
      add_once(column.name, names);
      watched.amounts.push_back(std::move(column));
    }
  }
  watched.amount_columns = joined(names, ", ");
  return watched;
}

}  // namespace

bool wants_date_order(const Pattern& pattern) {
  if (pattern.settings.date_order) return false;
  bool wants = false;
  each_wanted(pattern, [&](const MappingSpec& mapping) {
    wants =
        wants || std::any_of(mapping.occurred_at.begin(), mapping.occurred_at.end(), wants_order);
  });
  return wants;
}

bool wants_number_style(const Pattern& pattern) {
  return pattern.numbers_vary && !amount_columns(pattern).empty();
}

Survey survey(const Pattern& pattern, const SourceFile& file) {
  const CsvForm& form = *pattern.csv;
  const CsvHeader header = read_header(file, form.charset, form.frame);
  Selection selection(header.columns, form.drop);
  const Watched watched = watch(pattern, selection);
  Survey result{DateProof(watched.formats), watched.date_column, {}, watched.amount_columns};

  auto stream = open_text(file, form.charset);
  stream->skip(header.next.byte);
  auto reader = std::make_unique<CsvReader>(form.frame, header.columns.size(), selection.chosen());
  RecordStream records(std::move(stream), std::move(reader), header.next, RecordStream::Ahead{1});
  Row row(pattern);
  std::string time;
  for (bool last = false; !last;) {
    const Stretch& stretch = records.next();
    last = stretch.last;
    for (const Record& record : stretch.batch.records) {
      row.begin(stretch.batch.cells_of(record));
      for (const BoundColumns& parts : watched.times) {
        time.clear();
        for (const BoundColumn& part : parts) {
          if (!time.empty()) time += ' ';
          time += row.text(part);
        }
        result.dates.add(trim(time), record.begin.line);
      }
      for (const BoundColumn& amount : watched.amounts) {
        result.numbers.add(row.text(amount), record.begin.line);
      }
    }
  }
  return result;
}

}  // namespace ordertail

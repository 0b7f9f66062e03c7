#include "app/record_walk.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "record/csv_file.h"
#include "record/csv_reader.h"
#include "record/line_reader.h"
#include "record/record_stream.h"

namespace ordertail {
namespace {

std::string charset_of(const Pattern& pattern) {
  return pattern.csv ? pattern.csv->charset : std::string();
}

std::optional<CsvHeader> header_of(const Pattern& pattern, const SourceFile& file) {
  if (!pattern.csv) return std::nullopt;
  return read_header(file, charset_of(pattern), pattern.csv->frame);
}

Selection selection_of(const Pattern& pattern, const std::optional<CsvHeader>& header) {
  if (!header) return Selection(pattern.line->columns());
  return Selection(header->columns, pattern.csv->drop);
}

/// Shows what one stretch was cut into; false when the visitor has seen enough.
bool show(const RecordBatch& batch, const RecordWalk::Visitor& visitor) {
  auto bad = batch.bad.begin();
  for (const Record& record : batch.records) {
    for (; bad != batch.bad.end() && bad->begin.byte < record.begin.byte; ++bad) {
      if (!visitor.bad(*bad)) return false;
    }
    if (!visitor.record(record, batch.cells_of(record))) return false;
  }
  return std::all_of(bad, batch.bad.end(), visitor.bad);
}

bool is_there(const std::string& entry, const Selection& selection) {
  return entry.find('*') != entry.npos || selection.has(entry);
}

bool are_there(const Columns& columns, const Selection& selection) {
  return std::all_of(columns.begin(), columns.end(),
                     [&](const std::string& entry) { return is_there(entry, selection); });
}

}  // namespace

RecordWalk::RecordWalk(const Pattern& pattern, const SourceFile& file)
    : pattern_(pattern),
      file_(file),
      header_(header_of(pattern, file)),
      selection_(selection_of(pattern, header_)) {}

void RecordWalk::run(const Visitor& visitor) {
  std::unique_ptr<RecordReader> reader;
  if (header_) {
    reader = std::make_unique<CsvReader>(pattern_.csv->frame, columns(), selection_.chosen());
  } else {
    reader = std::make_unique<LineReader>(pattern_.line->matcher(selection_.chosen_names()),
                                          std::vector<std::string>());
  }
  const Position start = header_ ? header_->next : Position{};
  auto stream = open_text(file_, charset_of(pattern_));
  stream->skip(start.byte);
  RecordStream records(std::move(stream), std::move(reader), start, RecordStream::Ahead{});
  while (true) {
    const Stretch& stretch = records.next();
    if (!show(stretch.batch, visitor) || stretch.last) return;
  }
}

const MappingSpec& main_mapping(const Pattern& pattern) {
  const MappingSpec& purchase = pattern.mapping(Kind::purchase);
  const MappingSpec& registration = pattern.mapping(Kind::registration);
  return purchase.wanted || !registration.wanted ? purchase : registration;
}

const TimeSpec* time_alternative(const MappingSpec& mapping, const Selection& selection) {
  for (const TimeSpec& spec : mapping.occurred_at) {
    if (std::all_of(spec.columns.begin(), spec.columns.end(),
                    [&](const std::string& entry) { return selection.has(entry); })) {
      return &spec;
    }
  }
  return nullptr;
}

const MoneySpec* revenue_alternative(const MappingSpec& mapping, const Selection& selection) {
  for (const MoneySpec& spec : mapping.total_revenue) {
    const bool has_amount =
        std::any_of(spec.columns.begin(), spec.columns.end(),
                    [&](const std::string& entry) { return selection.has(entry); });
    if (has_amount && are_there(spec.minus, selection) && are_there(spec.plus, selection)) {
      return &spec;
    }
  }
  return nullptr;
}

}  // namespace ordertail

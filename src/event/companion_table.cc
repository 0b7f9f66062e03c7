#include "event/companion_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <memory>
#include <utility>

#include "base/text.h"
#include "event/row.h"
#include "record/csv_file.h"
#include "record/csv_reader.h"
#include "record/record_stream.h"

namespace ordertail {
namespace {

std::string nearest_of(std::string_view column, const std::vector<std::string>& available) {
  const std::string near = nearest(column, available);
  return near.empty() ? std::string() : fmt::format("; the nearest is \"{}\"", printable(near));
}

/// Cells as one text: each behind its length, "3:ann0:".
void pack(std::string_view cell, std::string& packed) {
  fmt::format_to(std::back_inserter(packed), "{}:{}", cell.size(), cell);
}

CompanionTable::Cells unpacked(std::string_view packed) {
  CompanionTable::Cells cells;
  while (!packed.empty()) {
    std::size_t size = 0;
    const char* colon = std::from_chars(packed.data(), packed.data() + packed.size(), size).ptr;
    packed.remove_prefix(static_cast<std::size_t>(colon - packed.data()) + 1);
    cells.emplace_back(packed.substr(0, size));
    packed.remove_prefix(size);
  }
  return cells;
}

}  // namespace

/// One file on its way into the table.
class CompanionTable::Reading {
 public:
  Reading(CompanionTable& table, const SourceFile& file)
      : file_(file),
        form_(table.spec_.form),
        header_(read_header(file, form_.charset, form_.frame)),
        selection_(header_.columns, form_.drop),
        insert_(table.database_, "INSERT INTO rows (key, cells) VALUES (?, ?)", "fill") {
    bind_key(table.spec_);
    for (const std::string& column : table.columns_) bind_column(column);
  }

  Load run(const std::function<void(const Reject&)>& on_reject) {
    auto stream = open_text(file_, form_.charset);
    stream->skip(header_.next.byte);
    auto reader =
        std::make_unique<CsvReader>(form_.frame, header_.columns.size(), selection_.chosen());
    RecordStream records(std::move(stream), std::move(reader), header_.next,
                         RecordStream::Cutting::ahead);
    Load load;
    for (bool last = false; !last;) {
      const Stretch& stretch = records.next();
      take(stretch.batch, load, on_reject);
      last = stretch.last;
    }
    return load;
  }

  [[nodiscard]] const std::vector<std::string>& columns() const { return header_.columns; }

 private:
  void take(const RecordBatch& batch, Load& load,
            const std::function<void(const Reject&)>& on_reject) {
    for (const Record& record : batch.records) {
      if (!keep(batch.cells_of(record))) ++load.keyless;
    }
    for (const BadRecord& bad : batch.bad) {
      on_reject(reject_of(bad, header_.columns.size(), file_.name));
    }
    load.bytes += batch.consumed;
    load.rows += batch.records.size() + batch.bad.size();
    load.rejected += batch.bad.size();
  }

  void bind_key(const CompanionSpec& spec) {
    const BoundColumns bound = selection_.bind(spec.key);
    if (bound.empty()) {
      throw Error(ExitCode::source,
                  fmt::format("{}:1: there is no column \"{}\", by which the rows of the companion "
                              "\"{}\" are found{}",
                              file_.name, printable(spec.key), printable(spec.name),
                              nearest_of(spec.key, header_.columns)));
    }
    key_ = bound.front().place;
  }

  void bind_column(const std::string& name) {
    const BoundColumns bound = selection_.bind(name);
    std::vector<std::size_t>& places = places_.emplace_back();
    for (const BoundColumn& column : bound) places.push_back(column.place);
    depth_ = std::max(depth_, places.size());
  }

  /// False when its key is blank.
  bool keep(std::span<const std::string_view> cells) {
    decoded_.clear();
    const std::string_view key = text(cells, key_);
    if (key.empty()) return false;
    for (std::size_t n = 0; n < depth_; ++n) {
      if (pack_values(cells, n) || n == 0) insert_.with(key, std::string_view(packed_)).run();
    }
    return true;
  }

  using Cells = std::span<const std::string_view>;

  std::string_view text(Cells cells, std::size_t place) {
    return bare(cells[place], form_, decoded_);
  }

  /// Packs the n-th value that each column has; false when none has so many.
  bool pack_values(Cells cells, std::size_t n) {
    packed_.clear();
    bool any = false;
    for (const std::vector<std::size_t>& places : places_) {
      const std::string_view value = nth_value(cells, places, n);
      any = any || !value.empty();
      pack(value, packed_);
    }
    return any;
  }

  std::string_view nth_value(Cells cells, const std::vector<std::size_t>& places, std::size_t n) {
    for (const std::size_t place : places) {
      const std::string_view value = text(cells, place);
      if (!value.empty() && n-- == 0) return value;
    }
    return {};
  }

  const SourceFile& file_;
  const CsvForm& form_;
  CsvHeader header_;
  Selection selection_;
  std::size_t key_ = 0;                           // place of its cell
  std::vector<std::vector<std::size_t>> places_;  // parallel to the table's columns
  std::size_t depth_ = 1;                         // the most columns that one name means
  std::deque<std::string> decoded_;               // texts of the row being kept
  Statement insert_;
  std::string packed_;
};

CompanionTable::CompanionTable(const CompanionSpec& spec, std::vector<std::string> columns)
    : spec_(spec),
      columns_(std::move(columns)),
      database_(fmt::format("the temporary table of the companion \"{}\"", printable(spec.name)),
                Access::scratch) {
  database_.execute("CREATE TABLE rows (key TEXT NOT NULL, cells TEXT NOT NULL)", "make");
}

CompanionTable::Load CompanionTable::load(const SourceFile& file,
                                          const std::function<void(const Reject&)>& on_reject) {
  Transaction transaction(database_, "fill");
  Reading reading(*this, file);
  const Load load = reading.run(on_reject);
  transaction.commit();
  files_.push_back(file.name);
  for (const std::string& column : reading.columns()) {
    if (std::find(available_.begin(), available_.end(), column) == available_.end()) {
      available_.push_back(column);
    }
  }
  return load;
}

const std::vector<CompanionTable::Cells>& CompanionTable::find(std::string_view key) {
  if (!select_) {
    database_.execute("CREATE INDEX rows_by_key ON rows (key)", "sort");
    select_.emplace(database_, "SELECT cells FROM rows WHERE key = ? ORDER BY rowid", "read");
  }
  found_.clear();
  key = trim(key);
  if (key.empty()) return found_;
  select_->with(key).each(
      [&](const SqlRow& row) { found_.push_back(unpacked(row.as<std::string>(0))); });
  return found_;
}

bool CompanionTable::has(std::string_view column) const {
  return std::any_of(available_.begin(), available_.end(),
                     [&](const std::string& name) { return fits(column, name); });
}

Error CompanionTable::lacks(std::string_view column) const {
  return {ExitCode::source,
          fmt::format("{}: there is no column \"{}\", which the pattern takes from its companion "
                      "\"{}\"{}",
                      fmt::join(files_, ", "), printable(column), printable(spec_.name),
                      nearest_of(column, available_))};
}

}  // namespace ordertail

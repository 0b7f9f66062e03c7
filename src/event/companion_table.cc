#include "event/companion_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "base/text.h"
#include "event/row.h"
#include "input/byte_stream.h"
#include "input/window.h"
#include "record/csv_header.h"
#include "record/csv_reader.h"

namespace ordertail {
namespace {

std::unique_ptr<ByteStream> open_decoded(const SourceFile& file, const CsvForm& /*form*/) {
  return open_stream(file.path, file.name);
}

std::optional<CsvHeader> header_in(const Window& window, const CsvForm& form) {
  const auto ending = window.at_end() ? Ending::last : Ending::more;
  return read_csv_header(window.view(), ending, form.frame.dialect);
}

std::unique_ptr<RecordReader> reader_of(const CsvForm& form, std::size_t columns,
                                        const Selection& selection) {
  return std::make_unique<CsvReader>(form.frame.dialect, columns, selection.chosen());
}

/// Is `column` what `name` means, in which one '*' may stand for anything?
bool fits(std::string_view name, std::string_view column) {
  const std::size_t star = name.find('*');
  if (star == name.npos) return equal_ignoring_case(name, column);
  const std::string_view front = name.substr(0, star);
  const std::string_view back = name.substr(star + 1);
  return column.size() >= front.size() + back.size() &&
         equal_ignoring_case(column.substr(0, front.size()), front) &&
         equal_ignoring_case(column.substr(column.size() - back.size()), back);
}

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
        stream_(open_decoded(file, table.spec_.form)),
        window_(*stream_),
        header_(read_header(table.spec_.form)),
        selection_(header_.columns),
        row_(table.spec_.form.apostrophe_guard),
        insert_(table.database_, "INSERT INTO rows (key, cells) VALUES (?, ?)", "fill") {
    bind_key(table.spec_);
    for (const std::string& column : table.columns_) bind_column(column);
    reader_ = reader_of(table.spec_.form, header_.columns.size(), selection_);
  }

  Load run(const std::function<void(const Reject&)>& on_reject) {
    Load load;
    Position at = header_.next;
    window_.consume(at.byte);
    RecordBatch batch;
    while (true) {
      const bool last = window_.at_end();
      reader_->read(window_.view(), at, last ? Ending::last : Ending::more, batch);
      for (const Record& record : batch.records) {
        if (!keep(batch.cells_of(record))) ++load.keyless;
      }
      for (const BadRecord& bad : batch.bad) {
        on_reject(reject_of(bad, header_.columns.size(), file_.name));
      }
      load.bytes += batch.consumed;
      load.rows += batch.records.size() + batch.bad.size();
      load.rejected += batch.bad.size();
      if (last) return load;
      at = batch.next;
      window_.consume(batch.consumed);
      window_.more();
    }
  }

  [[nodiscard]] const std::vector<std::string>& columns() const { return header_.columns; }

 private:
  CsvHeader read_header(const CsvForm& form) {
    while (true) {
      window_.more();
      if (auto header = header_in(window_, form)) return *std::move(header);
      if (window_.at_end() || window_.view().size() > kMaxRecordBytes) {
        throw Error(ExitCode::source,
                    fmt::format("{}:1: there is no readable header line", file_.name));
      }
    }
  }

  void bind_key(const CompanionSpec& spec) {
    const auto place = selection_.select(spec.key);
    if (!place) {
      throw Error(ExitCode::source,
                  fmt::format("{}:1: there is no column \"{}\", by which the rows of the companion "
                              "\"{}\" are found{}",
                              file_.name, printable(spec.key), printable(spec.name),
                              nearest_of(spec.key, header_.columns)));
    }
    key_ = {*place, spec.key};
  }

  void bind_column(const std::string& name) {
    BoundColumns& bound = bound_.emplace_back();
    for (const std::string& column : header_.columns) {
      if (!fits(name, column)) continue;
      bound.push_back({*selection_.select(column), column});
      if (name.find('*') == name.npos) break;
    }
    depth_ = std::max(depth_, bound.size());
  }

  /// False when its key is blank.
  bool keep(std::span<const std::string_view> cells) {
    row_.begin(cells, {});
    const std::string_view key = row_.text(key_);
    if (key.empty()) return false;
    for (std::size_t n = 0; n < depth_; ++n) {
      if (pack_values(n) || n == 0) insert_.with(key, std::string_view(packed_)).run();
    }
    return true;
  }

  /// Packs the n-th value that each column has; false when none has so many.
  bool pack_values(std::size_t n) {
    packed_.clear();
    bool any = false;
    for (const BoundColumns& columns : bound_) {
      const std::string_view value = nth_value(columns, n);
      any = any || !value.empty();
      pack(value, packed_);
    }
    return any;
  }

  std::string_view nth_value(const BoundColumns& columns, std::size_t n) {
    for (const BoundColumn& column : columns) {
      const std::string_view value = row_.text(column);
      if (!value.empty() && n-- == 0) return value;
    }
    return {};
  }

  const SourceFile& file_;
  std::unique_ptr<ByteStream> stream_;
  Window window_;
  CsvHeader header_;
  Selection selection_;
  BoundColumn key_;
  std::vector<BoundColumns> bound_;  // parallel to the table's columns
  std::size_t depth_ = 1;            // the most columns that one name means
  std::unique_ptr<RecordReader> reader_;
  Row row_;
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

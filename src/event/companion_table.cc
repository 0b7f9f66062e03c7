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
                                        const std::vector<std::size_t>& chosen) {
  return std::make_unique<CsvReader>(form.frame.dialect, columns, chosen);
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

/// The index of `column` in `columns`; their number when it is none of them.
std::size_t index_of(std::string_view column, const std::vector<std::string>& columns) {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const std::string& name) {
    return equal_ignoring_case(name, column);
  });
  return static_cast<std::size_t>(found - columns.begin());
}

/// Takes a number and the colon behind it off the front of `packed`.
std::size_t take_number(std::string_view& packed) {
  std::size_t number = 0;
  const char* colon = std::from_chars(packed.data(), packed.data() + packed.size(), number).ptr;
  packed.remove_prefix(static_cast<std::size_t>(colon - packed.data()) + 1);
  return number;
}

}  // namespace

/// One file on its way into the table. A row is stored as its key and those cells that are not
/// empty, each behind its column's index in `available_` and its length: "3:15:ann@example.com".
class CompanionTable::Reading {
 public:
  Reading(CompanionTable& table, const SourceFile& file)
      : file_(file),
        stream_(open_decoded(file, table.spec_.form)),
        window_(*stream_),
        header_(read_header(table.spec_.form)),
        available_(table.available_),
        row_(table.spec_.form.apostrophe_guard),
        insert_(table.database_, "INSERT INTO rows (key, cells) VALUES (?, ?)", "fill") {
    choose_key(table.spec_);
    choose_columns(table.wanted_);
    reader_ = reader_of(table.spec_.form, header_.columns.size(), chosen_);
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

  /// The table's available columns, with those of this file.
  [[nodiscard]] const std::vector<std::string>& available() const { return available_; }

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

  void choose_key(const CompanionSpec& spec) {
    const auto key = header_.find(spec.key);
    if (!key) {
      const std::string near = nearest(spec.key, header_.columns);
      throw Error(
          ExitCode::source,
          fmt::format("{}:1: there is no column \"{}\", by which the rows of the companion "
                      "\"{}\" are found{}",
                      file_.name, printable(spec.key), printable(spec.name),
                      near.empty() ? std::string()
                                   : fmt::format("; the nearest is \"{}\"", printable(near))));
    }
    chosen_ = {*key};
  }

  void choose_columns(const std::vector<std::string>& wanted) {
    for (std::size_t i = 0; i < header_.columns.size(); ++i) {
      const std::string& column = header_.columns[i];
      if (column.empty() || header_.find(column) != i) continue;
      const std::size_t index = index_of(column, available_);
      if (index == available_.size()) available_.push_back(column);
      if (!is_wanted(wanted, column)) continue;
      chosen_.push_back(i);
      indices_.push_back(index);
    }
  }

  static bool is_wanted(const std::vector<std::string>& wanted, const std::string& column) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const std::string& name) { return fits(name, column); });
  }

  /// False when its key is blank.
  bool keep(std::span<const std::string_view> cells) {
    row_.begin(cells, {});
    const std::string_view key = text(0);
    if (key.empty()) return false;
    packed_.clear();
    for (std::size_t i = 0; i < indices_.size(); ++i) {
      const std::string_view value = text(i + 1);
      if (value.empty()) continue;
      fmt::format_to(std::back_inserter(packed_), "{}:{}:{}", indices_[i], value.size(), value);
    }
    insert_.with(key, std::string_view(packed_)).run();
    return true;
  }

  std::string_view text(std::size_t place) { return row_.text(BoundColumn{place, {}}); }

  const SourceFile& file_;
  std::unique_ptr<ByteStream> stream_;
  Window window_;
  CsvHeader header_;
  std::vector<std::string> available_;
  std::vector<std::size_t> chosen_;   // in the header: the key, then the columns to keep
  std::vector<std::size_t> indices_;  // of the columns to keep in available_
  std::unique_ptr<RecordReader> reader_;
  Row row_;
  Statement insert_;
  std::string packed_;
};

CompanionTable::CompanionTable(const CompanionSpec& spec, std::vector<std::string> wanted)
    : spec_(spec),
      wanted_(std::move(wanted)),
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
  available_ = reading.available();
  places_.resize(available_.size());
  return load;
}

void CompanionTable::select(const std::vector<std::string>& columns) {
  selected_ = columns.size();
  places_.assign(available_.size(), std::nullopt);
  for (std::size_t place = 0; place < columns.size(); ++place) {
    const auto index = index_of(columns[place], available_);
    if (index < places_.size()) places_[index] = place;
  }
}

CompanionTable::Cells CompanionTable::unpacked(std::string_view packed) const {
  Cells cells(selected_);
  while (!packed.empty()) {
    const std::size_t index = take_number(packed);
    const std::size_t size = take_number(packed);
    if (places_[index]) cells[*places_[index]] = packed.substr(0, size);
    packed.remove_prefix(size);
  }
  return cells;
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

}  // namespace ordertail

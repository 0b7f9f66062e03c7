#include "event/companion_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "base/text.h"
#include "event/row.h"
#include "record/csv_file.h"
#include "record/csv_reader.h"
#include "record/record_stream.h"

namespace ordertail {
namespace {

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
        number_(table.files_),
        form_(table.spec_.form),
        header_(read_header(file, form_.charset, form_.frame)),
        available_(table.available_),
        insert_(table.database_, "INSERT INTO rows (key, file, cells) VALUES (?, ?, ?)", "fill") {
    choose_key(table.spec_);
    choose_columns(table.wanted_);
  }

  Load run(const std::function<void(const Reject&)>& on_reject) {
    auto stream = open_text(file_, form_.charset);
    stream->skip(header_.next.byte);
    RecordStream records(std::move(stream),
                         std::make_unique<CsvReader>(form_.frame, header_.columns.size(), chosen_),
                         header_.next, RecordStream::Ahead{1});
    Load load;
    for (bool last = false; !last;) {
      const Stretch& stretch = records.next();
      take(stretch.batch, load, on_reject);
      last = stretch.last;
    }
    return load;
  }

  /// The table's available columns, with those of this file.
  [[nodiscard]] const std::vector<std::string>& available() const { return available_; }

 private:
  void choose_key(const CompanionSpec& spec) {
    const auto key = header_.find(spec.key);
    if (!key) {
      throw Error(ExitCode::source,
                  fmt::format("{}:1: there is no column \"{}\", by which the rows of the companion "
                              "\"{}\" are found{}",
                              printable_name(file_.name), printable(spec.key), printable(spec.name),
                              advice(spec.key)));
    }
    chosen_ = {*key};
  }

  /// What to say of a column that is not there.
  [[nodiscard]] std::string advice(const std::string& column) const {
    const std::string near = nearest(column, header_.columns);
    if (near.empty()) return {};
    return fmt::format("; the nearest is \"{}\"", printable(discreet(near)));
  }

  void choose_columns(const std::vector<std::string>& wanted) {
    for (std::size_t i = 0; i < header_.columns.size(); ++i) {
      const std::string& column = header_.columns[i];
      if (column.empty() || header_.find(column) != i) continue;
      const std::size_t index = index_of(column, available_);
      if (index == available_.size()) available_.push_back(column);
      if (!fits_one_of(wanted, column) || fits_one_of(form_.drop, column)) continue;
      chosen_.push_back(i);
      indices_.push_back(index);
    }
  }

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

  /// False when its key is blank.
  bool keep(std::span<const std::string_view> cells) {
    decoded_.clear();
    const std::string_view key = bare(cells[0], form_, decoded_);
    if (key.empty()) return false;
    packed_.clear();
    for (std::size_t i = 0; i < indices_.size(); ++i) {
      const std::string_view value = bare(cells[i + 1], form_, decoded_);
      if (value.empty()) continue;
      fmt::format_to(std::back_inserter(packed_), "{}:{}:{}", indices_[i], value.size(), value);
    }
    insert_.with(key, number_, std::string_view(packed_)).run();
    return true;
  }

  const SourceFile& file_;
  const std::int64_t number_;
  const CsvForm& form_;
  CsvHeader header_;
  std::vector<std::string> available_;
  std::vector<std::size_t> chosen_;   // in the header: the key, then the columns to keep
  std::vector<std::size_t> indices_;  // of the columns to keep in available_
  std::deque<std::string> decoded_;
  Statement insert_;
  std::string packed_;
};

CompanionTable::CompanionTable(const CompanionSpec& spec, std::vector<std::string> wanted)
    : spec_(spec),
      wanted_(std::move(wanted)),
      database_(fmt::format("the temporary table of the companion \"{}\"", printable(spec.name)),
                Access::scratch) {
  database_.execute(
      "CREATE TABLE rows (key TEXT NOT NULL, file INTEGER NOT NULL, cells TEXT NOT NULL)", "make");
}

CompanionTable::Load CompanionTable::load(const SourceFile& file,
                                          const std::function<void(const Reject&)>& on_reject) {
  Transaction transaction(database_, "fill");
  Reading reading(*this, file);
  const Load load = reading.run(on_reject);
  transaction.commit();
  ++files_;
  available_ = reading.available();
  places_.resize(available_.size());
  return load;
}

void CompanionTable::clear() {
  database_.execute("DELETE FROM rows", "empty");
  available_.clear();
  places_.clear();
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
    database_.execute("CREATE INDEX rows_by_key ON rows (key, file)", "sort");
    select_.emplace(database_,
                    "SELECT file, cells FROM rows WHERE key = ? ORDER BY file DESC, rowid", "read");
  }
  found_.clear();
  key = trim(key);
  if (key.empty()) return found_;
  std::int64_t file = -1;
  std::map<Cells, std::size_t> newer;  // rows of files loaded later, less those repeated so far
  select_->with(key).each([&](const SqlRow& row) {
    if (const auto its = row.as<std::int64_t>(0); its != file) {
      file = its;
      newer.clear();
      for (const Cells& cells : found_) ++newer[cells];
    }
    Cells cells = unpacked(row.as<std::string>(1));
    const auto same = newer.find(cells);
    if (same == newer.end() || same->second == 0) {
      found_.push_back(std::move(cells));
    } else {
      --same->second;
    }
  });
  return found_;
}

}  // namespace ordertail

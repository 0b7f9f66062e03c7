// Pattern files: how a file is recognised, how a record is cut out of it, what its fields mean.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/toml_file.h"
#include "event/date_format.h"
#include "event/event.h"
#include "event/money.h"
#include "record/csv_dialect.h"

namespace ordertail {

/// Columns of a CSV file, named groups of a line, or "query:NAME" for a parameter of the logged
/// request. The first one that is not empty gives the value.
using Columns = std::vector<std::string>;

/// A record counts only when the cell is one of `values` (compared whole, without regard to case),
/// or, with `positive`, an amount above zero.
struct Condition {
  std::string column;
  std::vector<std::string> values;
  bool positive = false;
};

struct TimeSpec {
  Columns columns;  ///< their cells, joined by a space, are what `format` reads
  std::string format;
  Columns zone_columns;                      ///< the cell names the zone
  std::map<std::string, std::string> zones;  ///< names in that cell that are no IANA zones
  std::string zone;                          ///< of times that carry none; empty: the source's
};

struct MoneySpec {
  Columns columns;
  std::vector<std::string> minus;  ///< taken off; an empty cell is nothing
};

/// What makes an event of one kind, and where its fields are.
struct MappingSpec {
  bool wanted = false;  ///< the pattern or the job has a table for this kind
  std::string path;     ///< path of the logged request; empty: any record
  std::vector<Condition> when;
  std::array<Columns, kTextFields.size()> text;  ///< parallel to kTextFields
  Columns name;  ///< a full name, split at its last blank into first_name and last_name
  Columns skus;
  TimeSpec occurred_at;
  MoneySpec total_revenue;
  std::vector<std::pair<std::string, Columns>> extra;
};

/// How the rows of one order stand together.
enum class Layout : std::uint8_t {
  one_row,       ///< a row is an order
  repeated_key,  ///< adjacent rows that agree in `order_key`; the first says what the order is
  blank_key,     ///< rows with a blank `order_key` belong to the order before them
};

struct CsvForm {
  CsvFrame frame;
  std::string charset;  ///< as iconv(1) names it; empty: UTF-8. A byte order mark wins
  std::vector<std::string> recognise;          ///< columns that tell this file from others
  std::vector<std::string> recognise_without;  ///< columns that it does not have
  Layout layout = Layout::one_row;
  std::string order_key;
  std::string footer;             ///< RE2: a record whose first cell matches is no data
  bool apostrophe_guard = false;  ///< cells may begin with a ' that is not data
  bool formula_guard = false;     ///< cells may be written ="text"
  bool entities = false;          ///< cells may hold HTML entities (&amp;)
};

/// A second file (or a section of the same file) whose rows complete those of the first: columns
/// are written "name:Column". Found among the source's files by its header.
struct CompanionSpec {
  std::string name;
  CsvForm form;       ///< the pattern's own, where the companion's table says nothing else
  std::string key;    ///< column of the companion
  std::string match;  ///< column of the pattern's own file that has the same value
};

struct LineForm {
  std::string expression;     ///< RE2
  std::string request_group;  ///< group holding "METHOD TARGET PROTOCOL"; empty: none
  std::string status_group;   ///< only 2xx and 3xx count; empty: not looked at
};

/// What a source of a job may say about itself.
struct SourceSettings {
  std::string time_zone;  ///< of times that carry none
  std::optional<DateOrder> date_order;
};

struct Pattern {
  std::string name;
  std::string describes;
  std::string verified;
  std::optional<CsvForm> csv;  // exactly one of the two
  std::optional<LineForm> line;
  std::vector<CompanionSpec> companions;
  NumberStyle numbers = NumberStyle::plain;
  SourceSettings settings;
  std::array<MappingSpec, 2> mappings;  ///< by Kind
  std::string text;                     ///< the TOML it was read from

  [[nodiscard]] MappingSpec& mapping(Kind kind) { return mappings[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const MappingSpec& mapping(Kind kind) const {
    return mappings[static_cast<std::size_t>(kind)];
  }
};

/// What a pattern says that one piece of input becomes; `patterns test` holds it to that.
struct PatternSample {
  Pattern pattern;  ///< with the sample's own settings applied
  std::string account_zone;
  std::string input;
  /// Expected events, in order: key and value of the fields that are to be compared.
  std::vector<std::vector<std::pair<std::string, std::string>>> events;
  std::vector<std::string> rejects;  ///< expected reasons, in order
};

/// Reads a pattern; `name` is what messages call the file. Throws Error(usage) with line and
/// column for anything that is not as patterns/README.md says.
[[nodiscard]] Pattern parse_pattern(const std::string& toml, const std::string& name);
[[nodiscard]] std::vector<PatternSample> parse_samples(const std::string& toml,
                                                       const std::string& name);

/// Reads time_zone, date_order, numbers, [registration] and [purchase] of a source (or a sample)
/// and lays them over the pattern's own.
void apply_source_settings(TomlTable& table, Pattern& pattern);

}  // namespace ordertail

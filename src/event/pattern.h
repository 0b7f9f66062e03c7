// Pattern files: how a file is recognised, how a record is cut out of it, what its fields mean.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/toml_file.h"
#include "event/date_format.h"
#include "event/event.h"
#include "event/line_form.h"
#include "event/money.h"
#include "record/csv_dialect.h"

namespace ordertail {

/// Where a value is, as patterns write it: a column of a CSV file or a log; a name with one `*` for
/// all columns that fit it; "query:NAME", a parameter of the logged request; "path:NAME", what its
/// path has for {NAME}; "address:COLUMN", without the port; "constant:TEXT"; "COMPANION:Column".
/// The first one that is not empty gives the value.
using Columns = std::vector<std::string>;

/// What the cells of one column say of a record. They are compared whole, without regard to case;
/// "*" in a list is any value that is not empty and listed nowhere else.
struct Condition {
  std::string column;
  bool positive = false;            ///< a sale has an amount above zero here; no lists then
  std::vector<std::string> is;      ///< of a sale; empty: all but what is listed below
  std::vector<std::string> is_not;  ///< of what is none
  /// Reason ("refunded", "unpaid") and its values.
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
};

struct TimeSpec {
  Columns columns;                           ///< their cells, joined by a space, are what is read
  std::vector<std::string> formats;          ///< the first that fits wholly
  Columns zone_columns;                      ///< the cell names the zone
  std::map<std::string, std::string> zones;  ///< names in that cell that are no IANA zones
  std::string zone;                          ///< of times that carry none; empty: the source's
};

struct MoneySpec {
  Columns columns;
  Columns minus, plus;     ///< taken off, added: all of them; an empty cell is nothing
  bool over_rows = false;  ///< summed over the rows of the order
};

struct SkuSpec {
  Columns columns;   ///< the first one that gives any; one with a `*` gives those of all that fit
  std::string each;  ///< RE2 with one group: every match in a cell is one; empty: the cell is
};

/// What makes an event of one kind, and where its fields are.
struct MappingSpec {
  bool wanted = false;  ///< the pattern or the job has a table for this kind
  /// Of the logged request, as PathPattern has them; none: any record.
  std::vector<std::string> paths;
  std::vector<std::string> methods;   ///< of the logged request: "POST"; none: any
  std::vector<std::string> statuses;  ///< "302", "2xx"
  std::vector<Condition> when;
  std::array<Columns, kTextFields.size()> text;  ///< parallel to kTextFields
  Columns name;  ///< a full name, split at its last blank into first_name and last_name
  SkuSpec skus;
  // Alternatives: the first whose columns the file has.
  std::vector<TimeSpec> occurred_at;
  std::vector<MoneySpec> total_revenue;
  std::vector<std::pair<std::string, Columns>> extra;
  Columns session;  ///< of a visitor only
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
  std::vector<std::string> drop;  ///< columns that are never read; a `*` stands for anything
};

/// A second file (or a section of the same file) whose rows complete those of the first: columns
/// are written "name:Column". Found among the source's files by its header.
struct CompanionSpec {
  std::string name;
  CsvForm form;       ///< the pattern's own, where the companion's table says nothing else
  std::string key;    ///< column of the companion
  std::string match;  ///< column of the pattern's own file that has the same value
  std::vector<std::string> wanted{};  ///< columns that mappings name; a name may hold one '*'
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
  /// Why no event can be made of the files that it recognises, and what to do; empty: they can.
  std::string unusable;
  /// Keys of fields whose columns an export has only where somebody added them.
  std::vector<std::string> if_added;
  std::optional<CsvForm> csv;  // exactly one of the two
  std::optional<LineForm> line;
  std::vector<CompanionSpec> companions;
  NumberStyle numbers = NumberStyle::plain;
  bool numbers_vary = false;  ///< `numbers` is not known: the source or the columns have to tell
  SourceSettings settings;
  std::array<MappingSpec, 2> mappings;  ///< by Kind
  MappingSpec visitor;                  ///< of a log: which lines are a Sighting, and of whom
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
  std::vector<std::pair<std::string, std::string>> companions;  ///< name and input
  /// Expected events, in order: key and value of the fields that are to be compared.
  std::vector<std::vector<std::pair<std::string, std::string>>> events;
  std::vector<std::string> rejects;  ///< expected reasons, in order
  std::uint64_t withdrawn = 0;
  std::optional<std::map<std::string, std::uint64_t>> skipped;  ///< rows by reason, when given
};

/// Reads a pattern; `name` is what messages call the file. Throws Error(usage) with line and
/// column for anything that is not as patterns/README.md says.
[[nodiscard]] Pattern parse_pattern(const std::string& toml, const std::string& name);
[[nodiscard]] std::vector<PatternSample> parse_samples(const std::string& toml,
                                                       const std::string& name);

/// Has all files of a pattern for CSV divided by this byte, their headers too.
void set_delimiter(char delimiter, Pattern& pattern);

/// Reads time_zone, date_order, numbers, charset, delimiter, [registration], [purchase] and
/// [visitor] of a source (or a sample) and lays them over the pattern's own.
void apply_source_settings(TomlTable& table, Pattern& pattern);

}  // namespace ordertail

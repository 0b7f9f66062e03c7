#include "event/mapping_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "event/expression.h"
#include "event/path_pattern.h"
#include "event/selection.h"

namespace ordertail {
namespace {

/// The tables that say what an event is, read in the light of the rest of the pattern.
class MappingReader {
 public:
  explicit MappingReader(Pattern& pattern) : pattern_(pattern) {}

  void read(TomlTable& table, MappingSpec& spec) const;
  void read_visitor(TomlTable& table, MappingSpec& spec) const;

 private:
  void check(const TomlTable& table, std::string_view key, const Columns& columns) const;
  Columns columns(TomlTable& table, std::string_view key) const;
  void columns(TomlTable& table, std::string_view key, Columns& to) const;
  void check_log(const TomlTable& table, std::string_view key, const Columns& columns) const;
  void request(TomlTable& table, MappingSpec& spec) const;
  void when(TomlTable& table, MappingSpec& spec) const;
  void occurred_at(TomlTable& table, MappingSpec& spec) const;
  Condition condition(TomlTable& table, const std::string& column) const;
  TimeSpec time(TomlTable table) const;
  MoneySpec money(TomlTable table) const;
  std::vector<MoneySpec> revenue(TomlTable& table) const;
  SkuSpec skus(TomlTable& table) const;
  void extra(TomlTable table, std::vector<std::pair<std::string, Columns>>& to) const;

  Pattern& pattern_;
};

/// What to write for a place in a log that is none.
std::string advice(const std::string& entry, const std::vector<std::string>& fields) {
  const std::size_t colon = entry.find(':');
  std::string near = nearest(entry.substr(0, colon), {"query", "path", "constant", "address"});
  if (colon != entry.npos && !near.empty()) {
    near += entry.substr(colon);
  } else {
    near = nearest(entry, fields);
  }
  return near.empty() ? std::string("a parameter of the request is \"query:NAME\"")
                      : fmt::format("did you mean \"{}\"?", printable(near));
}

/// Refuses what stands in no line, if that is all: a log's fields are known before one is read.
void MappingReader::check_log(const TomlTable& table, std::string_view key,
                              const Columns& columns) const {
  const std::vector<std::string> fields = pattern_.line->columns();
  const Selection selection(fields);
  const bool has_one = std::any_of(columns.begin(), columns.end(),
                                   [&](const std::string& entry) { return selection.has(entry); });
  if (has_one || columns.empty()) return;
  throw table.error(key, fmt::format("the log has no field \"{}\"; {}", printable(columns.front()),
                                     advice(columns.front(), fields)));
}

/// Refuses what is not there or, as the pattern says, never to be read, and notes what is wanted of
/// companions.
void MappingReader::check(const TomlTable& table, std::string_view key,
                          const Columns& columns) const {
  if (pattern_.line) return check_log(table, key, columns);
  for (const std::string& entry : columns) {
    std::string_view name = entry;
    const CsvForm* form = &*pattern_.csv;
    for (CompanionSpec& companion : pattern_.companions) {
      if (!entry.starts_with(companion.name + ":")) continue;
      name.remove_prefix(companion.name.size() + 1);
      form = &companion.form;
      companion.wanted.emplace_back(name);
      break;
    }
    if (!fits_one_of(form->drop, name)) continue;
    throw table.error(key, fmt::format("the column \"{}\" is one that \"drop\" says is never read",
                                       printable(entry)));
  }
}

Columns MappingReader::columns(TomlTable& table, std::string_view key) const {
  Columns columns = table.texts(key);
  check(table, key, columns);
  return columns;
}

void MappingReader::columns(TomlTable& table, std::string_view key, Columns& to) const {
  if (Columns given = columns(table, key); !given.empty()) to = std::move(given);
}

bool is_word(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

Condition MappingReader::condition(TomlTable& table, const std::string& column) const {
  Condition condition{column, false, {}, {}, {}};
  check(table, column, {column});
  if (!table.is_table(column)) {
    condition.is = table.texts(column);
    return condition;
  }
  TomlTable test = table.required_table(column);
  if (test.has("above")) {
    if (test.text("above") != "0") throw test.error("above", R"("above" can only be "0")");
    condition.positive = true;
    test.finish();
    return condition;
  }
  for (const std::string& key : test.keys()) {
    if (!is_word(key)) {
      throw test.error(key,
                       fmt::format("\"{}\" is no reason: write one in lower-case letters and _",
                                   printable(key)));
    }
    if (key == "is") {
      condition.is = test.texts(key);
    } else if (key == "not") {
      condition.is_not = test.texts(key);
    } else {
      condition.reasons.emplace_back(key, test.texts(key));
    }
  }
  return condition;
}

std::vector<std::string> read_formats(TomlTable& table) {
  std::vector<std::string> formats = table.texts("format");
  if (formats.empty()) static_cast<void>(table.required_text("format"));
  for (const std::string& format : formats) {
    try {
      static_cast<void>(DateFormat(format, DateOrder::mdy));  // the order is the source's to say
    } catch (const Error& error) {
      throw table.error("format", error.what());
    }
  }
  return formats;
}

TimeSpec MappingReader::time(TomlTable table) const {
  TimeSpec spec;
  spec.columns = columns(table, "column");
  spec.formats = read_formats(table);
  spec.zone = read_zone(table, "zone").value_or("");
  spec.zone_columns = columns(table, "zone_column");
  if (auto zones = table.table("zones")) {
    for (const std::string& key : zones->keys()) spec.zones[key] = *read_zone(*zones, key);
  }
  table.finish();
  if (spec.columns.empty()) throw table.error({}, R"(a time needs the key "column")");
  return spec;
}

MoneySpec MappingReader::money(TomlTable table) const {
  MoneySpec spec{columns(table, "column"), columns(table, "minus"), columns(table, "plus"), false};
  if (const auto over = table.text("over")) {
    if (*over != "rows") throw table.error("over", R"("over" can only be "rows")");
    spec.over_rows = true;
  }
  table.finish();
  if (spec.columns.empty()) throw table.error({}, R"(an amount needs the key "column")");
  return spec;
}

std::vector<MoneySpec> MappingReader::revenue(TomlTable& table) const {
  std::vector<MoneySpec> alternatives;
  if (table.holds_tables("total_revenue")) {
    for (TomlTable& each : table.table_or_tables("total_revenue")) {
      alternatives.push_back(money(std::move(each)));
    }
  } else if (Columns plain = columns(table, "total_revenue"); !plain.empty()) {
    alternatives.push_back({std::move(plain), {}, {}, false});
  }
  return alternatives;
}

SkuSpec MappingReader::skus(TomlTable& table) const {
  if (!table.is_table("skus")) return {columns(table, "skus"), ""};
  TomlTable packed = table.required_table("skus");
  SkuSpec spec{columns(packed, "column"), packed.required_text("each")};
  packed.finish();
  if (spec.columns.empty()) throw packed.error({}, R"(packed SKUs need the key "column")");
  try {
    if (Expression(spec.each).groups() == 1) return spec;
  } catch (const Error& error) {
    throw packed.error("each", error.what());
  }
  throw packed.error("each",
                     "the expression must have exactly one group, which is the SKU; "
                     "write (?:...) for any other");
}

/// The columns of the extra field `key`, which is added when there is none yet.
Columns& column_of(const std::string& key, std::vector<std::pair<std::string, Columns>>& extra) {
  for (auto& [known, columns] : extra) {
    if (known == key) return columns;
  }
  return extra.emplace_back(key, Columns()).second;
}

/// Names to which HubSpot gives a meaning of its own; a CloseDate in a registration would make a
/// customer of a lead.
constexpr std::array<std::string_view, 13> kReserved{
    "FirstName", "LastName", "Email",     "Phone",     "Address",   "City",   "State",
    "ZipCode",   "Country",  "IPAddress", "UserToken", "CloseDate", "hapikey"};

void MappingReader::extra(TomlTable table, std::vector<std::pair<std::string, Columns>>& to) const {
  for (const std::string& key : table.keys()) {
    for (const std::string_view reserved : kReserved) {
      if (!equal_ignoring_case(key, reserved)) continue;
      throw table.error(key, fmt::format("\"{}\" means something to HubSpot and cannot be the name "
                                         "of an extra field",
                                         printable(key)));
    }
    column_of(key, to) = columns(table, key);
  }
}

/// "2xx" or "302"
bool is_status(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() == 3 && is_digit(text[0]) &&
         (text.substr(1) == "xx" || (is_digit(text[1]) && is_digit(text[2])));
}

/// Refuses what the table says of parts of a path that none of the paths has, and of nothing else.
/// A pattern's paths may be the job's to say.
void check_parts(TomlTable& table, const MappingSpec& spec) {
  if (spec.paths.empty()) return;
  std::set<std::string> parts;
  for (const std::string& path : spec.paths) {
    const PathPattern pattern(path);
    for (const std::string& name : pattern.names()) parts.insert("path:" + name);
  }
  const auto check = [&](std::string_view key, const Columns& columns) {
    if (columns.empty() || !table.has(key)) return;
    const bool is_always_empty =
        std::all_of(columns.begin(), columns.end(), [&](const std::string& entry) {
          return entry.starts_with("path:") && !parts.contains(entry);
        });
    if (!is_always_empty) return;
    throw table.error(
        key, fmt::format("no path here has a {{{0}}}, so that \"path:{0}\" is always empty: write "
                         "path = \"/checkout/{{{0}}}\", for example",
                         printable(columns.front().substr(columns.front().find(':') + 1))));
  };
  for (std::size_t i = 0; i < kTextFields.size(); ++i) check(kTextFields[i].key, spec.text[i]);
  for (const Condition& condition : spec.when) check("when", {condition.column});
  for (const auto& [key, columns] : spec.extra) check("extra", columns);
  check("name", spec.name);
  check("skus", spec.skus.columns);
  check("session", spec.session);
}

/// What is asked of a logged request.
void MappingReader::request(TomlTable& table, MappingSpec& spec) const {
  if (table.has("path")) spec.paths = table.texts("path");
  try {
    for (const std::string& path : spec.paths) static_cast<void>(PathPattern(path));
  } catch (const Error& error) {
    throw table.error("path", error.what());
  }
  if (table.has("method")) {
    spec.methods = table.texts("method");
    if (pattern_.line && !pattern_.line->tells_method()) {
      throw table.error("method", "nothing in this log tells the method of a request");
    }
  }
  if (!table.has("status")) return;
  spec.statuses = table.texts("status");
  if (pattern_.line && pattern_.line->status.empty()) {
    throw table.error("status", "nothing in this log tells how a request went");
  }
  for (const std::string& status : spec.statuses) {
    if (is_status(status)) continue;
    throw table.error("status",
                      R"(a status is written like "302", or "2xx" for all of 200 to 299)");
  }
}

void MappingReader::when(TomlTable& table, MappingSpec& spec) const {
  auto given = table.table("when");
  if (!given) return;
  spec.when.clear();
  for (const std::string& column : given->keys()) spec.when.push_back(condition(*given, column));
}

void MappingReader::occurred_at(TomlTable& table, MappingSpec& spec) const {
  if (table.has("occurred_at")) spec.occurred_at.clear();
  for (TomlTable& each : table.table_or_tables("occurred_at")) {
    spec.occurred_at.push_back(time(std::move(each)));
  }
}

void MappingReader::read_visitor(TomlTable& table, MappingSpec& spec) const {
  request(table, spec);
  when(table, spec);
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    const std::string_view key = kTextFields[i].key;
    if (key == "order_number" || key == "email" || key == "utk" || key == "ip") {
      columns(table, key, spec.text[i]);
    }
  }
  columns(table, "session", spec.session);
  occurred_at(table, spec);
  table.finish();
}

void MappingReader::read(TomlTable& table, MappingSpec& spec) const {
  request(table, spec);
  when(table, spec);
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    columns(table, kTextFields[i].key, spec.text[i]);
  }
  columns(table, "name", spec.name);
  if (SkuSpec given = skus(table); !given.columns.empty()) spec.skus = std::move(given);
  occurred_at(table, spec);
  if (auto given = revenue(table); !given.empty()) spec.total_revenue = std::move(given);
  if (auto given = table.table("extra")) extra(*std::move(given), spec.extra);
  table.finish();
}

}  // namespace

std::optional<std::string> read_zone(TomlTable& table, std::string_view key) {
  auto zone = table.text(key);
  if (zone && !TimeZone::find(*zone)) {
    throw table.error(key, fmt::format("there is no time zone \"{}\"; write one such as "
                                       "\"America/New_York\"",
                                       printable(*zone)));
  }
  return zone;
}

void read_mapping(TomlTable table, Kind kind, Pattern& pattern) {
  MappingSpec& spec = pattern.mapping(kind);
  MappingReader(pattern).read(table, spec);
  if (spec.wanted) check_parts(table, spec);  // [fields] may be of several paths
}

void read_visitor(TomlTable table, Pattern& pattern) {
  if (!pattern.line) throw table.error({}, "visitors are told by the lines of a log");
  pattern.visitor.wanted = true;
  MappingReader(pattern).read_visitor(table, pattern.visitor);
  check_parts(table, pattern.visitor);
  if (pattern.visitor.occurred_at.empty()) {
    throw table.error({},
                      "a visitor needs the time, and nothing says where that is: log it "
                      "($time_local, %t), or add occurred_at to this table");
  }
}

}  // namespace ordertail

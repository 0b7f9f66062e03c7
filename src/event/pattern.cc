#include "event/pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "event/csv_form.h"
#include "event/mapping_spec.h"

namespace ordertail {
namespace {

std::optional<NumberStyle> read_numbers(TomlTable& table) {
  const auto example = table.text("numbers");
  if (!example) return std::nullopt;
  if (const auto style = number_style(*example)) return style;
  throw table.error("numbers",
                    R"("numbers" must be one of "1234.56", "1,234.56", "1.234,56", "1 234,56", )"
                    R"("1234,56")");
}

void read_kind(TomlTable& table, Kind kind, Pattern& pattern) {
  auto given = table.table(name_of(kind));
  if (!given) return;
  pattern.mapping(kind).wanted = true;
  read_mapping(*std::move(given), kind, pattern);
}

/// What is a registration, a purchase, a visitor.
void read_tables(TomlTable& table, Pattern& pattern) {
  read_kind(table, Kind::registration, pattern);
  read_kind(table, Kind::purchase, pattern);
  if (auto visitor = table.table("visitor")) read_visitor(*std::move(visitor), pattern);
}

std::vector<std::pair<std::string, std::string>> read_companion_inputs(TomlTable& sample,
                                                                       const Pattern& pattern) {
  std::vector<std::pair<std::string, std::string>> inputs;
  auto table = sample.table("companions");
  if (!table) return inputs;
  for (const CompanionSpec& companion : pattern.companions) {
    if (auto input = table->text(companion.name)) inputs.emplace_back(companion.name, *input);
  }
  table->finish();
  return inputs;
}

std::optional<std::map<std::string, std::uint64_t>> read_counts(TomlTable& sample,
                                                                std::string_view key) {
  auto table = sample.table(key);
  if (!table) return std::nullopt;
  std::map<std::string, std::uint64_t> counts;
  for (const std::string& reason : table->keys()) {
    counts[reason] = static_cast<std::uint64_t>(table->integer(reason).value_or(0));
  }
  return counts;
}

PatternSample read_sample(TomlTable table, const Pattern& pattern) {
  PatternSample sample{pattern, "", "", {}, {}, {}, 0, {}};
  sample.account_zone = table.text("account_zone").value_or("UTC");
  sample.input = table.required_text("input");
  sample.companions = read_companion_inputs(table, pattern);
  sample.rejects = table.texts("rejects");
  sample.withdrawn = static_cast<std::uint64_t>(table.integer("withdrawn").value_or(0));
  sample.skipped = read_counts(table, "skipped");
  for (TomlTable& event : table.tables("events")) {
    auto& fields = sample.events.emplace_back();
    for (const std::string& key : event.keys()) fields.emplace_back(key, event.required_text(key));
  }
  apply_source_settings(table, sample.pattern);
  table.finish();
  return sample;
}

Pattern read_pattern(TomlTable& table) {
  Pattern pattern;
  pattern.name = table.required_text("name");
  pattern.describes = table.required_text("describes");
  pattern.verified = table.required_text("verified");
  pattern.unusable = table.text("unusable").value_or("");
  pattern.if_added = table.texts("if_added");
  pattern.numbers_vary = table.text("numbers") == "varies";
  if (!pattern.numbers_vary) pattern.numbers = read_numbers(table).value_or(NumberStyle::plain);
  if (auto csv = table.table("csv")) pattern.csv = read_csv_form(*std::move(csv));
  if (auto line = table.table("line")) read_line_form(*std::move(line), pattern);
  if (pattern.csv.has_value() == pattern.line.has_value()) {
    throw table.error({}, "a pattern has either a table [csv] or a table [line]");
  }
  if (pattern.csv) pattern.companions = read_companions(table.tables("companion"), *pattern.csv);
  if (auto fields = table.table("fields")) {
    read_mapping(*std::move(fields), Kind::registration, pattern);
    pattern.mapping(Kind::purchase) = pattern.mapping(Kind::registration);
    pattern.visitor = pattern.mapping(Kind::registration);
  }
  read_tables(table, pattern);
  return pattern;
}

/// Lays the source's character set over that of all its files.
void set_charset(const std::string& charset, Pattern& pattern) {
  if (charset.empty()) return;
  pattern.csv->charset = charset;
  for (CompanionSpec& companion : pattern.companions) companion.form.charset = charset;
}

}  // namespace

void set_delimiter(char delimiter, Pattern& pattern) {
  const auto set = [&](CsvForm& form) {
    form.frame.dialect.delimiter = delimiter;
    form.frame.header_delimiter.reset();
  };
  set(*pattern.csv);
  for (CompanionSpec& companion : pattern.companions) set(companion.form);
}

void apply_source_settings(TomlTable& table, Pattern& pattern) {
  SourceSettings& settings = pattern.settings;
  settings.time_zone = read_zone(table, "time_zone").value_or(settings.time_zone);
  if (const auto order = table.text("date_order")) {
    settings.date_order = date_order(*order);
    if (!settings.date_order) {
      throw table.error("date_order", R"("date_order" must be "mdy", "dmy" or "ymd")");
    }
  }
  if (const auto numbers = read_numbers(table)) {
    pattern.numbers = *numbers;
    pattern.numbers_vary = false;
  }
  if (pattern.line) read_bots(table, *pattern.line);
  if (pattern.csv) {
    set_charset(read_charset(table, "charset"), pattern);
    if (const auto delimiter = read_delimiter(table, "delimiter"))
      set_delimiter(*delimiter, pattern);
  }
  read_tables(table, pattern);
}

Pattern parse_pattern(const std::string& toml, const std::string& name) {
  TomlTable table = TomlTable::parse(toml, name);
  Pattern pattern = read_pattern(table);
  pattern.text = toml;
  if (table.tables("sample").empty()) {
    throw table.error({}, "a pattern needs at least one [[sample]]");
  }
  table.finish();
  return pattern;
}

std::vector<PatternSample> parse_samples(const std::string& toml, const std::string& name) {
  TomlTable table = TomlTable::parse(toml, name);
  const Pattern pattern = read_pattern(table);
  std::vector<PatternSample> samples;
  for (TomlTable& sample : table.tables("sample")) {
    samples.push_back(read_sample(std::move(sample), pattern));
  }
  return samples;
}

}  // namespace ordertail

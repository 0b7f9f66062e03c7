#include "event/mapping_spec.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace ordertail {
namespace {

void read_columns(TomlTable& table, std::string_view key, Columns& columns) {
  if (auto given = table.texts(key); !given.empty()) columns = std::move(given);
}

std::vector<Condition> read_conditions(TomlTable table) {
  std::vector<Condition> conditions;
  for (const std::string& column : table.keys()) {
    Condition condition{column, {}, false};
    if (table.is_table(column)) {
      TomlTable test = table.required_table(column);
      if (test.required_text("above") != "0") {
        throw test.error("above", R"("above" can only be "0")");
      }
      test.finish();
      condition.positive = true;
    } else {
      condition.values = table.texts(column);
    }
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

std::string read_format(TomlTable& table) {
  std::string format = table.required_text("format");
  try {
    static_cast<void>(DateFormat(format, DateOrder::mdy));  // the order is the source's to say
  } catch (const Error& error) {
    throw table.error("format", error.what());
  }
  return format;
}

TimeSpec read_time(TomlTable table) {
  TimeSpec spec;
  spec.columns = table.texts("column");
  spec.format = read_format(table);
  spec.zone = read_zone(table, "zone").value_or("");
  spec.zone_columns = table.texts("zone_column");
  if (auto zones = table.table("zones")) {
    for (const std::string& key : zones->keys()) spec.zones[key] = *read_zone(*zones, key);
  }
  table.finish();
  if (spec.columns.empty()) throw table.error({}, R"(a time needs the key "column")");
  return spec;
}

MoneySpec read_money(TomlTable table) {
  MoneySpec spec{table.texts("column"), table.texts("minus")};
  table.finish();
  if (spec.columns.empty()) throw table.error({}, R"(an amount needs the key "column")");
  return spec;
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

void read_extra(TomlTable table, std::vector<std::pair<std::string, Columns>>& extra) {
  for (const std::string& key : table.keys()) {
    for (const std::string_view reserved : kReserved) {
      if (!equal_ignoring_case(key, reserved)) continue;
      throw table.error(key, fmt::format("\"{}\" means something to HubSpot and cannot be the name "
                                         "of an extra field",
                                         printable(key)));
    }
    column_of(key, extra) = table.texts(key);
  }
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

void read_mapping(TomlTable table, MappingSpec& spec) {
  if (auto path = table.text("path")) spec.path = *path;
  if (auto when = table.table("when")) spec.when = read_conditions(*std::move(when));
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    read_columns(table, kTextFields[i].key, spec.text[i]);
  }
  read_columns(table, "name", spec.name);
  read_columns(table, "skus", spec.skus);
  if (auto time = table.table("occurred_at")) spec.occurred_at = read_time(*std::move(time));
  if (table.is_table("total_revenue")) {
    spec.total_revenue = read_money(table.required_table("total_revenue"));
  } else {
    read_columns(table, "total_revenue", spec.total_revenue.columns);
  }
  if (auto extra = table.table("extra")) read_extra(*std::move(extra), spec.extra);
  table.finish();
}

}  // namespace ordertail

#include "event/line_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "event/expression.h"
#include "event/pattern.h"
#include "event/visit.h"

namespace ordertail {
namespace {

/// A field of nginx (ngx_http_core_module, ngx_http_log_module) or Apache (mod_log_config) and what
/// is read from it.
struct Known {
  std::string_view field, meaning;
};

/// HubSpot's links between domains carry it; there is a place for it in every request.
constexpr std::string_view kHstc = "query:__hstc";

constexpr std::array<Known, 33> kKnown{{{"$request", "request"},
                                        {"%r", "request"},
                                        {"$request_uri", "target"},
                                        {"$uri$is_args$args", "target"},
                                        {"%U%q", "target"},
                                        {"$uri", "path"},
                                        {"%U", "path"},
                                        {"$args", "query"},
                                        {"$query_string", "query"},
                                        {"%q", "query"},
                                        {"$request_method", "method"},
                                        {"%m", "method"},
                                        {"$status", "status"},
                                        {"%s", "status"},
                                        {"$remote_addr", "ip"},
                                        {"%a", "ip"},
                                        {"%{c}a", "ip"},
                                        {"%h", "ip"},
                                        {"$cookie_hubspotutk", "utk"},
                                        {"%{hubspotutk}C", "utk"},
                                        {"$http_cookie", "utk"},
                                        {"%{Cookie}i", "utk"},
                                        {kHstc, "utk"},
                                        {"$http_referer", "utk"},
                                        {"%{Referer}i", "utk"},
                                        {"$http_user_agent", "user_agent"},
                                        {"%{User-Agent}i", "user_agent"},
                                        {"$http_sec_purpose", "purpose"},
                                        {"%{Sec-Purpose}i", "purpose"},
                                        {"$http_purpose", "purpose"},
                                        {"%{Purpose}i", "purpose"},
                                        {"$http_x_moz", "purpose"},
                                        {"%{X-Moz}i", "purpose"}}};

constexpr std::array<Known, 5> kTimes{{{"$time_local", "%d/%b/%Y:%T %z"},
                                       {"%t", "%d/%b/%Y:%T %z"},
                                       {"$time_iso8601", "%FT%T%z"},
                                       {"$msec", "%s"},
                                       {"%{sec}t", "%s"}}};

bool has(const LineFormat& format, std::string_view field) {
  return std::any_of(format.fields.begin(), format.fields.end(),
                     [&](const LineFormat::Field& each) { return each.name == field; });
}

/// The format's fields of this meaning, the one that says it best first.
Columns fields_of(const LineFormat& format, std::string_view meaning) {
  Columns fields;
  for (const Known& known : kKnown) {
    const bool is_there = known.field == kHstc || has(format, known.field);
    if (known.meaning == meaning && is_there) fields.emplace_back(known.field);
  }
  return fields;
}

std::string first_of(const LineFormat& format, std::string_view meaning) {
  const Columns fields = fields_of(format, meaning);
  return fields.empty() ? std::string() : fields.front();
}

/// Apache's %{%d/%b/%Y %T}t is written as the strftime format in it says.
std::string strftime_format(const std::string& field) {
  return field.starts_with("%{%") && field.ends_with("}t") ? field.substr(2, field.size() - 4)
                                                           : std::string();
}

bool is_readable(const std::string& format) {
  try {
    static_cast<void>(DateFormat(format, std::nullopt));
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::vector<TimeSpec> times_of(const LineFormat& format) {
  std::vector<TimeSpec> times;
  const auto add = [&](std::string_view field, std::string_view how) {
    TimeSpec& time = times.emplace_back();
    time.columns = {std::string(field)};
    time.formats = {std::string(how)};
  };
  for (const Known& time : kTimes) {
    if (has(format, time.field)) add(time.field, time.meaning);
  }
  for (const LineFormat::Field& field : format.fields) {
    const std::string how = strftime_format(field.name);
    if (!how.empty() && is_readable(how)) add(field.name, how);
  }
  return times;
}

void apply_known_fields(const LineFormat& format, Pattern& pattern) {
  LineForm& form = *pattern.line;
  form.request = first_of(format, "request");
  form.target = first_of(format, "target");
  form.path = first_of(format, "path");
  form.query = first_of(format, "query");
  form.method = first_of(format, "method");
  form.status = first_of(format, "status");
  form.user_agent = fields_of(format, "user_agent");
  form.purpose = fields_of(format, "purpose");
  MappingSpec& known = pattern.visitor;
  known.occurred_at = times_of(format);
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    known.text[i] = fields_of(format, kTextFields[i].key);
  }
  for (MappingSpec& mapping : pattern.mappings) {
    mapping.occurred_at = known.occurred_at;
    mapping.text = known.text;
  }
}

LineExpression read_expression(TomlTable& table) {
  LineExpression expression{table.required_text("regex")};
  try {
    static_cast<void>(LinePattern(expression.text, {}));
  } catch (const Error& error) {
    throw table.error("regex", error.what());
  }
  return expression;
}

LineEscapes read_escapes(TomlTable& table) {
  const std::string escapes = table.text("escapes").value_or("backslash");
  if (escapes == "backslash") return LineEscapes::backslash;
  if (escapes == "hash") return LineEscapes::hash;
  if (escapes == "json") return LineEscapes::json;
  if (escapes == "none") return LineEscapes::none;
  throw table.error("escapes",
                    R"("escapes" must be one of "backslash", "hash", "json" and "none")");
}

LineFormat read_named_format(TomlTable& table) {
  const std::string text = table.required_text("format");
  const LineEscapes escapes = read_escapes(table);
  const std::vector<std::string> loose = table.texts("loose");
  try {
    return named_line_format(text, escapes, loose);
  } catch (const Error& error) {
    throw table.error("format", error.what());
  }
}

TableForm read_table_form(TomlTable table) {
  TableForm form{table.required_text("naming"), ' ', table.texts("columns"), {}};
  const std::string separator = table.text("separator").value_or(" ");
  if (separator.size() != 1) throw table.error("separator", R"("separator" must be one byte)");
  form.separator = separator.front();
  if (form.naming.empty()) throw table.error("naming", R"("naming" must not be empty)");
  table.finish();
  return form;
}

JsonForm read_json_form(TomlTable table) {
  JsonForm form{table.texts("columns"), {}};
  table.finish();
  return form;
}

void check_column(const TomlTable& table, std::string_view key, const LineForm& form,
                  const std::string& column) {
  const auto columns = form.columns();
  if (std::find(columns.begin(), columns.end(), column) != columns.end()) return;
  const bool is_expression = std::holds_alternative<LineExpression>(form.cut);
  throw table.error(key, fmt::format("the {} \"{}\"",
                                     is_expression ? "expression has no group" : "log has no field",
                                     printable(column)));
}

/// The column of the form named at `key`, if there is such a key.
void read_column(TomlTable& table, std::string_view key, const LineForm& form, std::string& to) {
  const auto column = table.text(key);
  if (!column) return;
  check_column(table, key, form, *column);
  to = *column;
}

void read_columns(TomlTable& table, std::string_view key, const LineForm& form, Columns& to) {
  Columns columns = table.texts(key);
  for (const std::string& column : columns) check_column(table, key, form, column);
  if (!columns.empty()) to = std::move(columns);
}

/// Which of the keys that say how a line is cut the table has; "regex" when it has none.
std::string way_of_cutting(TomlTable& table) {
  std::string how;
  for (const char* key : {"log_format", "LogFormat", "format", "table", "json", "regex"}) {
    if (!table.has(key)) continue;
    // Of two servers' formats read_server_format() complains.
    if (!how.empty() && key != std::string_view("LogFormat")) {
      throw table.error(key, fmt::format("a line is cut in one way: this has {} already", how));
    }
    how = key;
  }
  return how.empty() ? "regex" : how;
}

}  // namespace

std::vector<std::string> LineForm::columns() const {
  if (const auto* expression = std::get_if<LineExpression>(&cut)) {
    return group_names(expression->text);
  }
  if (const auto* format = std::get_if<LineFormat>(&cut)) return format->names();
  if (const auto* table = std::get_if<TableForm>(&cut)) return table->columns;
  return std::get<JsonForm>(cut).columns;
}

std::vector<std::string> LineForm::needed() const {
  std::vector<std::string> needed;
  for (const std::string& column : {needed_for_request(), status}) {
    if (!column.empty()) needed.push_back(column);
  }
  return needed;
}

LineMatcher LineForm::matcher(const std::vector<std::string>& wanted) const {
  if (const auto* expression = std::get_if<LineExpression>(&cut)) {
    return LinePattern(expression->text, wanted);
  }
  if (const auto* format = std::get_if<LineFormat>(&cut)) return LineSplitter(*format, wanted);
  if (const auto* table = std::get_if<TableForm>(&cut)) {
    return LineTable({table->naming, table->separator, table->columns, needed()}, wanted);
  }
  return JsonLine({std::get<JsonForm>(cut).columns, needed()}, wanted);
}

bool read_server_format(TomlTable& table, Pattern& pattern) {
  constexpr std::string_view kNginx = "log_format";
  constexpr std::string_view kApache = "LogFormat";
  const bool nginx = table.has(kNginx);
  if (!nginx && !table.has(kApache)) return false;
  const std::string_view key = nginx ? kNginx : kApache;
  const std::string text = table.required_text(key);
  if (nginx && table.has(kApache)) {
    throw table.error(kApache, "a log has either nginx's log_format or Apache's LogFormat");
  }
  LineForm& form = pattern.line.emplace();
  form.bots = kBots;
  try {
    form.cut = nginx ? nginx_line_format(text) : apache_line_format(text);
  } catch (const Error& error) {
    throw table.error(key, fmt::format("{}: {}", key, error.what()));
  }
  apply_known_fields(std::get<LineFormat>(form.cut), pattern);
  if (!form.has_request()) {
    throw table.error(key,
                      fmt::format("{} has no field for the request ({}), so nothing tells which "
                                  "lines are conversions",
                                  key, nginx ? "$request, or $request_uri" : "%r, or %U%q"));
  }
  return true;
}

void read_bots(TomlTable& table, LineForm& form) {
  const auto bots = table.text("bots");
  if (!bots) return;
  form.bots = *bots;
  try {
    static_cast<void>(Expression(form.bots));
  } catch (const Error& error) {
    throw table.error("bots", error.what());
  }
}

void read_line_form(TomlTable table, Pattern& pattern) {
  const std::string how = way_of_cutting(table);
  if (!read_server_format(table, pattern)) pattern.line.emplace().bots = kBots;
  LineForm& form = *pattern.line;
  if (how == "format") form.cut = read_named_format(table);
  if (how == "table") form.cut = read_table_form(table.required_table("table"));
  if (how == "json") form.cut = read_json_form(table.required_table("json"));
  if (how == "regex") form.cut = read_expression(table);
  for (const auto& [key, column] :
       {std::pair("request", &form.request), std::pair("target", &form.target),
        std::pair("path", &form.path), std::pair("query", &form.query),
        std::pair("method", &form.method), std::pair("status", &form.status)}) {
    read_column(table, key, form, *column);
  }
  read_columns(table, "user_agent", form, form.user_agent);
  read_columns(table, "purpose", form, form.purpose);
  read_bots(table, form);
  form.encoded_twice = table.boolean("encoded_twice").value_or(false);
  table.finish();
}

}  // namespace ordertail

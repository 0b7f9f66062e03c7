#include "event/line_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "event/expression.h"
#include "event/pattern.h"
#include "event/server_format.h"
#include "event/visit.h"

namespace ordertail {
namespace {

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

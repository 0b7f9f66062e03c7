#include "event/line_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "event/pattern.h"

namespace ordertail {
namespace {

/// A field of nginx (ngx_http_core_module, ngx_http_log_module) or Apache (mod_log_config) and what
/// is read from it.
struct Known {
  std::string_view field, meaning;
};
constexpr std::array<Known, 13> kKnown{{{"$request", "request"},
                                        {"%r", "request"},
                                        {"$request_uri", "target"},
                                        {"$uri$is_args$args", "target"},
                                        {"%U%q", "target"},
                                        {"$status", "status"},
                                        {"%s", "status"},
                                        {"$remote_addr", "ip"},
                                        {"%a", "ip"},
                                        {"%{c}a", "ip"},
                                        {"%h", "ip"},
                                        {"$cookie_hubspotutk", "utk"},
                                        {"%{hubspotutk}C", "utk"}}};

constexpr std::array<Known, 4> kTimes{{{"$time_local", "%d/%b/%Y:%T %z"},
                                       {"%t", "%d/%b/%Y:%T %z"},
                                       {"$time_iso8601", "%FT%T%z"},
                                       {"$msec", "%s"}}};

bool has(const LineFormat& format, std::string_view field) {
  return std::any_of(format.fields.begin(), format.fields.end(),
                     [&](const LineFormat::Field& each) { return each.name == field; });
}

/// The format's fields of this meaning, the one that says it best first.
Columns fields_of(const LineFormat& format, std::string_view meaning) {
  Columns fields;
  for (const Known& known : kKnown) {
    if (known.meaning == meaning && has(format, known.field)) fields.emplace_back(known.field);
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
  form.request_group = first_of(format, "request");
  form.is_target = form.request_group.empty();
  if (form.is_target) form.request_group = first_of(format, "target");
  form.status_group = first_of(format, "status");
  for (MappingSpec& mapping : pattern.mappings) {
    mapping.occurred_at = times_of(format);
    for (std::size_t i = 0; i < kTextFields.size(); ++i) {
      mapping.text[i] = fields_of(format, kTextFields[i].key);
    }
  }
}

std::string read_expression(TomlTable& table) {
  std::string expression = table.required_text("regex");
  try {
    static_cast<void>(LinePattern(expression, {}));
  } catch (const Error& error) {
    throw table.error("regex", error.what());
  }
  return expression;
}

/// The column of the form named at `key`, if there is such a key.
void read_column(TomlTable& table, std::string_view key, const LineForm& form, std::string& to) {
  const auto column = table.text(key);
  if (!column) return;
  const auto columns = form.columns();
  if (std::find(columns.begin(), columns.end(), *column) == columns.end()) {
    throw table.error(
        key, fmt::format("the {} has no {} \"{}\"", form.format ? "log format" : "expression",
                         form.format ? "field" : "group", printable(*column)));
  }
  to = *column;
}

}  // namespace

std::vector<std::string> LineForm::columns() const {
  return format ? format->names() : group_names(expression);
}

LineMatcher LineForm::matcher(const std::vector<std::string>& wanted) const {
  if (format) return LineSplitter(*format, wanted);
  return LinePattern(expression, wanted);
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
  try {
    pattern.line.emplace().format = nginx ? nginx_line_format(text) : apache_line_format(text);
  } catch (const Error& error) {
    throw table.error(key, fmt::format("{}: {}", key, error.what()));
  }
  apply_known_fields(*pattern.line->format, pattern);
  if (pattern.line->request_group.empty()) {
    throw table.error(key,
                      fmt::format("{} has no field for the request ({}), so nothing tells which "
                                  "lines are conversions",
                                  key, nginx ? "$request, or $request_uri" : "%r, or %U%q"));
  }
  return true;
}

void read_line_form(TomlTable table, Pattern& pattern) {
  if (!read_server_format(table, pattern))
    pattern.line.emplace().expression = read_expression(table);
  LineForm& form = *pattern.line;
  read_column(table, "request", form, form.request_group);
  read_column(table, "status", form, form.status_group);
  table.finish();
}

}  // namespace ordertail

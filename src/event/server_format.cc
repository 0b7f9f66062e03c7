#include "event/server_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"
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

constexpr std::array<Known, 36> kKnown{{{"$request", "request"},
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
                                        {"%{c}h", "ip"},
                                        {"$cookie_hubspotutk", "utk"},
                                        {"%{hubspotutk}C", "utk"},
                                        {"$http_cookie", "utk"},
                                        {"%{Cookie}i", "utk"},
                                        {"$cookie___hstc", "utk"},
                                        {"%{__hstc}C", "utk"},
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

/// The field as the format writes it; empty when it has none such.
std::string written(const LineFormat& format, std::string_view known) {
  const auto field =
      std::find_if(format.fields.begin(), format.fields.end(),
                   [&](const auto& each) { return is_same_field(each.name, known); });
  return field == format.fields.end() ? std::string() : field->name;
}

/// The format's fields of this meaning, the one that says it best first.
Columns fields_of(const LineFormat& format, std::string_view meaning) {
  Columns fields;
  for (const Known& known : kKnown) {
    if (known.meaning != meaning) continue;
    std::string field = known.field == kHstc ? std::string(kHstc) : written(format, known.field);
    if (!field.empty()) fields.push_back(std::move(field));
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
  const auto add = [&](std::string field, std::string_view how) {
    TimeSpec& time = times.emplace_back();
    time.columns = {std::move(field)};
    time.formats = {std::string(how)};
  };
  for (const Known& time : kTimes) {
    std::string field = written(format, time.field);
    if (!field.empty()) add(std::move(field), time.meaning);
  }
  for (const LineFormat::Field& field : format.fields) {
    const std::string how = strftime_format(field.name);
    if (!how.empty() && is_readable(how)) add(field.name, how);
  }
  return times;
}

/// Is one the other with a letter more, less or changed, or with two of them swapped?
bool is_slip_of(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty() && a.front() == b.front()) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
  const bool swapped = a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0];
  return swapped || std::max(a.size(), b.size()) == 1;
}

/// Does the format tell this already? A request, by whichever of its parts.
bool tells(const LineFormat& format, std::string_view meaning) {
  const bool of_request = meaning == "request" || meaning == "target" || meaning == "path";
  return std::any_of(kKnown.begin(), kKnown.end(), [&](const Known& known) {
    const bool fits = known.meaning == meaning ||
                      ((of_request || meaning == "method") && known.meaning == "request") ||
                      (of_request && (known.meaning == "target" || known.meaning == "path"));
    return fits && !written(format, known.field).empty();
  });
}

/// A name that is free and less like one that is known.
std::string own_name(const std::string& name) {
  return name.front() == '$' ? "$my_" + name.substr(1) : "%{My-" + name.substr(2);
}

/// A slip would go unseen: the field would mean nothing, and a 404 be taken for a sale. Short names
/// are one letter away from too many, and so are directives that name no header.
void check_slip(const LineFormat::Field& field, std::string_view known) {
  constexpr std::size_t kShort = 5;
  const std::string_view kind = known.substr(known.size() - 2);
  const bool of_kind =
      known.front() == '$' || ((kind == "}i" || kind == "}C") && field.name.ends_with(kind));
  if (!of_kind || known.size() <= kShort || !is_slip_of(lower(field.name), lower(known))) return;
  throw Error(
      ExitCode::usage,
      fmt::format("column {}: nothing is known of {}; write {} if that is meant, or else a "
                  "name less like it, such as {}: names are free here",
                  field.column, printable(field.name), known, printable(own_name(field.name))));
}

void check_slips(const LineFormat& format) {
  const bool tells_time = !times_of(format).empty();
  for (const LineFormat::Field& field : format.fields) {
    for (const Known& known : kKnown) {
      if (known.meaning == "utk" || known.meaning == "purpose") continue;  // what logs may lack
      if (!tells(format, known.meaning)) check_slip(field, known.field);
    }
    for (const Known& time : kTimes) {
      if (!tells_time) check_slip(field, time.field);
    }
  }
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

}  // namespace

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
    LineFormat format = nginx ? nginx_line_format(text) : apache_line_format(text);
    check_slips(format);
    form.cut = std::move(format);
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

}  // namespace ordertail

#include "event/time_field.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ordertail {
namespace {

/// How many of the formats have the directive.
std::size_t count_with(const std::vector<std::string>& formats, std::string_view directive) {
  const auto has = [&](const std::string& format) { return format.find(directive) != format.npos; };
  return static_cast<std::size_t>(std::count_if(formats.begin(), formats.end(), has));
}

std::vector<DateFormat> compile(const TimeSpec& spec, const Pattern& pattern) {
  const auto order = pattern.settings.date_order;
  if (count_with(spec.formats, "%x") > 0 && !order) {
    throw Error(ExitCode::usage,
                fmt::format("the dates that pattern {} reads may be month first or day first, and "
                            "the source does not say which; add to its [[source]] one of\n"
                            "  date_order = \"mdy\"   # 12/31/2025\n"
                            "  date_order = \"dmy\"   # 31/12/2025\n"
                            "  date_order = \"ymd\"   # 2025/12/31",
                            pattern.name));
  }
  std::vector<DateFormat> formats;
  for (const std::string& format : spec.formats) formats.emplace_back(format, order);
  return formats;
}

}  // namespace

TimeField::TimeField(const TimeSpec& spec, const Pattern& pattern, Selection& selection)
    : formats_(compile(spec, pattern)), zone_names_(spec.zones) {
  columns_ = bind_columns(spec.columns, selection);
  for (const std::string& column : spec.columns) {
    name_ += (name_.empty() ? "" : " ") + column;
  }
  const BoundColumns zones = bind_columns(spec.zone_columns, selection);
  if (!zones.empty()) zone_column_ = zones.front();
  fallback_ = TimeZone::find(spec.zone.empty() ? pattern.settings.time_zone : spec.zone);
  if (!fallback_ && !zone_column_ && count_with(spec.formats, "%z") < spec.formats.size()) {
    throw Error(ExitCode::usage,
                fmt::format("the times that pattern {} reads carry no time zone; add to the "
                            "[[source]] the one they are written in, such as\n"
                            "  time_zone = \"America/New_York\"",
                            pattern.name));
  }
}

const TimeZone* TimeField::zone_named(std::string_view text) {
  auto found = zones_.find(text);
  if (found == zones_.end()) {
    const auto alias = zone_names_.find(std::string(text));
    const std::string name = alias == zone_names_.end() ? std::string(text) : alias->second;
    found = zones_.emplace(std::string(text), TimeZone::find(name)).first;
  }
  return found->second ? &found->second : nullptr;
}

std::optional<ParsedTime> TimeField::parse(std::string_view text) const {
  for (const DateFormat& format : formats_) {
    if (auto parsed = format.parse(text)) return parsed;
  }
  return std::nullopt;
}

std::string TimeField::shapes() const {
  std::string shapes;
  for (const DateFormat& format : formats_) {
    shapes += (shapes.empty() ? "" : " or ") + format.shape();
  }
  return shapes;
}

std::variant<Instant, TimeField::Fault> TimeField::read(Row& row) {
  std::string_view text;
  if (columns_.size() == 1) {
    text = row.text(columns_.front());
  } else {
    joined_.clear();
    for (const BoundColumn& column : columns_) {
      if (!joined_.empty()) joined_ += ' ';
      joined_ += row.text(column);
    }
    text = trim(joined_);
  }
  if (text.empty()) return Fault{"missing_date", fmt::format("{} is empty", name_)};

  const auto parsed = parse(text);
  if (!parsed) {
    return Fault{"bad_date", fmt::format("{}: \"{}\" is no time of the form {}", name_,
                                         printable(text, 40), shapes())};
  }
  if (parsed->offset) return Instant(parsed->local.time_since_epoch() - *parsed->offset);

  const std::string_view named = zone_column_ ? row.text(*zone_column_) : std::string_view();
  const TimeZone* zone = named.empty() ? &fallback_ : zone_named(named);
  if (named.empty() && !*zone) {
    return Fault{"bad_time_zone",
                 fmt::format("{} is empty, and the source names no time_zone", zone_column_->name)};
  }
  if (zone == nullptr) {
    return Fault{"bad_time_zone",
                 fmt::format("the time zone \"{}\" is not known", printable(named, 40))};
  }
  const auto instant = zone->to_instant(parsed->local);
  if (const auto* known = std::get_if<Instant>(&instant)) return *known;
  return Fault{"bad_date", fmt::format("{}: \"{}\" does not exist in {}: clocks went forward",
                                       name_, printable(text, 40), zone->name())};
}

}  // namespace ordertail

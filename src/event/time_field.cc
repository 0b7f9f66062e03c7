#include "event/time_field.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ordertail {
namespace {

bool has(const std::string& format, std::string_view directive) {
  return format.find(directive) != format.npos;
}

bool wants_order(const std::string& format) {
  return has(format, "%x");
}

bool tells_zone(const std::string& format) {
  return has(format, "%z") || has(format, "%s");
}

std::vector<DateFormat> compile(const std::vector<std::string>& formats,
                                std::optional<DateOrder> order) {
  std::vector<DateFormat> compiled;
  compiled.reserve(formats.size());
  for (const std::string& format : formats) compiled.emplace_back(format, order);
  return compiled;
}

std::optional<ParsedTime> parse(std::string_view text, const std::vector<DateFormat>& formats) {
  for (const DateFormat& format : formats) {
    if (const auto time = format.parse(text)) return time;
  }
  return std::nullopt;
}

std::string undeclared_order(const std::string& pattern) {
  std::string text = fmt::format(
      "the dates that pattern {} reads may be month first or day first, and the source does not "
      "say which; add to its [[source]] one of",
      pattern);
  for (const DateOrder order : kDateOrders) text += fmt::format("\n  {}", setting(order));
  return text;
}

}  // namespace

TimeField::TimeField(const TimeSpec& spec, const Pattern& pattern, Selection& selection)
    : formats_(spec.formats), order_(pattern.settings.date_order), zone_names_(spec.zones) {
  if (!order_ && std::any_of(formats_.begin(), formats_.end(), wants_order)) {
    throw Error(ExitCode::usage, undeclared_order(pattern.name));
  }
  compiled_ = compile(formats_, order_);
  columns_ = bind_columns(spec.columns, selection);
  for (const std::string& column : spec.columns) {
    name_ += (name_.empty() ? "" : " ") + column;
  }
  const BoundColumns zones = bind_columns(spec.zone_columns, selection);
  if (!zones.empty()) zone_column_ = zones.front();
  fallback_ = TimeZone::find(spec.zone.empty() ? pattern.settings.time_zone : spec.zone);
  const bool is_told = std::all_of(formats_.begin(), formats_.end(), tells_zone);
  if (!fallback_ && !zone_column_ && !is_told) {
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

TimeField::Fault TimeField::unreadable(std::string_view text) const {
  for (const DateOrder other : kDateOrders) {
    if (!order_ || other == *order_ || !parse(text, compile(formats_, other))) continue;
    return Fault{
        "date_order_contradicted",
        fmt::format("{}: \"{}\" cannot be {} ({}), as the source's dates are read; it is a date "
                    "only {} ({}), and then others before it may have been misread. Look at the "
                    "file: if all of it is {}, declare date_order = \"{}\" in a [[source]] of its "
                    "own",
                    name_, printable(discreet(text), 40), in_words(*order_), name_of(*order_),
                    in_words(other), name_of(other), in_words(other), name_of(other))};
  }
  std::string shapes;
  for (const DateFormat& format : compiled_) {
    shapes += (shapes.empty() ? "" : " or ") + format.shape();
  }
  return Fault{"bad_date", fmt::format("{}: \"{}\" is no time of the form {}", name_,
                                       printable(discreet(text), 40), shapes)};
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

  if (!parsed_ || text != parsed_text_) {
    parsed_ = parse(text, compiled_);
    parsed_text_ = text;
  }
  if (!parsed_) return unreadable(text);
  if (parsed_->offset) return Instant(parsed_->local.time_since_epoch() - *parsed_->offset);

  const std::string_view named = zone_column_ ? row.text(*zone_column_) : std::string_view();
  const TimeZone* zone = named.empty() ? &fallback_ : zone_named(named);
  if (named.empty() && !*zone) {
    return Fault{"bad_time_zone",
                 fmt::format("{} is empty, and the source names no time_zone", zone_column_->name)};
  }
  if (zone == nullptr) {
    return Fault{"bad_time_zone",
                 fmt::format("the time zone \"{}\" is not known", printable(discreet(named), 40))};
  }
  const auto instant = zone->to_instant(parsed_->local);
  if (const auto* known = std::get_if<Instant>(&instant)) return *known;
  return Fault{"bad_date", fmt::format("{}: \"{}\" does not exist in {}: clocks went forward",
                                       name_, printable(discreet(text), 40), zone->name())};
}

}  // namespace ordertail

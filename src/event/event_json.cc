#include "event/event_json.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/controls.h"
#include "base/error.h"
#include "base/text.h"
#include "event/calendar.h"
#include "event/date_format.h"

namespace ordertail {
namespace {

void append_key(std::string_view key, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
}

void append_text(std::string_view key, std::string_view value, std::string& out) {
  if (value.empty()) return;
  append_key(key, out);
  append_json_string(value, out);
}

void append_instant(Instant instant, std::string& out) {
  const auto days = date::floor<date::days>(instant);
  const date::year_month_day day(days);
  const date::hh_mm_ss time(instant - days);
  fmt::format_to(std::back_inserter(out),
                 ",\"occurred_at\":\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z\"",
                 static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                 static_cast<unsigned>(day.day()), time.hours().count(), time.minutes().count(),
                 time.seconds().count());
}

/// A time that append_json() wrote.
LocalTime parse_time(const std::string& text, std::string_view format) {
  const auto time = DateFormat(format, std::nullopt).parse(text);
  if (!time) throw std::invalid_argument("a date");
  return time->local;
}

Day parse_day(const std::string& text) {
  return day_of(parse_time(text, "%m/%d/%Y"));
}

Money parse_revenue(const std::string& text) {
  const auto money = parse_money(text, NumberStyle::plain);
  if (!money) throw std::invalid_argument("total_revenue");
  return *money;
}

Kind parse_kind(const std::string& name) {
  for (const Kind kind : {Kind::registration, Kind::purchase}) {
    if (name == name_of(kind)) return kind;
  }
  throw std::invalid_argument("kind");
}

Hash128 parse_id(const std::string& hex) {
  Hash128 id;
  const std::string bytes = from_hex(hex);
  if (bytes.size() != id.bytes.size()) throw std::invalid_argument("id");
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

Event from_json(const nlohmann::ordered_json& json) {
  Event event;
  event.kind = parse_kind(json.at("kind"));
  event.id = parse_id(json.at("id"));
  event.shop = json.value("shop", std::string());
  for (const auto& [key, member] : kTextFields) event.*member = json.value(key, std::string());
  if (json.contains("occurred_at")) {
    event.occurred_at = Instant(parse_time(json["occurred_at"], "%FT%TZ").time_since_epoch());
  }
  if (json.contains("close_date")) event.close_date = parse_day(json["close_date"]);
  if (json.contains("total_revenue")) event.total_revenue = parse_revenue(json["total_revenue"]);
  event.skus = json.value("skus", std::vector<std::string>());
  if (json.contains("extra")) {
    for (const auto& [key, value] : json["extra"].items()) event.extra.emplace_back(key, value);
  }
  const nlohmann::ordered_json& source = json.at("source");
  event.origin = {source.at("file"), source.at("line"), source.value("byte", std::uint64_t{0})};
  return event;
}

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/// One sequence that is not plain.
void append_special(std::string_view sequence, std::string& out) {
  if (sequence == "\n") {
    out += "\\n";
  } else if (is_control(sequence)) {
    append_json_escape(sequence, out);
  } else {
    if (sequence.size() == 1) out += '\\';  // before a quote or a backslash
    out += sequence;
  }
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t begin = i;
    while (i < text.size() && is_plain(text[i])) ++i;  // plain ASCII goes in one piece
    out.append(text, begin, i - begin);
    if (i == text.size()) break;
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else {
      append_special(text.substr(i, length), out);
    }
    i += std::max<std::size_t>(length, 1);
  }
  out += '"';
}

void append_json(const Event& event, std::string& out) {
  out += "{\"kind\":\"";
  out += name_of(event.kind);
  out += "\",\"id\":\"";
  out += to_hex(event.id.view());
  out += '"';
  append_text("shop", event.shop, out);
  for (const auto& [key, member] : kTextFields) append_text(key, event.*member, out);
  if (event.occurred_at) append_instant(*event.occurred_at, out);
  if (event.close_date) append_text("close_date", us_date(*event.close_date), out);
  if (event.total_revenue) append_text("total_revenue", to_string(*event.total_revenue), out);
  if (!event.skus.empty()) {
    append_key("skus", out);
    char before = '[';
    for (const std::string& sku : event.skus) {
      out += std::exchange(before, ',');
      append_json_string(sku, out);
    }
    out += ']';
  }
  if (!event.extra.empty()) {
    append_key("extra", out);
    char before = '{';
    for (const auto& [key, value] : event.extra) {
      out += std::exchange(before, ',');
      append_json_string(key, out);
      out += ':';
      append_json_string(value, out);
    }
    out += '}';
  }
  append_key("source", out);
  out += "{\"file\":";
  append_json_string(event.origin.file, out);
  fmt::format_to(std::back_inserter(out), ",\"line\":{},\"byte\":{}}}}}", event.origin.line,
                 event.origin.byte);
}

Event parse_event_json(std::string_view json) {
  try {
    return from_json(nlohmann::ordered_json::parse(json));
  } catch (const std::exception& error) {
    throw Error(ExitCode::store,
                fmt::format("an event in the store cannot be read ({}); the store is damaged",
                            error.what()));
  }
}

}  // namespace ordertail

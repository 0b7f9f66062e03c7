#include "event/event_json.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "base/controls.h"
#include "base/error.h"
#include "base/text.h"
#include "event/calendar.h"
#include "event/date_format.h"

namespace ordertail {
namespace {

using namespace std::string_view_literals;

/// A member's key with what is around it: ,"email":
std::string json_key(std::string_view key) {
  return fmt::format(",\"{}\":", key);
}

/// Of kTextFields.
const std::array<std::string, kTextFields.size()> kTextKeys = [] {
  std::array<std::string, kTextFields.size()> keys;
  std::transform(kTextFields.begin(), kTextFields.end(), keys.begin(),
                 [](const TextField& field) { return json_key(field.key); });
  return keys;
}();

void append_instant(Instant instant, std::string& out) {
  const auto days = date::floor<date::days>(instant);
  const date::year_month_day day(days);
  const date::hh_mm_ss time(instant - days);
  const std::size_t at = out.size() + 1;
  out += "\"YYYY-MM-DDTHH:MM:SSZ\""sv;
  put_digits(static_cast<unsigned>(static_cast<int>(day.year())), out, at, 4);
  put_digits(static_cast<unsigned>(day.month()), out, at + 5, 2);
  put_digits(static_cast<unsigned>(day.day()), out, at + 8, 2);
  put_digits(static_cast<unsigned>(time.hours().count()), out, at + 11, 2);
  put_digits(static_cast<unsigned>(time.minutes().count()), out, at + 14, 2);
  put_digits(static_cast<unsigned>(time.seconds().count()), out, at + 17, 2);
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

/// By byte: does it stand for itself in a JSON string, and in nothing longer?
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

bool is_plain(char c) {
  return kPlain[static_cast<unsigned char>(c)];
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
  while (true) {
    const auto* special = std::find_if_not(text.begin(), text.end(), is_plain);
    const auto plain = static_cast<std::size_t>(special - text.begin());
    out.append(text, 0, plain);  // in one piece
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else {
      append_special(text.substr(0, length), out);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

void append_json(const Event& event, std::string& out) {
  out += "{\"kind\":\""sv;
  out += name_of(event.kind);
  out += "\",\"id\":\""sv;
  append_hex(event.id.view(), out);
  out += '"';
  if (!event.shop.empty()) {
    out += ",\"shop\":"sv;
    append_json_string(event.shop, out);
  }
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    const std::string& text = event.*kTextFields[i].member;
    if (text.empty()) continue;
    out += kTextKeys[i];
    append_json_string(text, out);
  }
  if (event.occurred_at) {
    out += ",\"occurred_at\":"sv;
    append_instant(*event.occurred_at, out);
  }
  if (event.close_date) {
    out += ",\"close_date\":"sv;
    append_json_string(us_date(*event.close_date), out);
  }
  if (event.total_revenue) {
    out += ",\"total_revenue\":"sv;
    append_json_string(to_string(*event.total_revenue), out);
  }
  if (!event.skus.empty()) {
    out += ",\"skus\":"sv;
    char before = '[';
    for (const std::string& sku : event.skus) {
      out += std::exchange(before, ',');
      append_json_string(sku, out);
    }
    out += ']';
  }
  if (!event.extra.empty()) {
    out += ",\"extra\":"sv;
    char before = '{';
    for (const auto& [key, value] : event.extra) {
      out += std::exchange(before, ',');
      append_json_string(key, out);
      out += ':';
      append_json_string(value, out);
    }
    out += '}';
  }
  out += ",\"source\":{\"file\":"sv;
  append_json_string(event.origin.file, out);
  out += ",\"line\":"sv;
  append_number(event.origin.line, out);
  out += ",\"byte\":"sv;
  append_number(event.origin.byte, out);
  out += "}}"sv;
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

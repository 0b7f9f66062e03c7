#include "event/event_json.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
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

/// "YYYY-MM-DDTHH:MM:SSZ"
std::array<char, 20> utc_time(Instant instant) {
  const auto days = date::floor<date::days>(instant);
  const date::year_month_day day(days);
  const date::hh_mm_ss time(instant - days);
  std::array<char, 20> text{};
  put_digits(static_cast<unsigned>(static_cast<int>(day.year())), text.data(), 4);
  text[4] = '-';
  put_digits(static_cast<unsigned>(day.month()), &text[5], 2);
  text[7] = '-';
  put_digits(static_cast<unsigned>(day.day()), &text[8], 2);
  text[10] = 'T';
  put_digits(static_cast<unsigned>(time.hours().count()), &text[11], 2);
  text[13] = ':';
  put_digits(static_cast<unsigned>(time.minutes().count()), &text[14], 2);
  text[16] = ':';
  put_digits(static_cast<unsigned>(time.seconds().count()), &text[17], 2);
  text[19] = 'Z';
  return text;
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

/// Does the byte stand for itself in a JSON string, and in nothing longer?
bool is_plain(char c) {
  return c >= ' ' && c < '\x7F' && c != '"' && c != '\\';
}

/// Are all of the eight bytes plain?
bool are_plain(const char* bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  std::uint64_t eight = 0;
  std::memcpy(&eight, bytes, sizeof eight);
  // Each sets the high bit of the lowest byte that is below `least`, or is `c`.
  const auto below = [](std::uint64_t all, std::uint64_t least) {
    return (all - least * kOnes) & ~all;
  };
  const auto is = [&](char c) { return below(eight ^ (static_cast<unsigned char>(c) * kOnes), 1); };
  const std::uint64_t odd = eight | below(eight, ' ') | is('"') | is('\\') | is('\x7F');
  return (odd & (0x80U * kOnes)) == 0;
}

bool is_plain(std::string_view text) {
  constexpr std::size_t kEight = 8;
  if (text.size() < kEight) {
    return std::all_of(text.begin(), text.end(), [](char c) { return is_plain(c); });
  }
  for (std::size_t at = 0; at + kEight < text.size(); at += kEight) {
    if (!are_plain(text.data() + at)) return false;
  }
  return are_plain(text.data() + text.size() - kEight);
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

/// How long the event's JSON is at most, but for what escaping adds.
std::size_t most_bytes(const Event& event) {
  constexpr std::size_t kAround = 6;  // a text: quotes, a comma, a colon
  std::size_t most = 512;             // keys, numbers and times
  most += event.shop.size() + event.origin.file.size();
  for (const TextField& field : kTextFields) most += (event.*field.member).size();
  for (const std::string& sku : event.skus) most += sku.size() + kAround;
  for (const auto& [key, value] : event.extra) most += key.size() + value.size() + kAround;
  return most;
}

/// Appends to a text that is given room for all of it at once.
class Writer {
 public:
  Writer(std::string& out, std::size_t most) : out_(out) {
    const std::size_t before = out.size();
    out.resize(before + most);
    at_ = out.data() + before;
  }
  ~Writer() { out_.resize(written()); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// As they are.
  void put(char c) { *at_++ = c; }
  void put(std::string_view bytes) { at_ = std::copy(bytes.begin(), bytes.end(), at_); }
  void put_hex(std::string_view bytes) {
    ordertail::put_hex(bytes, at_);
    at_ += bytes.size() * 2;
  }
  void put_number(std::uint64_t number) {
    constexpr std::ptrdiff_t kDigits = std::numeric_limits<std::uint64_t>::digits10 + 1;
    at_ = std::to_chars(at_, at_ + kDigits, number).ptr;
  }
  void put_string(std::string_view text) {
    if (!is_plain(text)) return put_escaped(text);
    put('"');
    put(text);
    put('"');
  }

 private:
  [[nodiscard]] std::size_t written() const { return static_cast<std::size_t>(at_ - out_.data()); }
  void put_escaped(std::string_view text) {
    std::string escaped;
    append_json_string(text, escaped);
    const std::size_t before = written();
    out_.resize(out_.size() + escaped.size());
    at_ = out_.data() + before;
    put(escaped);
  }

  std::string& out_;
  char* at_;
};

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  while (true) {
    const auto* special =
        std::find_if_not(text.begin(), text.end(), [](char c) { return is_plain(c); });
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
  Writer json(out, most_bytes(event));
  json.put(R"({"kind":")"sv);
  json.put(name_of(event.kind));
  json.put(R"(","id":")"sv);
  json.put_hex(event.id.view());
  json.put('"');
  if (!event.shop.empty()) {
    json.put(R"(,"shop":)"sv);
    json.put_string(event.shop);
  }
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    const std::string& text = event.*kTextFields[i].member;
    if (text.empty()) continue;
    json.put(kTextKeys[i]);
    json.put_string(text);
  }
  if (event.occurred_at) {
    const auto time = utc_time(*event.occurred_at);
    json.put(R"(,"occurred_at":)"sv);
    json.put_string({time.data(), time.size()});
  }
  if (event.close_date) {
    json.put(R"(,"close_date":)"sv);
    json.put_string(us_date(*event.close_date));
  }
  if (event.total_revenue) {
    json.put(R"(,"total_revenue":)"sv);
    json.put_string(to_string(*event.total_revenue));
  }
  if (!event.skus.empty()) {
    json.put(R"(,"skus":)"sv);
    char before = '[';
    for (const std::string& sku : event.skus) {
      json.put(std::exchange(before, ','));
      json.put_string(sku);
    }
    json.put(']');
  }
  if (!event.extra.empty()) {
    json.put(R"(,"extra":)"sv);
    char before = '{';
    for (const auto& [key, value] : event.extra) {
      json.put(std::exchange(before, ','));
      json.put_string(key);
      json.put(':');
      json.put_string(value);
    }
    json.put('}');
  }
  json.put(R"(,"source":{"file":)"sv);
  json.put_string(event.origin.file);
  json.put(R"(,"line":)"sv);
  json.put_number(event.origin.line);
  json.put(R"(,"byte":)"sv);
  json.put_number(event.origin.byte);
  json.put("}}"sv);
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

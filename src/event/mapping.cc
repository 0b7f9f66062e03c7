#include "event/mapping.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "event/contact.h"
#include "event/event_id.h"

namespace ordertail {
namespace {

constexpr std::string_view kNotAConversion = "not_a_conversion";
constexpr std::string_view kFailedRequest = "failed_request";

// What programs write for "no date" (9999-12-31) is outside, and so is what no calendar agrees on.
constexpr Instant kEarliest = date::sys_days(date::year(1900) / 1 / 1);
constexpr Instant kLatest = date::sys_days(date::year(3000) / 1 / 1);

/// An amount in `style`; an empty cell is nothing at all.
struct Amount {
  std::optional<Money> money;
  std::optional<Reject> reject;
};

Amount read_amount(Row& row, const BoundColumn& column, NumberStyle style) {
  const std::string_view text = row.text(column);
  if (text.empty()) return {};
  // What a URL carries is written by a program, whatever the file's people are used to.
  const bool in_query = column.place == BoundColumn::kQuery;
  if (const auto money = parse_money(text, in_query ? NumberStyle::plain : style)) {
    return {money, std::nullopt};
  }
  return {std::nullopt,
          Reject{"bad_amount",
                 column.name,
                 fmt::format("{}: \"{}\" is no amount written like {}", column.name,
                             printable(text, 40), example(in_query ? NumberStyle::plain : style)),
                 {},
                 {}}};
}

Day day_in(const TimeZone& zone, Instant instant) {
  const auto local = zone.to_local(instant).time_since_epoch();
  const date::year_month_day day(date::sys_days(date::floor<date::days>(local)));
  return {static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
          static_cast<unsigned>(day.day())};
}

bool fulfils(std::string_view cell, const Condition& condition, NumberStyle numbers) {
  if (condition.positive) {
    const auto money = parse_money(cell, numbers);
    // What is no amount at all is not filtered away: the revenue field rejects it by name.
    return !money || money->ten_thousandths > 0;
  }
  return std::any_of(condition.values.begin(), condition.values.end(),
                     [&](const std::string& value) { return equal_ignoring_case(value, cell); });
}

}  // namespace

Mapping::Mapping(Kind kind, const Pattern& pattern, const EventContext& context,
                 Selection& selection, const std::string& file)
    : kind_(kind), spec_(pattern.mapping(kind)), numbers_(pattern.numbers), context_(context) {
  for (const Condition& condition : spec_.when) {
    when_.push_back({need({condition.column}, "when", selection, file).front(), &condition,
                     "when:" + condition.column});
  }
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    const std::string_view key = kTextFields[i].key;
    const bool needed = key == (kind == Kind::purchase ? "order_number" : "email");
    text_[i] =
        needed ? need(spec_.text[i], key, selection, file) : bind_columns(spec_.text[i], selection);
  }
  name_ = bind_columns(spec_.name, selection);
  skus_ = bind_columns(spec_.skus, selection);
  for (const auto& [key, columns] : spec_.extra) {
    extra_.emplace_back(key, bind_columns(columns, selection));
  }
  if (!spec_.total_revenue.columns.empty()) {
    revenue_ = need(spec_.total_revenue.columns, "total_revenue", selection, file);
  }
  for (const std::string& column : spec_.total_revenue.minus) {
    minus_.push_back(need({column}, "total_revenue", selection, file).front());
  }
  if (!spec_.occurred_at.columns.empty()) {
    for (const std::string& column : spec_.occurred_at.columns) {
      need({column}, "occurred_at", selection, file);
    }
    time_.emplace(spec_.occurred_at, pattern, selection);
  }
  if (pattern.line && !pattern.line->status_group.empty()) {
    status_ = need({pattern.line->status_group}, "status", selection, file).front();
  }
}

BoundColumns Mapping::need(const Columns& columns, std::string_view key, Selection& selection,
                           const std::string& file) const {
  BoundColumns bound = bind_columns(columns, selection);
  if (!bound.empty()) return bound;
  const std::string wanted = columns.empty() ? std::string() : columns.front();
  if (wanted.empty()) {
    throw Error(ExitCode::usage,
                fmt::format("nothing says where a {} of {} has its {}: add \"{}\" to the source's "
                            "[source.{}]",
                            name_of(kind_), file, key, key, name_of(kind_)));
  }
  const std::string near = nearest(wanted, selection.available());
  throw Error(ExitCode::source,
              fmt::format("{}:1: there is no column \"{}\", which a {} needs for its {}{}", file,
                          wanted, name_of(kind_), key,
                          near.empty() ? std::string()
                                       : fmt::format("; the nearest is \"{}\"", printable(near))));
}

std::optional<Skip> Mapping::excluded(Row& row) const {
  if (!spec_.path.empty() && row.request().path != spec_.path) return Skip{kNotAConversion};
  if (status_) {
    const std::string_view status = row.text(*status_);
    if (!status.starts_with('2') && !status.starts_with('3')) return Skip{kFailedRequest};
  }
  for (const BoundCondition& when : when_) {
    if (!fulfils(row.text(when.column), *when.condition, numbers_)) return Skip{when.reason};
  }
  return std::nullopt;
}

void Mapping::read_texts(Row& row, Event& event, std::vector<Remark>& remarks) const {
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    const auto& [key, member] = kTextFields[i];
    const Plus plus = key == "email" ? Plus::plus : Plus::blank;
    (event.*member).assign(row.text(text_[i], plus));
  }
  if (const std::string_view name = row.text(name_); !name.empty()) {
    const std::size_t blank = name.rfind(' ');
    event.first_name.assign(trim(name.substr(0, blank)));
    if (blank != name.npos) event.last_name.assign(name.substr(blank + 1));
  }
  event.order_number = std::string(plain_order_number(event.order_number));
  for (const auto& [key, columns] : extra_) {
    const std::string_view value = row.text(columns);
    if (!value.empty()) event.extra.emplace_back(key, value);
  }
  if (event.utk == "-") event.utk.clear();
  if (!event.utk.empty() && !is_visitor_token(event.utk)) {
    remarks.push_back({"bad_token",
                       fmt::format("the visitor token \"{}\" is not 32 lower-case hexadecimal "
                                   "digits; the event goes without it",
                                   masked(event.utk)),
                       {},
                       {}});
    event.utk.clear();
  }
  if (event.ip == "-") event.ip.clear();
  if (!event.ip.empty() && !is_ip(event.ip)) {
    remarks.push_back(
        {"bad_ip",
         fmt::format("\"{}\" is no IP address; the event goes without it", masked(event.ip)),
         {},
         {}});
    event.ip.clear();
  }
}

std::optional<Reject> Mapping::read_time(Row& row, Event& event) {
  if (!time_) return std::nullopt;
  auto time = time_->read(row);
  if (auto* fault = std::get_if<TimeField::Fault>(&time)) {
    return Reject{std::move(fault->reason), time_->name(), std::move(fault->message), {}, {}};
  }
  event.occurred_at = std::get<Instant>(time);
  if (*event.occurred_at < kEarliest || *event.occurred_at >= kLatest) {
    return Reject{"bad_date",
                  time_->name(),
                  fmt::format("{}: this is before 1900 or after 2999, so it is no date of a sale",
                              time_->name()),
                  {},
                  {}};
  }
  if (kind_ == Kind::purchase) event.close_date = day_in(context_.account_zone, *event.occurred_at);
  return std::nullopt;
}

std::optional<Reject> Mapping::read_revenue(Row& row, Event& event) const {
  if (revenue_.empty()) return std::nullopt;
  Amount total;
  for (const BoundColumn& column : revenue_) {
    total = read_amount(row, column, numbers_);
    if (total.money || total.reject) break;
  }
  if (total.reject) return total.reject;
  if (!total.money) return std::nullopt;
  for (const BoundColumn& column : minus_) {
    const Amount part = read_amount(row, column, numbers_);
    if (part.reject) return part.reject;
    if (part.money) total.money->ten_thousandths -= part.money->ten_thousandths;
    if (!is_in_range(*total.money)) {
      return Reject{"bad_amount",
                    column.name,
                    fmt::format("{}: the total less this is no amount of a sale", column.name),
                    {},
                    {}};
    }
  }
  event.total_revenue = total.money;
  return std::nullopt;
}

std::string Mapping::name_of_field(std::string_view key) const {
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    if (kTextFields[i].key == key && !text_[i].empty()) return text_[i].front().name;
  }
  return std::string(key);
}

std::optional<Reject> Mapping::check(const Event& event) const {
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    const std::string& text = event.*kTextFields[i].member;
    if (is_utf8(text)) continue;
    const std::string field = name_of_field(kTextFields[i].key);
    return Reject{
        "bad_encoding",
        field,
        fmt::format("{}: \"{}\" is not UTF-8; export the file as UTF-8", field, masked(text)),
        {},
        {}};
  }
  if (!event.email.empty() && !is_email(event.email)) {
    const std::string field = name_of_field("email");
    return Reject{"bad_email",
                  field,
                  fmt::format("{}: \"{}\" is no e-mail address", field, masked(event.email)),
                  {},
                  {}};
  }
  if (event.email.empty() && (kind_ == Kind::registration || event.utk.empty())) {
    return Reject{"missing_email",
                  name_of_field("email"),
                  kind_ == Kind::registration
                      ? "a registration needs an e-mail address"
                      : "a purchase needs an e-mail address or a visitor token",
                  {},
                  {}};
  }
  if (kind_ == Kind::purchase && event.order_number.empty()) {
    return Reject{"missing_order_number",
                  name_of_field("order_number"),
                  "a purchase needs an order number",
                  {},
                  {}};
  }
  if (kind_ == Kind::purchase && !event.close_date) {
    return Reject{"missing_date", "occurred_at", "a purchase needs its date", {}, {}};
  }
  return std::nullopt;
}

Meaning Mapping::apply(Row& row, Event& event, std::vector<Remark>& remarks) {
  if (const auto skip = excluded(row)) return *skip;
  event.clear();
  event.kind = kind_;
  event.shop = context_.shop;
  const std::size_t remarks_before = remarks.size();
  read_texts(row, event, remarks);
  auto reject = read_time(row, event);
  if (!reject) reject = read_revenue(row, event);
  if (!reject) reject = check(event);
  if (reject) {
    remarks.resize(remarks_before);
    return *std::move(reject);
  }
  add_row(row, event);
  event.id = event_id(context_.id_key, event);
  return Made{};
}

void Mapping::add_row(Row& row, Event& event) const {
  const std::string_view sku = row.text(skus_);
  if (!sku.empty()) event.skus.emplace_back(sku);
}

}  // namespace ordertail

#include "event/mapping.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "event/calendar.h"
#include "event/contact.h"
#include "event/event_id.h"

namespace ordertail {
namespace {

// What programs write for "no date" (9999-12-31) is outside, and so is what no calendar agrees on.
constexpr Instant kEarliest = date::sys_days(date::year(1900) / 1 / 1);
constexpr Instant kLatest = date::sys_days(date::year(3000) / 1 / 1);

constexpr std::size_t kOrderNumber = text_field("order_number");
constexpr std::size_t kEmail = text_field("email");
constexpr std::size_t kToken = text_field("utk");
constexpr std::size_t kIp = text_field("ip");

/// The others tell one event from another, or are held to a form of their own.
constexpr bool is_free_text(std::size_t i) {
  return i != kOrderNumber && i != kEmail && i != kToken && i != kIp;
}

/// Leaves of `text` what `part` views.
void shorten(std::string& text, std::string_view part) {
  if (part.size() != text.size()) text = std::string(part);
}

bool names_order(const Event& event) {
  return event.kind == Kind::purchase && !event.order_number.empty() && is_utf8(event.order_number);
}

bool is_control_byte(char c) {
  return (c >= 0 && c < ' ') || c == '\x7F';
}

/// What no text of people's has. An address may have lines, and a copied one tabs.
bool is_stray_byte(char c) {
  return is_control_byte(c) && c != '\n' && c != '\r' && c != '\t';
}

/// Takes such bytes out of the text; `name()` is its column's. What is not UTF-8 is left as it is,
/// since without them it might become that.
template <typename Name>
void clean(std::string& text, const Name& name, std::vector<Remark>& remarks) {
  if (std::none_of(text.begin(), text.end(), is_stray_byte) || !is_utf8(text)) return;
  std::erase_if(text, is_stray_byte);
  remarks.push_back({"bad_text",
                     fmt::format("{}: it holds control characters; the event goes without them",
                                 printable(name())),
                     {},
                     {}});
}

}  // namespace

Mapping::Mapping(Kind kind, const Pattern& pattern, const EventContext& context,
                 Selection& selection, const std::string& file)
    : kind_(kind),
      pattern_(pattern),
      spec_(pattern.mapping(kind)),
      context_(context),
      account_zone_(context.account_zone) {
  std::optional<char> delimiter;
  if (pattern.csv) delimiter = pattern.csv->frame.header_dialect().delimiter;
  const Binder binder(kind, selection, file, delimiter);
  admission_.emplace(spec_, pattern, binder);
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    const std::string_view key = kTextFields[i].key;
    const bool needed = key == (kind == Kind::purchase ? "order_number" : "email");
    text_[i] = needed ? binder.need(spec_.text[i], key) : binder.find(spec_.text[i]);
  }
  name_ = binder.find(spec_.name);
  skus_ = SkuList(spec_.skus, binder);
  for (const auto& [key, columns] : spec_.extra) extra_.emplace_back(key, binder.find(columns));
  revenue_ = Revenue(spec_.total_revenue, binder, pattern.numbers);
  if (!spec_.occurred_at.empty()) bind_time(pattern, binder);
  for (const CompanionSpec& companion : pattern.companions) {
    companion_keys_.push_back(binder.find({companion.match}));
  }
}

void Mapping::bind_time(const Pattern& pattern, const Binder& binder) {
  const auto is_here = [&](const TimeSpec& spec) {
    return std::all_of(spec.columns.begin(), spec.columns.end(),
                       [&](const std::string& entry) { return binder.selection().has(entry); });
  };
  const auto& alternatives = spec_.occurred_at;
  const auto found = std::find_if(alternatives.begin(), alternatives.end(), is_here);
  const TimeSpec& spec = found == alternatives.end() ? alternatives.front() : *found;
  for (const std::string& entry : spec.columns) {
    for (BoundColumn& column : binder.need({entry}, "occurred_at")) {
      time_columns_.push_back(std::move(column));
    }
  }
  time_.emplace(spec, pattern, binder.selection());
}

/// Only the first row of an order has to say what the order is.
bool Mapping::may_be_later_row(Row& row) const {
  if (!pattern_.csv || pattern_.csv->layout != Layout::repeated_key) return false;
  return admission_->is_blank_where_needed(row);
}

/// What becomes of a row that is no event: it takes back the order that it names, if it can.
Meaning Mapping::left_out(Row& row, std::string_view reason, Event& event) const {
  const bool is_withdrawn = withdraws(reason);
  if (kind_ == Kind::registration || !(is_withdrawn || may_be_later_row(row))) return Skip{reason};
  event.clear();
  event.kind = kind_;
  event.shop = context_.shop;
  event.order_number.assign(plain_order_number(row.text(text_[kOrderNumber])));
  if (!names_order(event)) return Skip{reason};
  const Hash128 id = event_id(context_.id_key, event);
  if (is_withdrawn) return Withdrawal{id, std::string(reason), {}, {}, 1, event.order_number};
  return Stray{id, std::string(reason), {}, {}, 1, event.order_number};
}

void Mapping::read_texts(Row& row, Event& event, std::vector<Remark>& remarks) const {
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    if (text_[i].empty()) continue;
    const Plus plus = i == kEmail ? Plus::plus : Plus::blank;
    const std::string_view value = i == kToken
                                       ? row.sought(text_[i], visitor_token, is_visitor_token)
                                   : i == kIp ? row.sought(text_[i], visitor_ip, is_ip)
                                              : row.text(text_[i], plus);
    if (!value.empty()) (event.*kTextFields[i].member).assign(value);
  }
  for (char& c : event.currency) {  // ISO 4217 codes; Stripe writes "usd"
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  // Some checkouts write the e-mail address where the name should be.
  if (const std::string_view name = row.text(name_); !name.empty() && !is_email(name)) {
    const std::size_t blank = name.rfind(' ');
    event.first_name.assign(trim(name.substr(0, blank)));
    if (blank != name.npos) event.last_name.assign(name.substr(blank + 1));
  }
  shorten(event.order_number, plain_order_number(event.order_number));
  for (const auto& [key, columns] : extra_) {
    const std::string_view value = row.text(columns);
    if (!value.empty()) event.extra.emplace_back(key, value);
  }
  for (std::size_t i = 0; i < kTextFields.size(); ++i) {
    const auto& [key, member] = kTextFields[i];
    if (!is_free_text(i) || (event.*member).empty()) continue;
    clean(
        event.*member, [this, name = key] { return name_of_field(name); }, remarks);
  }
  for (auto& [key, text] : event.extra) {
    clean(
        text, [&, &name = key] { return name_of_extra(name); }, remarks);
  }
  std::erase_if(event.extra, [](const auto& each) { return each.second.empty(); });
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

Reject Mapping::not_utf8(const std::string& name, std::string_view text) const {
  return {
      "bad_encoding",
      name,
      pattern_.line
          ? fmt::format("{}: \"{}\" is not UTF-8. The browser sent it so, and which letters it "
                        "means nobody can tell: bring this {} into HubSpot by hand",
                        name, masked(text), name_of(kind_))
          : fmt::format("{}: \"{}\" is not UTF-8; export the file as UTF-8", name, masked(text)),
      {},
      {}};
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
  if (kind_ == Kind::purchase)
    event.close_date = day_of(account_zone_.to_local(*event.occurred_at));
  return std::nullopt;
}

std::optional<Reject> Mapping::add_revenue(Row& row, Event& event) const {
  auto read = revenue_.read(row);
  if (auto* reject = std::get_if<Reject>(&read)) return std::move(*reject);
  const auto& [money, currency] = std::get<Amount>(read);
  if (!money) return std::nullopt;
  if (event.currency.empty()) event.currency.assign(currency);
  if (!currency.empty() && event.currency.size() == 3 && event.currency != currency) {
    return Reject{"bad_currency",
                  "total_revenue",
                  fmt::format("the amount is in {}, but the order, or a row of it before, in {}",
                              currency, printable(event.currency)),
                  {},
                  {}};
  }
  Money& total = event.total_revenue ? *event.total_revenue : event.total_revenue.emplace();
  total.ten_thousandths += money->ten_thousandths;
  if (is_in_range(total)) return std::nullopt;
  return Reject{
      "bad_amount", "total_revenue", "the sum of the rows is no amount of a sale", {}, {}};
}

std::string Mapping::name_of_field(std::string_view key) const {
  const BoundColumns& columns = text_[text_field(key)];
  return columns.empty() ? std::string(key) : columns.front().name;
}

std::string Mapping::name_of_extra(const std::string& key) const {
  const auto found = std::find_if(extra_.begin(), extra_.end(),
                                  [&](const auto& extra) { return extra.first == key; });
  return found == extra_.end() || found->second.empty() ? key : found->second.front().name;
}

/// Adds the row's SKUs.
std::optional<Reject> Mapping::add_skus(Row& row, Event& event, std::vector<Remark>& remarks) {
  const std::size_t before = event.skus.size();
  skus_.add(row, event.skus);
  for (std::size_t i = before; i < event.skus.size(); ++i) {
    clean(
        event.skus[i], [] { return "skus"; }, remarks);
    if (!is_utf8(event.skus[i])) return not_utf8(skus_.broken_column(row), event.skus[i]);
  }
  return std::nullopt;
}

std::optional<Reject> Mapping::check(const Event& event) const {
  for (const auto& [key, member] : kTextFields) {
    const std::string& text = event.*member;
    if (!text.empty() && !is_utf8(text)) return not_utf8(name_of_field(key), text);
  }
  for (const auto& [key, text] : event.extra) {
    if (!is_utf8(text)) return not_utf8(name_of_extra(key), text);
  }
  if (std::any_of(event.order_number.begin(), event.order_number.end(), is_control_byte)) {
    const std::string name = name_of_field("order_number");
    return Reject{"bad_order_number",
                  name,
                  fmt::format("{}: \"{}\" holds control characters, so it is no order's number",
                              name, printable(discreet(event.order_number), 40)),
                  {},
                  {}};
  }
  if (!event.email.empty() && !is_email(event.email)) {
    const std::string name = name_of_field("email");
    return Reject{"bad_email",
                  name,
                  fmt::format("{}: \"{}\" is no e-mail address", name, masked(event.email)),
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

/// What is missing may be so because a companion has no row of this order: then that is the reason.
Reject Mapping::explained(Row& row, Reject reject) const {
  const BoundColumns& columns = reject.reason == "missing_email"          ? text_[kEmail]
                                : reject.reason == "missing_order_number" ? text_[kOrderNumber]
                                : reject.reason == "missing_date"         ? time_columns_
                                                                          : name_;
  const bool lacks_row =
      reject.reason.starts_with("missing_") && !columns.empty() &&
      std::all_of(columns.begin(), columns.end(), [&](const BoundColumn& column) {
        return column.kind == BoundColumn::Kind::companion &&
               row.companion(column.companion).empty();
      });
  if (!lacks_row) return reject;
  const BoundColumn& column = columns.front();
  const CompanionSpec& companion = pattern_.companions[column.companion];
  const std::string_view key = row.text(companion_keys_[column.companion]);
  return {"no_companion_row",
          column.name,
          fmt::format("{}: no row of {} has the {} \"{}\" of this order; export both at the same "
                      "time, so that they cover the same orders",
                      column.name, companion.name, companion.key, printable(discreet(key), 40)),
          {},
          {}};
}

Meaning Mapping::apply(Row& row, Event& event, std::vector<Remark>& remarks) {
  if (const auto reason = admission_->excluded(row)) return left_out(row, *reason, event);
  event.clear();
  event.kind = kind_;
  event.shop = context_.shop;
  const std::size_t remarks_before = remarks.size();
  read_texts(row, event, remarks);
  auto reject = read_time(row, event);
  if (!reject) reject = add_revenue(row, event);
  if (!reject) reject = check(event);
  if (!reject) reject = add_skus(row, event, remarks);
  if (reject) {
    remarks.resize(remarks_before);
    Reject explained_reject = explained(row, *std::move(reject));
    if (names_order(event)) explained_reject.order = event_id(context_.id_key, event);
    return explained_reject;
  }
  event.id = event_id(context_.id_key, event);
  return Made{};
}

std::optional<Reject> Mapping::add_row(Row& row, Event& event, std::vector<Remark>& remarks) {
  auto reject = add_skus(row, event, remarks);
  if (!reject && revenue_.over_rows()) reject = add_revenue(row, event);
  if (reject && names_order(event)) reject->order = event.id;
  return reject;
}

}  // namespace ordertail

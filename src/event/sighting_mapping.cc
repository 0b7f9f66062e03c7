#include "event/sighting_mapping.h"

#include "event/contact.h"
#include "event/event_id.h"

namespace ordertail {
namespace {

const Columns& columns_of(const MappingSpec& spec, std::string_view key) {
  return spec.text[text_field(key)];
}

/// A purchase's rules are those of both: what a log's pattern says of its columns.
Binder binder_of(Selection& selection, const std::string& file) {
  return {Kind::purchase, selection, file, std::nullopt};
}

}  // namespace

SightingMapping::SightingMapping(const Pattern& pattern, Selection& selection,
                                 const std::string& file)
    : admission_(pattern.visitor, pattern, binder_of(selection, file)),
      token_(bind_columns(columns_of(pattern.visitor, "utk"), selection)),
      order_number_(bind_columns(columns_of(pattern.visitor, "order_number"), selection)),
      email_(bind_columns(columns_of(pattern.visitor, "email"), selection)),
      session_(bind_columns(pattern.visitor.session, selection)),
      ip_(bind_columns(columns_of(pattern.visitor, "ip"), selection)),
      time_(pattern.visitor.occurred_at.front(), pattern, selection) {}

std::optional<std::string_view> SightingMapping::apply(Row& row, Sighting& sighting,
                                                       std::optional<Reject>& reject) {
  if (const auto reason = admission_.excluded(row)) return reason;
  sighting = {};
  sighting.token = token_bytes(row.sought(token_, visitor_token, is_visitor_token));
  sighting.session = row.text(session_);
  if (!sighting.token && sighting.session.empty()) return "visitor_unknown";
  sighting.order_number = plain_order_number(row.text(order_number_));
  sighting.email = row.text(email_, Plus::plus);
  if (!is_email(sighting.email)) sighting.email.clear();
  sighting.ip = row.sought(ip_, visitor_ip, is_ip);
  if (!is_ip(sighting.ip)) sighting.ip.clear();
  auto time = time_.read(row);
  if (auto* fault = std::get_if<TimeField::Fault>(&time)) {
    reject = Reject{std::move(fault->reason), time_.name(), std::move(fault->message), {}, {}};
  } else {
    sighting.at = std::get<Instant>(time);
  }
  return std::nullopt;
}

}  // namespace ordertail

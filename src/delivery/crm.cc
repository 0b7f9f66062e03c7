#include "delivery/crm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "delivery/crm_account.h"
#include "delivery/crm_reply.h"
#include "delivery/refusal.h"
#include "delivery/server_words.h"
#include "event/event_json.h"

namespace ordertail {
namespace {

constexpr std::string_view kEmail = "email";

/// As HubSpot keeps it.
std::string address_of(const Event& event) {
  return lower(trim(event.email));
}

std::string order_id_of(const Event& event) {
  return fmt::format("{}:{}", event.shop, event.order_number);
}

std::vector<const Event*> events_of(const CrmInput& input, std::span<const Item> items) {
  std::vector<const Event*> events;
  events.reserve(input.items.size());
  for (const std::size_t item : input.items) events.push_back(&items[item].event);
  return events;
}

void append_member(std::string_view key, std::string_view value, std::string& body) {
  append_json_string(key, body);
  body += ':';
  append_json_string(value, body);
}

bool is_json(std::string_view content_type) {
  return lower(trim(content_type.substr(0, content_type.find(';')))) == "application/json";
}

ReplyJudgement foreign_reply(std::size_t events) {
  const std::string message =
      "the reply is about records that were not in the request, as when something in between mixes "
      "replies up; nothing of it is believed; check the url in the job, and the network";
  ReplyJudgement all = alike(events, {Verdict::in_doubt, "foreign_reply", message, {}});
  all.next = Next::stop;
  all.exit = ExitCode::in_doubt;
  all.message = message;
  return all;
}

}  // namespace

bool is_crm_version(std::string_view text) {
  constexpr std::string_view kDate = "9999-99";
  return text == "v3" ||
         (text.size() == kDate.size() &&
          std::equal(text.begin(), text.end(), kDate.begin(), [](char c, char wanted) {
            return wanted == '9' ? c >= '0' && c <= '9' : c == wanted;
          }));
}

CrmSink::CrmSink(std::string url, std::string token, CrmSettings settings)
    : url_(std::move(url)),
      token_(std::move(token)),
      settings_(std::move(settings)),
      contact_properties_(settings_.contact, settings_.contact_extra),
      order_properties_(settings_.order, settings_.order_extra),
      account_("at=" + to_hex(content_hash(url_ + "\n" + token_).view().substr(0, 4)) + ";") {}

bool CrmSink::makes_order(const Event& event) const {
  return event.kind == Kind::purchase && !event.order_number.empty() && !settings_.order_id.empty();
}

/// Record ids mean something in one account only: with another server or credential the event
/// begins again, which changes nothing where it is the same account after all.
CrmProgress CrmSink::progress_of(const Item& item) const {
  if (!item.progress.starts_with(account_)) return {};
  return CrmProgress::parse(item.progress.substr(account_.size()));
}

CrmSink::Step CrmSink::step_of(const Item& item) const {
  const CrmProgress progress = progress_of(item);
  if (!makes_order(item.event) || progress.contact.empty()) return Step::contacts;
  return progress.order.empty() ? Step::orders : Step::associations;
}

std::string_view CrmSink::lane(const Item& item) const {
  switch (step_of(item)) {
    case Step::contacts:
      return "contacts";
    case Step::orders:
      return "orders";
    case Step::associations:
      break;
  }
  return "associations";
}

std::string CrmSink::target(const Event& event) const {
  return address_of(event);
}

std::optional<Judgement> CrmSink::refuse(const Event& event, WallTime /*now*/) const {
  if (!address_of(event).empty()) return std::nullopt;
  return Judgement{Verdict::rejected,
                   "no_email_for_crm",
                   "it has no e-mail address, by which HubSpot's CRM knows a contact; only a form "
                   "or the Leads API takes a visitor token in its place",
                   {}};
}

std::vector<CrmInput> CrmSink::inputs_of(Step step, std::span<const Item> items) const {
  constexpr std::array<std::string_view, 3> kMarks{"", "-order", "-association"};
  std::vector<std::string> ids;
  ids.reserve(items.size());
  for (const Item& item : items) {
    ids.push_back(step == Step::contacts ? address_of(item.event)
                  : step == Step::orders ? order_id_of(item.event)
                                         : progress_of(item).str());
  }
  return gather(items, std::move(ids), kMarks[static_cast<std::size_t>(step)]);
}

std::string CrmSink::url_of(Step step) const {
  const bool is_v3 = settings_.version == "v3";
  if (step == Step::associations) {
    return fmt::format("{}/crm/{}/orders/contacts/batch/associate/default", url_,
                       is_v3 ? "v4/associations" : "associations/" + settings_.version);
  }
  return fmt::format("{}/crm/{}/{}/batch/upsert", url_,
                     is_v3 ? "v3/objects" : "objects/" + settings_.version,
                     step == Step::contacts ? "contacts" : "orders");
}

void CrmSink::append_upsert(Step step, const CrmInput& input, std::span<const Item> items,
                            std::string& body) const {
  const bool is_contact = step == Step::contacts;
  const std::string_view id_property = is_contact ? kEmail : settings_.order_id;
  body += '{';
  append_member("id", input.id, body);
  body += ',';
  append_member("idProperty", id_property, body);
  body += ',';
  append_member("objectWriteTraceId", input.trace_id, body);
  body += ",\"properties\":{";
  append_member(id_property, input.id, body);  // so that the result names it
  (is_contact ? contact_properties_ : order_properties_).append(events_of(input, items), body);
  const auto add = [&](std::string_view property, std::string_view value) {
    if (is_contact || value.empty()) return;
    body += ',';
    append_member(property, value, body);
  };
  add("hs_pipeline", settings_.pipeline);
  add("hs_pipeline_stage", settings_.stage);
  body += "}}";
}

HttpRequest CrmSink::render(std::span<const Item> items) const {
  constexpr std::size_t kUsualSize = 640;
  const Step step = step_of(items.front());
  HttpRequest request;
  request.url = url_of(step);
  request.content_type = "application/json";
  request.authorization = "Bearer " + token_;
  std::string& body = request.body;
  body.reserve(items.size() * kUsualSize);
  body += "{\"inputs\":[";
  bool is_first = true;
  for (const CrmInput& input : inputs_of(step, items)) {
    if (!std::exchange(is_first, false)) body += ',';
    if (step != Step::associations) {
      append_upsert(step, input, items, body);
    } else {
      const CrmProgress ids = CrmProgress::parse(input.id);
      fmt::format_to(std::back_inserter(body), R"({{"from":{{"id":"{}"}},"to":{{"id":"{}"}}}})",
                     ids.order, ids.contact);
    }
  }
  body += "]}";
  return request;
}

ReplyJudgement CrmSink::judge(const HttpReply& reply, std::span<const Item> items,
                              WallTime now) const {
  const bool is_whole = reply.transfer == Transfer::complete;
  const Step step = step_of(items.front());
  if (is_whole && reply.status / 100 == 2) {
    constexpr std::string_view kWanted = "the results of a batch in JSON";
    if (!is_json(reply.content_type)) return judge_unreadable(reply, items.size(), kWanted);
    const auto batch =
        step == Step::associations
            ? read_association_reply(reply.body)
            : read_upsert_reply(reply.body, step == Step::contacts ? kEmail : settings_.order_id);
    if (!batch) return judge_unreadable(reply, items.size(), kWanted);
    return judge_batch(*batch, reply.status, step, items);
  }
  if (is_whole && reply.status == 400) {
    const auto error = read_crm_error(reply.body);
    if (error && error->is_fault_of_job) {
      return stop(items.size(), ExitCode::usage, error->reason, fault_of_job(step, *error));
    }
  }
  return judge_refusal(reply, items.size(), now, token_);
}

ReplyJudgement CrmSink::judge_batch(const CrmReply& batch, int status, Step step,
                                    std::span<const Item> items) const {
  ReplyJudgement judgement =
      alike(items.size(),
            {Verdict::in_doubt,
             "unaccounted",
             fmt::format("the server answered with status {}, but not what became of it", status),
             {}});
  const std::vector<CrmInput> inputs = inputs_of(step, items);
  const auto fates = account_for(inputs, batch);
  if (!fates) return foreign_reply(items.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const CrmFate& fate = (*fates)[i];
    if (fate.kind == CrmFate::Kind::unknown) continue;
    for (const std::size_t item : inputs[i].items) {
      judgement.events[item] =
          fate.kind == CrmFate::Kind::taken
              ? judge_taken(step, items[item], fate.record_id)
              : judge_refused(step, *fate.error, status, inputs[i].items.size());
    }
    if (fate.kind == CrmFate::Kind::refused && fate.error->is_fault_of_job) {
      judgement.next = Next::stop;
      judgement.exit = ExitCode::usage;
      judgement.message = fault_of_job(step, *fate.error);
    }
  }
  return judgement;
}

Judgement CrmSink::judge_taken(Step step, const Item& item, std::string_view record) const {
  Judgement judgement;
  judgement.verdict = Verdict::accepted;
  if (step == Step::associations || !makes_order(item.event)) return judgement;
  CrmProgress progress = progress_of(item);
  (step == Step::contacts ? progress.contact : progress.order) = record;
  judgement.verdict = Verdict::advanced;
  judgement.progress = account_ + progress.str();
  return judgement;
}

/// Of several events that made one input it is not known which one was refused.
Judgement CrmSink::judge_refused(Step step, const CrmError& error, int status,
                                 std::size_t events) const {
  const std::string words = fit_to_show(error.words, token_);
  const std::string reason = error.reason.empty() ? fmt::format("http_{}", status) : error.reason;
  if (error.is_fault_of_job) return {Verdict::not_applied, reason, fault_of_job(step, error), {}};
  if (error.is_passing) {
    return {Verdict::in_doubt,
            reason,
            fmt::format("the server failed at it for the moment: {}", words),
            {}};
  }
  constexpr std::array<std::string_view, 3> kWhat{
      "HubSpot refused the contact", "HubSpot took the contact, but refused the order",
      "HubSpot took the contact and the order, but did not associate them"};
  return {events > 1 ? Verdict::isolate : Verdict::rejected,
          reason,
          fmt::format("{}{}{}", kWhat[static_cast<std::size_t>(step)], words.empty() ? "" : ": ",
                      words),
          {}};
}

std::string CrmSink::fault_of_job(Step step, const CrmError& error) const {
  if (error.is_not_unique) {
    return fmt::format(
        "HubSpot knows no {} by the property that the job names ({}); make it a property with "
        "unique "
        "values in HubSpot's settings, or name another by order_id in [hubspot.crm] of the job",
        step == Step::contacts ? "contact" : "order", fit_to_show(error.words, token_));
  }
  return fmt::format(
      "HubSpot does not take what the job sends: {}; make the property in HubSpot's settings, or "
      "name another, or leave it out by \"\", in [hubspot.crm.{}] of the job",
      fit_to_show(error.words, token_), step == Step::contacts ? "contact" : "order");
}

}  // namespace ordertail

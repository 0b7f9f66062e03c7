// HubSpot's CRM: contacts, and the orders they made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "delivery/crm_batch.h"
#include "delivery/crm_properties.h"
#include "delivery/sink.h"

namespace ordertail {

struct CrmError;
struct CrmReply;

/// What a job says of the CRM.
struct CrmSettings {
  std::string version = "2026-09";  ///< of the API: "v3", or a date
  /// An order property of which HubSpot lets no two orders have the same value; empty: no orders
  /// are made.
  std::string order_id;
  std::string pipeline, stage;  ///< of an order; empty: HubSpot's own first ones
  Properties contact = usual_properties(CrmObject::contact);
  Properties order = usual_properties(CrmObject::order);
  Properties contact_extra, order_extra;  ///< of the events' extra fields
};

/// Is it a version of the API: "v3", "2026-09"?
[[nodiscard]] bool is_crm_version(std::string_view text);

/// Contacts are known by their e-mail address, in lower case; orders by `order_id`, "main:1001" for
/// the order 1001 of the shop main. To write either again changes nothing: the sink is idempotent.
///
/// A registration takes one request; a purchase with an order number, where orders are made, three:
///
///   contacts      POST /crm/objects/2026-09/contacts/batch/upsert
///   orders        POST /crm/objects/2026-09/orders/batch/upsert
///   associations  POST /crm/associations/2026-09/orders/contacts/batch/associate/default
///
/// (version v3: /crm/v3/objects/contacts/…, /crm/v4/associations/orders/…). Bodies are
///
///   {"inputs":[{"id":"ann@example.com","idProperty":"email","objectWriteTraceId":"9f…",
///               "properties":{"email":"ann@example.com","firstname":"Ann",…}},…]}
///   {"inputs":[{"from":{"id":"7"},"to":{"id":"101"}},…]}
///
/// Events of one request that are about the same contact, or order, make one input: "IDs must be
/// unique". (https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide)
class CrmSink final : public Sink {
 public:
  /// `url`: "https://api.hubapi.com".
  CrmSink(std::string url, std::string token, CrmSettings settings);

  /// What the progress of its events begins with, as record ids mean something in one account only.
  [[nodiscard]] std::string_view account() const { return account_; }

  [[nodiscard]] std::string_view name() const override { return "crm"; }
  [[nodiscard]] Repeat repeat() const override { return Repeat::idempotent; }
  /// "Batch operations are limited to 100 records at a time."
  [[nodiscard]] std::size_t capacity() const override { return 100; }
  [[nodiscard]] std::string_view lane(const Item& item) const override;
  /// The contact's address.
  [[nodiscard]] std::string target(const Event& event) const override;
  /// An event without an e-mail address.
  [[nodiscard]] std::optional<Judgement> refuse(const Event& event, WallTime now) const override;
  [[nodiscard]] HttpRequest render(std::span<const Item> items) const override;
  /// Matched by trace id, address, order id or pair, never by position. Events that a whole reply
  /// does not account for are in doubt. A reply about what was not sent is another request's: all
  /// are in doubt, and the run ends. So it does when a property is not there or cannot be set.
  [[nodiscard]] ReplyJudgement judge(const HttpReply& reply, std::span<const Item> items,
                                     WallTime now) const override;

 private:
  enum class Step { contacts, orders, associations };

  [[nodiscard]] bool makes_order(const Event& event) const;
  [[nodiscard]] CrmProgress progress_of(const Item& item) const;
  [[nodiscard]] Step step_of(const Item& item) const;
  [[nodiscard]] std::vector<CrmInput> inputs_of(Step step, std::span<const Item> items) const;
  [[nodiscard]] std::string url_of(Step step) const;
  void append_upsert(Step step, const CrmInput& input, std::span<const Item> items,
                     std::string& body) const;
  [[nodiscard]] ReplyJudgement judge_batch(const CrmReply& batch, int status, Step step,
                                           std::span<const Item> items) const;
  [[nodiscard]] Judgement judge_taken(Step step, const Item& item, std::string_view record) const;
  [[nodiscard]] Judgement judge_refused(Step step, const CrmError& error, int status,
                                        std::size_t events) const;
  [[nodiscard]] std::string fault_of_job(Step step, const CrmError& error) const;

  const std::string url_;
  const std::string token_;
  const CrmSettings settings_;
  const CrmProperties contact_properties_, order_properties_;
  const std::string account_;
};

}  // namespace ordertail

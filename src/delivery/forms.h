// HubSpot's Forms API: submissions to a form, version 3, open or authenticated ("secure").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "delivery/forms_body.h"
#include "delivery/forms_listing.h"
#include "delivery/sink.h"

namespace ordertail {

/// One form: one for registrations, another for purchases.
///
/// The API has no way to tell a repeated submission from a new one, so the sink is blind; but what
/// carries its event's id in a field of the form can be found in the form's listing. And "the
/// Forms API should not be used to bulk import contacts": what an abused form is sent may be
/// ignored, whatever the reply says
/// (https://developers.hubspot.com/docs/methods/forms/forms_overview).
class FormsSink final : public Sink {
 public:
  /// `url` is used byte for byte; `token` is empty for an open form.
  /// `listing`: of the form, where settings.event_id_field names a field.
  FormsSink(std::string url, std::string token, FormsSettings settings,
            std::optional<FormsListing> listing = {});

  [[nodiscard]] std::string_view name() const override { return "forms"; }
  [[nodiscard]] const FormsListing* listing() const override {
    return listing_ ? &*listing_ : nullptr;
  }
  [[nodiscard]] bool forbids_bulk() const override { return true; }
  /// See is_too_old_for_forms().
  [[nodiscard]] std::optional<Judgement> refuse(const Event& event, WallTime now) const override;
  [[nodiscard]] HttpRequest render(std::span<const Item> items) const override;
  /// Accepted is a whole reply of status 200 that is JSON and says what the visitor would be shown.
  /// Errors of the form, or of what the job says of it, end the run; errors of the event reject it.
  ///
  /// That goes for a visitor token that HubSpot does not take (INVALID_HUTK), too, though the event
  /// could be sent without: then it would be another request than the one that is on record. Tokens
  /// that do not look like one have been dropped long before, when the event was read.
  [[nodiscard]] ReplyJudgement judge(const HttpReply& reply, std::span<const Item> items,
                                     WallTime now) const override;

 private:
  std::string url_;
  std::string token_;
  FormsSettings settings_;
  std::optional<FormsListing> listing_;
};

/// Did the event happen more than 28 days before `now`? A submission that is "more than one month
/// old will result in an error", and the shortest month has 28 days. An event without a time is not
/// too old.
[[nodiscard]] bool is_too_old_for_forms(const Event& event, WallTime now);

}  // namespace ordertail

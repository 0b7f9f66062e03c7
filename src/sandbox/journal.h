// The journal: what was submitted, through whichever API, taken or refused.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <iterator>
#include <string>

#include "base/clock.h"
#include "sandbox/form.h"

namespace ordertail::sandbox {

enum class Api { leads, forms, contacts, orders, associations };
inline constexpr Api kApis[] = {Api::leads, Api::forms, Api::contacts, Api::orders,
                                Api::associations};

/// One record as it was submitted. Never holds a hapikey or an access token. A Leads or Forms
/// request submits one; a batch of the CRM's one per input, under one number.
struct Submission {
  std::uint64_t number = 0;  ///< of the request, from 1, in order of arrival
  WallTime time;             ///< of arrival
  Api api = Api::leads;
  std::string form;  ///< FormName, form GUID or batch path; empty when there was none
  Form fields;       ///< as they came; empty when they could not be read
  /// Forms: hutk, pageUri and the like; CRM: id, idProperty and objectWriteTraceId; associations:
  /// from and to.
  Form context;
  WallTime submitted_at;  ///< Forms: as backdated, else the time of arrival
  unsigned status = 0;    ///< 200 or the refusal
  std::string error;      ///< why it was refused
  std::string guid;       ///< of the conversion; empty when there is none
  /// The lead, contact or order it joined or made, or the order it associated; 0 when it changed
  /// nothing.
  std::uint64_t record = 0;
  std::uint64_t to_contact = 0;  ///< associations: the contact; 0 likewise
};

/// Requests and records of one API. A Leads or Forms request holds one record.
struct ApiCounts {
  std::uint64_t requests = 0;
  std::uint64_t received = 0;  ///< records
  std::uint64_t applied = 0;   ///< of these, those that changed the portal
};

class Journal {
 public:
  /// The number that the next request will have.
  [[nodiscard]] std::uint64_t next_number() const { return requests_ + 1; }

  /// A submission in a request of its own. Stays where it is as long as the journal lives.
  Submission& receive(Api api, WallTime time);
  /// One more submission in the request of the latest one.
  Submission& receive_another();
  /// All submissions of the latest request are refused.
  void refuse_latest(unsigned status, const std::string& error);
  /// It changed this record.
  void apply(Submission& submission, std::uint64_t record);

  [[nodiscard]] const std::deque<Submission>& submissions() const { return submissions_; }
  [[nodiscard]] const ApiCounts& counts(Api api) const {
    return counts_[static_cast<std::size_t>(api)];
  }

 private:
  ApiCounts& counts_of(Api api) { return counts_[static_cast<std::size_t>(api)]; }

  std::uint64_t requests_ = 0;
  std::deque<Submission> submissions_;
  std::array<ApiCounts, std::size(kApis)> counts_;
};

}  // namespace ordertail::sandbox

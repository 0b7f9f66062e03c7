// The journal: what was submitted, through whichever API, taken or refused.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

#include "base/clock.h"
#include "sandbox/form.h"

namespace ordertail::sandbox {

enum class Api { leads, forms, crm };

/// One record as it was submitted. Never holds a hapikey or an access token. A Leads or Forms
/// request submits one; a CRM batch one per input, under one number.
struct Submission {
  std::uint64_t number = 0;  ///< of the request, from 1, in order of arrival
  WallTime time;             ///< of arrival
  Api api = Api::leads;
  std::string form;       ///< FormName, form GUID or batch path; empty when there was none
  Form fields;            ///< as they came; empty when they could not be read
  Form context;           ///< Forms: hutk, pageUri and the like
  WallTime submitted_at;  ///< Forms: as backdated, else the time of arrival
  unsigned status = 0;    ///< 200 or the refusal
  std::string error;      ///< why it was refused
  std::string guid;       ///< of the conversion; empty when there is none
  /// The lead or contact it joined or made; 0 when it changed nothing.
  std::uint64_t record = 0;
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
  std::array<ApiCounts, 3> counts_;
};

}  // namespace ordertail::sandbox

#include "sandbox/journal.h"

namespace ordertail::sandbox {

Submission& Journal::receive(Api api, WallTime time) {
  Submission& submission = submissions_.emplace_back();
  submission.number = ++requests_;
  submission.time = submission.submitted_at = time;
  submission.api = api;
  ++counts_of(api).requests;
  ++counts_of(api).received;
  return submission;
}

Submission& Journal::receive_another() {
  const Submission& latest = submissions_.back();
  Submission& submission = submissions_.emplace_back();
  submission.number = latest.number;
  submission.time = submission.submitted_at = latest.time;
  submission.api = latest.api;
  submission.form = latest.form;
  ++counts_of(latest.api).received;
  return submission;
}

void Journal::refuse_latest(unsigned status, const std::string& error) {
  for (auto each = submissions_.rbegin(); each != submissions_.rend() && each->number == requests_;
       ++each) {
    each->status = status;
    each->error = error;
  }
}

void Journal::apply(Submission& submission, std::uint64_t record) {
  submission.record = record;
  ++counts_of(submission.api).applied;
}

}  // namespace ordertail::sandbox

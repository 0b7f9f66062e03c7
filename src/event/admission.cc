#include "event/admission.h"

#include <algorithm>

#include "base/text.h"

namespace ordertail {
namespace {

constexpr std::string_view kFailedRequest = "failed_request";

}  // namespace

Admission::Admission(const MappingSpec& spec, const Pattern& pattern, const Binder& binder)
    : spec_(spec) {
  for (const Condition& condition : spec.when) {
    when_.emplace_back(condition, binder, pattern.numbers);
  }
  for (const std::string& path : spec.paths) paths_.emplace_back(path);
  if (!pattern.line) return;
  const LineForm& form = *pattern.line;
  if (!form.status.empty()) status_ = binder.need({form.status}, "status").front();
  visit_.emplace(form, binder.selection());
}

/// Is the logged request one for what the mapping is about?
bool Admission::is_asked_for(Row& row) {
  const auto& methods = spec_.methods;
  const bool by_method =
      methods.empty() || std::any_of(methods.begin(), methods.end(), [&](const std::string& each) {
        return equal_ignoring_case(each, row.request().method);  // some programs log "get"
      });
  if (!by_method || paths_.empty()) return by_method;
  const bool by_path = std::any_of(paths_.begin(), paths_.end(), [&](const PathPattern& path) {
    return path.match(row.request().path, path_parts_);
  });
  if (by_path) row.set_path_parts(path_parts_);
  return by_path;
}

/// Was it answered as a conversion is? Where nothing else is declared, by 200 to 399.
bool Admission::went_well(Row& row) const {
  if (!status_) return true;
  const std::string_view status = row.text(*status_);
  if (spec_.statuses.empty()) return status.starts_with('2') || status.starts_with('3');
  return std::any_of(spec_.statuses.begin(), spec_.statuses.end(), [&](const std::string& each) {
    if (each.ends_with("xx")) return status.size() == 3 && status.front() == each.front();
    return status == each;
  });
}

std::optional<std::string_view> Admission::excluded(Row& row) {
  if (!is_asked_for(row)) return kNotAConversion;
  if (!went_well(row)) return kFailedRequest;
  if (visit_) {
    if (const auto reason = visit_->excluded(row)) return reason;
  }
  std::optional<std::string_view> first;
  for (const BoundCondition& condition : when_) {
    const auto failure = condition.failure(row);
    if (failure && withdraws(*failure)) return failure;
    if (!first) first = failure;
  }
  return first;
}

bool Admission::is_blank_where_needed(Row& row) const {
  return std::any_of(when_.begin(), when_.end(), [&](const BoundCondition& condition) {
    return condition.is_blank(row) && condition.failure(row);
  });
}

}  // namespace ordertail

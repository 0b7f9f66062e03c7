#include "delivery/crm_account.h"

#include <algorithm>
#include <unordered_map>

namespace ordertail {
namespace {

using Places = std::unordered_multimap<std::string_view, std::size_t>;

/// Under every name by which a reply may speak of an input; views into `names`.
struct Names {
  explicit Names(const std::vector<CrmInput>& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      by_id.emplace(inputs[i].id, i);
      by_trace.emplace(inputs[i].trace_id, i);
      by_part.emplace(inputs[i].id, i);
      const std::string_view id = inputs[i].id;
      const std::size_t semicolon = id.find(';');
      if (CrmProgress::parse(id).order.empty()) continue;
      by_part.emplace(id.substr(0, semicolon), i);
      by_part.emplace(id.substr(semicolon + 1), i);
    }
  }
  std::unordered_map<std::string_view, std::size_t> by_id, by_trace;
  Places by_part;  // ids, and the two parts of "contact=101;order=7"
};

/// Two voices about one input that differ leave it unknown for good.
class Fates {
 public:
  explicit Fates(std::size_t inputs) : fates_(inputs), contradicted_(inputs) {}

  void set(std::size_t input, const CrmFate& fate) {
    CrmFate& known = fates_[input];
    const bool is_first = known.kind == CrmFate::Kind::unknown && !contradicted_[input];
    const bool agrees = known.kind == fate.kind && known.record_id == fate.record_id;
    if (is_first) {
      known = fate;
    } else if (!agrees) {
      known = {};
      contradicted_[input] = true;
    }
  }
  [[nodiscard]] std::vector<CrmFate> take() && { return std::move(fates_); }

 private:
  std::vector<CrmFate> fates_;
  std::vector<bool> contradicted_;
};

/// Enters one result; false when it is about something that was not sent.
bool enter(const CrmResult& result, const Names& names, Fates& fates) {
  const auto named = names.by_id.find(result.name);
  auto found = named;
  if (!result.trace_id.empty()) {
    found = names.by_trace.find(result.trace_id);
    if (found == names.by_trace.end()) return false;
    if (named != names.by_id.end() && named->second != found->second) return false;
  } else if (result.name.empty()) {
    return true;  // it speaks of nothing
  } else if (found == names.by_id.end()) {
    return names.by_id.count(result.reversed) != 0;
  }
  const bool is_association = !result.reversed.empty();
  if (!is_association && result.record_id.empty()) return true;
  fates.set(found->second, {CrmFate::Kind::taken, result.record_id, nullptr});
  return true;
}

bool enter(const CrmError& error, const Names& names, std::size_t inputs, Fates& fates) {
  const CrmFate fate{CrmFate::Kind::refused, {}, &error};
  if (error.names.empty() && inputs == 1) fates.set(0, fate);
  return std::all_of(error.names.begin(), error.names.end(), [&](const std::string& name) {
    if (const auto traced = names.by_trace.find(name); traced != names.by_trace.end()) {
      fates.set(traced->second, fate);
      return true;
    }
    const auto [begin, end] = names.by_part.equal_range(name);
    for (auto part = begin; part != end; ++part) fates.set(part->second, fate);
    return begin != end;
  });
}

}  // namespace

std::optional<std::vector<CrmFate>> account_for(const std::vector<CrmInput>& inputs,
                                                const CrmReply& reply) {
  const Names names(inputs);
  Fates fates(inputs.size());
  for (const CrmResult& result : reply.results) {
    if (!enter(result, names, fates)) return std::nullopt;
  }
  for (const CrmError& error : reply.errors) {
    if (!enter(error, names, inputs.size(), fates)) return std::nullopt;
  }
  return std::move(fates).take();
}

}  // namespace ordertail

#include "delivery/crm_batch.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace ordertail {
namespace {

constexpr std::string_view kContact = "contact=";
constexpr std::string_view kOrder = "order=";

}  // namespace

CrmProgress CrmProgress::parse(std::string_view text) {
  const std::size_t semicolon = std::min(text.find(';'), text.size());
  const std::string_view contact = text.substr(0, semicolon);
  const std::string_view order = text.substr(std::min(semicolon + 1, text.size()));
  CrmProgress progress;
  if (!contact.starts_with(kContact) || !is_record_id(contact.substr(kContact.size()))) return {};
  progress.contact = contact.substr(kContact.size());
  if (order.empty()) return progress;
  if (!order.starts_with(kOrder) || !is_record_id(order.substr(kOrder.size()))) return {};
  progress.order = order.substr(kOrder.size());
  return progress;
}

std::string CrmProgress::str() const {
  std::string text;
  text.append(kContact).append(contact);
  if (!order.empty()) text.append(";").append(kOrder).append(order);
  return text;
}

bool is_record_id(std::string_view text) {
  return !text.empty() && text.size() <= 20 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<CrmInput> gather(std::span<const Item> items, std::vector<std::string> ids,
                             std::string_view mark) {
  std::vector<CrmInput> inputs;
  inputs.reserve(items.size());
  std::unordered_map<std::string_view, std::size_t> places;  // by id; views into `inputs`
  places.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (const auto known = places.find(ids[i]); known != places.end()) {
      inputs[known->second].items.push_back(i);
      continue;
    }
    inputs.push_back({std::move(ids[i]), to_hex(items[i].event.id.view()).append(mark), {i}});
    places.emplace(inputs.back().id, inputs.size() - 1);
  }
  for (CrmInput& input : inputs) {
    std::stable_sort(input.items.begin(), input.items.end(), [&](std::size_t a, std::size_t b) {
      return items[a].event.occurred_at < items[b].event.occurred_at;
    });
  }
  return inputs;
}

}  // namespace ordertail

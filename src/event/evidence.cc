#include "event/evidence.h"

#include <algorithm>

namespace ordertail {
namespace {

/// Does it alone leave no more than one way?
bool decides(const Evidence::Readings& readings) {
  return std::count_if(readings.begin(), readings.end(),
                       [](std::uint8_t reading) { return reading != 0; }) == 1;
}

bool have_a_way_in_common(const Evidence::Readings& a, const Evidence::Readings& b) {
  for (std::size_t way = 0; way < a.size(); ++way) {
    if (a[way] != 0 && b[way] != 0) return true;
  }
  return false;
}

}  // namespace

void Evidence::add(const Readings& readings, std::string_view cell, std::uint64_t line) {
  if (readings == Readings{}) return;
  std::vector<Witness>& kind = kinds_[readings];
  if (kind.size() < kKept) kind.push_back({line, std::string(cell), readings});
}

bool Evidence::is_left(std::size_t way) const {
  return std::all_of(kinds_.begin(), kinds_.end(),
                     [&](const auto& kind) { return kind.first[way] != 0; });
}

bool Evidence::is_ambiguous(const Readings& readings) const {
  std::uint8_t first = 0;
  for (std::size_t way = 0; way < ways_; ++way) {
    if (!is_left(way)) continue;
    if (first == 0) first = readings[way];
    if (readings[way] != first) return true;
  }
  return false;
}

bool Evidence::excludes_a_way(const Readings& readings) const {
  for (std::size_t way = 0; way < ways_; ++way) {
    if (readings[way] == 0) return true;
  }
  return false;
}

bool Evidence::contradicts_any(const Readings& readings) const {
  return std::any_of(kinds_.begin(), kinds_.end(),
                     [&](const auto& kind) { return !have_a_way_in_common(kind.first, readings); });
}

Proof Evidence::outcome() const {
  std::size_t left = 0;
  for (std::size_t way = 0; way < ways_; ++way) left += is_left(way) ? 1 : 0;
  if (left == 0) return Proof::contradictory;
  if (left == 1) return Proof::decided;
  return std::any_of(kinds_.begin(), kinds_.end(),
                     [&](const auto& kind) { return is_ambiguous(kind.first); })
             ? Proof::unproven
             : Proof::any;
}

std::vector<Evidence::Witness> Evidence::witnesses() const {
  const Proof proof = outcome();
  const bool one_decides =
      proof == Proof::decided && std::any_of(kinds_.begin(), kinds_.end(),
                                             [](const auto& kind) { return decides(kind.first); });
  std::vector<Witness> chosen;
  for (const auto& [readings, kind] : kinds_) {
    const bool tells = proof == Proof::unproven        ? is_ambiguous(readings)
                       : proof == Proof::contradictory ? contradicts_any(readings)
                       : one_decides                   ? decides(readings)
                                                       : excludes_a_way(readings);
    if (tells) chosen.insert(chosen.end(), kind.begin(), kind.end());
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const Witness& a, const Witness& b) { return a.line < b.line; });
  return chosen;
}

}  // namespace ordertail

#include "input/rotation.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace ordertail {
namespace {

constexpr int kLog = 2;

/// A file's place among the rotations of its log.
struct Place {
  std::string_view log;     // the name of the log itself
  int step = kLog;          // 0: it has a date, 1: a number; 2: it is the log
  std::string_view when{};  // its date or number

  [[nodiscard]] auto key() const { return std::tuple(log, step); }
};

Place place_of(std::string_view name) {
  if (name.ends_with(".gz")) name.remove_suffix(3);
  const std::size_t digits = name.find_last_not_of("0123456789");
  if (digits == name.npos || digits == 0 || digits + 1 == name.size()) return {name};
  const std::string_view when = name.substr(digits + 1);
  const bool is_date = when.size() >= 8 && (name[digits] == '-' || name[digits] == '.');
  const bool is_number = when.size() <= 4 && name[digits] == '.';
  if (is_date) return {name.substr(0, digits), 0, when};
  if (is_number) return {name.substr(0, digits), 1, when};
  return {name};
}

bool is_before(const SourceFile& a, const SourceFile& b) {
  const Place x = place_of(a.name);
  const Place y = place_of(b.name);
  if (x.key() != y.key()) return x.key() < y.key();
  if (x.when != y.when) {
    if (x.step == 0) return x.when < y.when;
    return x.when.size() != y.when.size() ? x.when.size() > y.when.size() : x.when > y.when;
  }
  return a.name < b.name;
}

}  // namespace

void sort_by_age(std::vector<SourceFile>& files) {
  std::sort(files.begin(), files.end(), is_before);
}

bool is_rotation(std::string_view name) {
  return place_of(name).step != kLog;
}

}  // namespace ordertail

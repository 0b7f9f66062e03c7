#include "event/date_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"

namespace ordertail {
namespace {

/// Directives that stand for others.
std::string_view expansion(char directive, std::optional<DateOrder> order) {
  if (directive == 'F') return "%Y-%m-%d";
  if (directive == 'T') return "%H:%M:%S";
  if (directive == 'x' && order == DateOrder::mdy) return "%m%/%d%/%Y";
  if (directive == 'x' && order == DateOrder::dmy) return "%d%/%m%/%Y";
  if (directive == 'x' && order == DateOrder::ymd) return "%Y%/%m%/%d";
  return {};
}

}  // namespace

void DateFormat::compile(std::string_view format, std::optional<DateOrder> order) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      steps_.insert(steps_.end(), {kLiteral, format[i]});
      continue;
    }
    const char directive = ++i < format.size() ? format[i] : '%';
    const std::string_view expanded = expansion(directive, order);
    if (!expanded.empty()) {
      compile(expanded, order);
    } else if (std::string_view("YymbBdeHIMSpaAzs/").find(directive) != std::string_view::npos) {
      steps_.push_back(directive);
    } else {
      throw Error(
          ExitCode::usage,
          fmt::format("the time format \"{}\" has an unknown directive %{}", format, directive));
    }
  }
}

DateFormat::DateFormat(std::string_view format, std::optional<DateOrder> order) {
  compile(format, order);
}

std::string DateFormat::shape() const {
  constexpr std::array<std::pair<char, std::string_view>, 16> kShapes{{
      {'Y', "YYYY"},
      {'y', "YY"},
      {'m', "MM"},
      {'b', "Mon"},
      {'B', "Mon"},
      {'d', "DD"},
      {'e', "DD"},
      {'H', "HH"},
      {'I', "HH"},
      {'M', "MM"},
      {'S', "SS"},
      {'p', "AM"},
      {'a', "Day"},
      {'A', "Day"},
      {'z', "+HHMM"},
      {'s', "SECONDS-SINCE-1970"},
  }};
  std::string shape;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i] == kLiteral) {
      shape += steps_[++i];
      continue;
    }
    const auto* found = std::find_if(kShapes.begin(), kShapes.end(),
                                     [&](const auto& entry) { return entry.first == steps_[i]; });
    shape += found == kShapes.end() ? std::string_view("/") : found->second;
  }
  return shape;
}

}  // namespace ordertail

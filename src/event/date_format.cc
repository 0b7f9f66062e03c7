#include "event/date_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "event/date_parts.h"

namespace ordertail {
namespace {

constexpr char kLiteral = 0;

/// Directives that stand for others.
std::string_view expansion(char directive, std::optional<DateOrder> order) {
  if (directive == 'F') return "%Y-%m-%d";
  if (directive == 'T') return "%H:%M:%S";
  if (directive == 'x' && order == DateOrder::mdy) return "%m%/%d%/%Y";
  if (directive == 'x' && order == DateOrder::dmy) return "%d%/%m%/%Y";
  if (directive == 'x' && order == DateOrder::ymd) return "%Y%/%m%/%d";
  return {};
}

void compile(std::string_view format, std::optional<DateOrder> order, std::vector<char>& steps) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      steps.insert(steps.end(), {kLiteral, format[i]});
      continue;
    }
    const char directive = ++i < format.size() ? format[i] : '%';
    const std::string_view expanded = expansion(directive, order);
    if (!expanded.empty()) {
      compile(expanded, order, steps);
    } else if (std::string_view("YymbBdeHIMSpaAzs/").find(directive) != std::string_view::npos) {
      steps.push_back(directive);
    } else {
      throw Error(
          ExitCode::usage,
          fmt::format("the time format \"{}\" has an unknown directive %{}", format, directive));
    }
  }
}

}  // namespace

DateFormat::DateFormat(std::string_view format, std::optional<DateOrder> order) {
  compile(format, order, steps_);
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

bool DateFormat::wants_point_at(std::size_t step) const {
  return step + 1 < steps_.size() && steps_[step] == kLiteral && steps_[step + 1] == '.';
}

std::optional<ParsedTime> DateFormat::parse(std::string_view text) const {
  DateInput input{text};
  DateParts parts;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i] != kLiteral) {
      if (!parts.take(steps_[i], input)) return std::nullopt;
      if (steps_[i] == 'S' && !wants_point_at(i + 1)) input.skip_fraction();
      continue;
    }
    const char literal = steps_[++i];
    if (!(literal == ' ' ? input.take_blanks() : input.take(literal))) return std::nullopt;
  }
  return input.rest.empty() ? parts.whole() : std::nullopt;
}

}  // namespace ordertail

// What a column proves about how its amounts are written, or its dates: see evidence.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/date_format.h"
#include "event/evidence.h"
#include "event/money.h"

namespace ordertail {

/// How amounts are written. As "1234.56" can be written in the style "1,234.56" too, a column of
/// such amounts proves that it does not matter; only grouped ones decide.
class NumberProof {
 public:
  /// Cells are trimmed; empty ones say nothing.
  void add(std::string_view cell, std::uint64_t line);

  [[nodiscard]] Proof outcome() const { return evidence_.outcome(); }
  /// The style to read this column with, when that is decided or does not matter. Only what is
  /// decided may be held against another file.
  [[nodiscard]] std::optional<NumberStyle> decision() const;
  /// `line 2: "1,234" may be 1234.00 or 1.234`: the lines that lead to the outcome.
  [[nodiscard]] std::vector<std::string> evidence() const;
  /// What people are told of an unproven or contradictory column: the evidence, and what to do.
  [[nodiscard]] std::string refusal(std::string_view file, std::string_view column) const;

 private:
  Evidence evidence_{kNumberStyles.size()};
};

/// In which order the parts of %x stand.
class DateProof {
 public:
  /// The column's formats, tried in order. Throws Error(usage) for an unknown directive.
  explicit DateProof(const std::vector<std::string>& formats);

  void add(std::string_view cell, std::uint64_t line);

  [[nodiscard]] Proof outcome() const { return evidence_.outcome(); }
  [[nodiscard]] std::optional<DateOrder> decision() const;
  /// "line 2: 03/04/2025 may be March 4 or 3 April"
  [[nodiscard]] std::vector<std::string> evidence() const;
  [[nodiscard]] std::string refusal(std::string_view file, std::string_view column) const;

 private:
  // `order` is the place in kDateOrders.
  [[nodiscard]] std::optional<LocalTime> read(std::string_view cell, std::size_t order) const;
  [[nodiscard]] std::string day_in_words(std::string_view cell, std::size_t order) const;

  std::array<std::vector<DateFormat>, kDateOrders.size()> formats_;
  Evidence evidence_{kDateOrders.size()};
};

}  // namespace ordertail

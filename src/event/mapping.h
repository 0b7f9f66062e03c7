// What a record means: a MappingSpec bound to a file's columns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "event/event.h"
#include "event/reject.h"
#include "event/row.h"
#include "event/time_field.h"

namespace ordertail {

/// Not a conversion, and nothing is wrong with that.
struct Skip {
  std::string_view
      reason;  ///< "not_a_conversion", "failed_request", "when:<column>"; static or the mapping's
};
struct Made {};  ///< the event has been filled in

/// Reject and Remark carry no position yet: the caller knows where the record is.
using Meaning = std::variant<Made, Skip, Reject>;

/// What all events of a run have in common.
struct EventContext {
  std::string shop;
  TimeZone account_zone;
  HashKey id_key{};
};

/// One kind of event out of one file's records.
class Mapping {
 public:
  /// `file` is what messages call the file. Throws Error(source) when a column that the event
  /// cannot do without is missing.
  Mapping(Kind kind, const Pattern& pattern, const EventContext& context, Selection& selection,
          const std::string& file);

  /// Makes `event` (cleared first) of the row.
  Meaning apply(Row& row, Event& event, std::vector<Remark>& remarks);

  /// Adds what a further record of the same order says: its SKUs.
  void add_row(Row& row, Event& event) const;

 private:
  struct BoundCondition {
    BoundColumn column;
    const Condition* condition;
    std::string reason;  // "when:Status"
  };

  BoundColumns need(const Columns& columns, std::string_view key, Selection& selection,
                    const std::string& file) const;
  [[nodiscard]] std::optional<Skip> excluded(Row& row) const;
  void read_texts(Row& row, Event& event, std::vector<Remark>& remarks) const;
  [[nodiscard]] std::optional<Reject> read_time(Row& row, Event& event);
  [[nodiscard]] std::optional<Reject> read_revenue(Row& row, Event& event) const;
  [[nodiscard]] std::string name_of_field(std::string_view key) const;
  [[nodiscard]] std::optional<Reject> check(const Event& event) const;

  Kind kind_;
  const MappingSpec& spec_;
  NumberStyle numbers_;
  const EventContext& context_;
  std::optional<BoundColumn> status_;
  std::vector<BoundCondition> when_;
  std::array<BoundColumns, kTextFields.size()> text_;
  BoundColumns name_, skus_, revenue_, minus_;
  std::vector<std::pair<std::string, BoundColumns>> extra_;
  std::optional<TimeField> time_;
};

}  // namespace ordertail

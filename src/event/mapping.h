// What a record means: a MappingSpec bound to a file's columns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "event/admission.h"
#include "event/event.h"
#include "event/findings.h"
#include "event/revenue.h"
#include "event/row.h"
#include "event/sku_list.h"
#include "event/time_field.h"

namespace ordertail {

/// Not a conversion, and nothing is wrong with that.
struct Skip {
  std::string_view reason;  ///< "not_a_conversion", "failed_request", "bot", "prefetch",
                            ///< "when:<column>", "unpaid" or another word of the pattern's; static
                            ///< or the mapping's
};
struct Made {};  ///< the event has been filled in

/// Reject, Withdrawal, Stray and Remark carry no position yet: the caller knows where the record
/// is.
using Meaning = std::variant<Made, Skip, Reject, Withdrawal, Stray>;

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

  /// Adds what a further record of the same order says: its SKUs, and its amount where the revenue
  /// is summed over the rows.
  [[nodiscard]] std::optional<Reject> add_row(Row& row, Event& event, std::vector<Remark>& remarks);

 private:
  void bind_time(const Pattern& pattern, const Binder& binder);
  [[nodiscard]] bool may_be_later_row(Row& row) const;
  [[nodiscard]] Meaning left_out(Row& row, std::string_view reason, Event& event) const;
  [[nodiscard]] Reject not_utf8(const std::string& name, std::string_view text) const;
  void read_texts(Row& row, Event& event, std::vector<Remark>& remarks) const;
  [[nodiscard]] std::optional<Reject> read_time(Row& row, Event& event);
  [[nodiscard]] std::optional<Reject> add_revenue(Row& row, Event& event) const;
  [[nodiscard]] std::optional<Reject> add_skus(Row& row, Event& event,
                                               std::vector<Remark>& remarks);
  [[nodiscard]] std::string name_of_field(std::string_view key) const;
  [[nodiscard]] std::string name_of_extra(const std::string& key) const;
  [[nodiscard]] std::optional<Reject> check(const Event& event) const;
  [[nodiscard]] Reject explained(Row& row, Reject reject) const;

  Kind kind_;
  const Pattern& pattern_;
  const MappingSpec& spec_;
  const EventContext& context_;
  const TimeZone account_zone_;  // a copy, since threads may share the context
  std::optional<Admission> admission_;
  std::array<BoundColumns, kTextFields.size()> text_;
  BoundColumns name_, time_columns_;
  std::vector<BoundColumns> companion_keys_;  // of the pattern's own file, by companion
  SkuList skus_;
  Revenue revenue_;
  std::vector<std::pair<std::string, BoundColumns>> extra_;
  std::optional<TimeField> time_;
};

}  // namespace ordertail

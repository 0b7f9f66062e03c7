// A look at a file's records, one by one.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "event/pattern.h"
#include "event/row.h"
#include "event/selection.h"
#include "input/glob.h"
#include "record/csv_header.h"

namespace ordertail {

class RecordWalk {
 public:
  /// Reads the header. Throws Error(source) when the file has none, or cannot be read. The
  /// references outlive this.
  RecordWalk(const Pattern& pattern, const SourceFile& file);

  /// What is bound here before run() is what the records' cells are.
  [[nodiscard]] Selection& selection() { return selection_; }
  [[nodiscard]] const Selection& selection() const { return selection_; }
  /// Nothing for lines of a log.
  [[nodiscard]] const std::optional<CsvHeader>& header() const { return header_; }
  [[nodiscard]] std::size_t columns() const { return selection_.available().size(); }

  struct Visitor {
    std::function<bool(const Record&, std::span<const std::string_view>)> record;
    std::function<bool(const BadRecord&)> bad;
  };
  /// Calls them in the file's order, until one says false or the file ends. To be called once.
  void run(const Visitor& visitor);

 private:
  const Pattern& pattern_;
  const SourceFile& file_;
  std::optional<CsvHeader> header_;
  Selection selection_;
};

/// The mapping that tells where a pattern's fields are: of purchases, if it makes any.
[[nodiscard]] const MappingSpec& main_mapping(const Pattern& pattern);

/// Of the alternatives that a pattern gives, the one whose columns are all there: what a mapping
/// would use. Null when there is none.
[[nodiscard]] const TimeSpec* time_alternative(const MappingSpec& mapping,
                                               const Selection& selection);
[[nodiscard]] const MoneySpec* revenue_alternative(const MappingSpec& mapping,
                                                   const Selection& selection);

}  // namespace ordertail

// The request of a logged line, wherever the line has it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "event/line_form.h"
#include "event/request_line.h"
#include "event/row.h"
#include "event/selection.h"

namespace ordertail {

/// A LineForm's request bound to a log's columns; of a file that is no log, nothing.
class LoggedRequest {
 public:
  LoggedRequest(const std::optional<LineForm>& form, Selection& selection);

  /// Begins the row of a record, with its request.
  void begin(std::span<const std::string_view> cells, Row& row) const;

 private:
  [[nodiscard]] RequestLine of(Row& row) const;

  std::optional<BoundColumn> request_, target_, path_, query_, method_;
};

}  // namespace ordertail

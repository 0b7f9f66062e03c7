#include "event/logged_request.h"

#include <string>

namespace ordertail {
namespace {

std::optional<BoundColumn> bound(const std::string& column, Selection& selection) {
  const BoundColumns columns = column.empty() ? BoundColumns() : selection.bind(column);
  return columns.empty() ? std::nullopt : std::optional(columns.front());
}

std::string_view text(const std::optional<BoundColumn>& column, Row& row) {
  return column ? row.text(*column) : std::string_view();
}

}  // namespace

LoggedRequest::LoggedRequest(const std::optional<LineForm>& form, Selection& selection) {
  if (!form) return;
  request_ = bound(form->request, selection);
  if (request_) return;
  method_ = bound(form->method, selection);
  target_ = bound(form->target, selection);
  if (target_) return;
  path_ = bound(form->path, selection);
  query_ = bound(form->query, selection);
}

RequestLine LoggedRequest::of(Row& row) const {
  if (request_) return parse_request_line(text(request_, row));
  RequestLine request = parse_target(text(target_ ? target_ : path_, row));
  request.method = text(method_, row);
  if (!query_) return request;
  request.query = text(query_, row);
  if (request.query.starts_with('?')) request.query.remove_prefix(1);  // Apache's %q
  return request;
}

void LoggedRequest::begin(std::span<const std::string_view> cells, Row& row) const {
  row.begin(cells);
  if (request_ || target_ || path_) row.set_request(of(row));
}

}  // namespace ordertail

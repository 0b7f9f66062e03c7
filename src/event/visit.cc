#include "event/visit.h"

#include "base/text.h"

namespace ordertail {

// Cubot is a maker of telephones.
const char* const kBots =
    R"((?i)(?:^|[^u])bot\b|crawl|spider|slurp|facebookexternalhit|preview|headless|phantomjs|)"
    R"(lighthouse|pingdom|uptime|monitor|feedfetcher|mediapartners|)"
    R"(^(?:curl|wget|python|libwww-perl|java|go-http-client|apache-httpclient|axios|node-fetch)\b)";

Visit::Visit(const LineForm& form, Selection& selection)
    : user_agent_(bind_columns(form.user_agent, selection)),
      purpose_(bind_columns(form.purpose, selection)) {
  if (!form.bots.empty() && !user_agent_.empty()) bots_.emplace(form.bots);
}

std::optional<std::string_view> Visit::excluded(Row& row) const {
  for (const BoundColumn& column : purpose_) {
    const std::string purpose = lower(row.text(column));
    if (purpose.find("prefetch") != purpose.npos || purpose.find("prerender") != purpose.npos) {
      return "prefetch";
    }
  }
  if (bots_ && bots_->is_in(row.text(user_agent_))) return "bot";
  return std::nullopt;
}

}  // namespace ordertail

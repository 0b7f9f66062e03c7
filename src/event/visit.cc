#include "event/visit.h"

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "event/captured_headers.h"

namespace ordertail {

// Cubot is a maker of telephones. WhatsApp fetches what it previews by its own name; in a browser's
// user agent the name would be that of the app in which a person looks at the page. okhttp is what
// Android apps ask by, a shop's own among them, so that it stands for people.
const char* const kBots =
    R"((?i)(?:^|[^u])bot\b|crawl|spider|slurp|facebookexternalhit|preview|headless|phantomjs|)"
    R"(lighthouse|pingdom|uptime|monitor|feedfetcher|mediapartners|health-?check|)"
    R"(googleimageproxy|google-inspectiontool|^whatsapp/|)"
    R"(^(?:curl|wget|python|libwww-perl|java|go-http-client|apache-httpclient|axios|node-fetch|)"
    R"(kube-probe|paypal ipn)\b)";

Visit::Visit(const LineForm& form, Selection& selection)
    : user_agent_(bind_columns(form.user_agent, selection)),
      purpose_(bind_columns(form.purpose, selection)) {
  if (!form.bots.empty() && !user_agent_.empty()) bots_.emplace(form.bots);
}

bool Visit::is_bot(std::string_view user_agent) {
  Answer& answer = answers_[std::hash<std::string_view>()(user_agent) % answers_.size()];
  if (!answer.is_bot || answer.user_agent != user_agent) {
    answer.user_agent = user_agent;
    answer.is_bot = bots_->is_in(user_agent);
  }
  return *answer.is_bot;
}

bool Visit::shows_bot(std::string_view text) {
  if (!text.starts_with('{')) return is_bot(text);
  const auto headers = captured_headers(text);
  return std::any_of(headers.begin(), headers.end(), [this](std::string_view header) {
    return is_user_agent(header) && is_bot(header);
  });
}

std::optional<std::string_view> Visit::excluded(Row& row) {
  for (const BoundColumn& column : purpose_) {
    const std::string purpose = lower(row.text(column));
    if (purpose.find("prefetch") != purpose.npos || purpose.find("prerender") != purpose.npos) {
      return "prefetch";
    }
  }
  if (bots_ && shows_bot(row.text(user_agent_))) return "bot";
  return std::nullopt;
}

}  // namespace ordertail

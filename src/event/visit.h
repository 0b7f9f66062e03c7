// Was a logged request a person's visit?
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "event/expression.h"
#include "event/line_form.h"
#include "event/row.h"
#include "event/selection.h"

namespace ordertail {

/// What LineForm says of bots and prefetches, bound to a log's columns.
class Visit {
 public:
  Visit(const LineForm& form, Selection& selection);

  /// "prefetch" when the browser says that nobody has seen the page yet (Sec-Purpose, Purpose or
  /// X-Moz), "bot" when the user agent is one of a program; nullopt for what may be a person's.
  [[nodiscard]] std::optional<std::string_view> excluded(Row& row);

 private:
  /// What was said of a user agent; of none, where nothing was.
  struct Answer {
    std::string user_agent;
    std::optional<bool> is_bot;
  };

  /// Of a user agent, or of headers that HAProxy captured.
  bool shows_bot(std::string_view text);
  bool is_bot(std::string_view user_agent);

  BoundColumns user_agent_, purpose_;
  std::optional<Expression> bots_;
  std::array<Answer, 64> answers_;  // by the user agents' hashes: most come again and again
};

/// User agents of programs that fetch pages by themselves: names that end in "bot", crawlers,
/// preview makers, monitors, health checks, PayPal's notifications, and libraries. An RE2
/// expression.
extern const char* const kBots;

}  // namespace ordertail

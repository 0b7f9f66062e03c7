// A request of one event, and what its reply says of it: as leads and forms have it.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include "delivery/sink.h"

namespace ordertail {

inline HttpRequest rendered(const Sink& sink, const Event& event) {
  const std::array items{Item{event, {}}};
  return sink.render(items);
}

/// What is said of the event and of the run at once.
struct OneJudgement {
  Verdict verdict = Verdict::in_doubt;
  Next next = Next::go_on;
  ExitCode exit = ExitCode::ok;
  std::string reason, message;
  std::optional<std::chrono::seconds> wait_for;
};

inline OneJudgement judged(const Sink& sink, const HttpReply& reply, WallTime now) {
  const Event event;
  const std::array items{Item{event, {}}};
  const ReplyJudgement said = sink.judge(reply, items, now);
  EXPECT_EQ(said.events.size(), 1U);
  const Judgement& of = said.events.front();
  EXPECT_EQ(said.message, said.next == Next::go_on ? "" : of.message);
  EXPECT_EQ(of.progress, "");
  return {of.verdict, said.next, said.exit, of.reason, of.message, said.wait_for};
}

}  // namespace ordertail

#include "app/notices.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"
#include "report/reject_lines.h"
#include "report/text.h"
#include "report/words.h"

namespace ordertail {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[K";

// Standard error is the last resort: where it cannot be written there is nobody to tell.
void to_stderr(std::string_view text) {
  static_cast<void>(write_all(STDERR_FILENO, text));
}

std::string where(const Event& event) {
  return fmt::format(
      "{}:{}: {} of {}", printable(event.origin.file, 200), event.origin.line, name_of(event.kind),
      event.kind == Kind::purchase ? "order " + printable(discreet(event.order_number))
                                   : masked(event.email));
}

}  // namespace

Notices::Notices(const std::string& rejects_file, const std::string& reject_rows)
    : terminal_(::isatty(STDERR_FILENO) == 1) {
  if (!rejects_file.empty()) rejects_ = std::make_unique<Output>(rejects_file, kRejectLineBegins);
  if (!reject_rows.empty()) {
    reject_rows_ =
        std::make_unique<RejectRows>(reject_rows, [this](std::string_view notice) { say(notice); });
  }
}

Notices::~Notices() {
  if (progress_shown_) to_stderr(kEraseLine);
}

void Notices::say(std::string_view line) {
  if (std::exchange(progress_shown_, false)) to_stderr(kEraseLine);
  to_stderr(fmt::format("{}\n", printable_lines(line)));
}

void Notices::say_some(std::string_view reason, const std::string& line) {
  const auto found = said_.try_emplace(std::string(reason), 0).first;
  if (++found->second <= kShown) say(line);
}

StageObserver Notices::stage_observer() {
  StageObserver observer;
  observer.reject = [this](const Reject& reject) {
    if (rejects_) rejects_->write(to_json_line(reject));
    if (reject_rows_) reject_rows_->add(reject);
    say_some(reject.reason, to_sentence(reject));
  };
  observer.remark = [this](const Remark& remark) {
    say_some(remark.reason,
             fmt::format("{}:{}: {}", printable(remark.file, 200), remark.at.line, remark.message));
  };
  observer.changed = [this](const ChangedOrder& order) {
    say_some("changed_after_submit", to_sentence(order));
  };
  observer.fault = [this](std::string_view message) { say(message); };
  observer.notice = observer.fault;
  if (reject_rows_) {
    observer.file = [this](std::size_t source, const SourceFile& file, const Pattern& pattern) {
      reject_rows_->begin_file(source, file, pattern);
    };
  }
  observer.slice_ends = [this] {
    if (rejects_) rejects_->flush();
    if (reject_rows_) reject_rows_->flush();
  };
  observer.progress = [this](const StageCounts& counts) { show_progress(counts); };
  return observer;
}

CourierObserver Notices::courier_observer() {
  CourierObserver observer;
  observer.problem = [this](const Event& event, const Judgement& judgement) {
    const char* verdict = judgement.verdict == Verdict::rejected ? "rejected" : "in doubt";
    say_some(judgement.reason, fmt::format("{}: {}: {}", where(event), verdict, judgement.message));
  };
  observer.pause = [this](std::string_view message) { say_some("pauses", std::string(message)); };
  return observer;
}

void Notices::show_progress(const StageCounts& counts) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now < next_progress_) return;
  next_progress_ = now + std::chrono::milliseconds(200);
  progress_shown_ = true;
  to_stderr(fmt::format("{}reading: {} MB, {}", kEraseLine, grouped(counts.bytes / 1'000'000),
                        count_of(counts.events, "new event")));
}

void Notices::say_rest() {
  for (const auto& [reason, count] : said_) {
    if (count > kShown) {
      say(fmt::format("... and {} more: {}", grouped(count - kShown), words_for(reason)));
    }
  }
  said_.clear();
  if (std::exchange(progress_shown_, false)) to_stderr(kEraseLine);
}

}  // namespace ordertail

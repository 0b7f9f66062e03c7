#include "app/checkup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "report/json.h"

namespace ordertail {
namespace {

// The worst first, as the README's exit codes have it.
constexpr std::array kWorst{ExitCode::store, ExitCode::credentials, ExitCode::usage,
                            ExitCode::source};

constexpr std::string_view word_for(Health health) {
  return health == Health::ok ? "ok" : health == Health::warn ? "warn" : "FAIL";
}

}  // namespace

void Checkup::ok(std::string subject, std::string message) {
  findings_.push_back({Health::ok, std::move(subject), std::move(message), ExitCode::ok});
}

void Checkup::warn(std::string subject, std::string message) {
  findings_.push_back({Health::warn, std::move(subject), std::move(message), ExitCode::ok});
}

void Checkup::fail(std::string subject, const Error& error) {
  findings_.push_back({Health::fail, std::move(subject), error.what(), error.code()});
}

bool Checkup::succeeds(const std::string& subject, const std::function<void()>& look) {
  try {
    look();
    return true;
  } catch (const Error& error) {
    fail(subject, error);
    return false;
  }
}

int Checkup::exit_code() const {
  const auto fails = [&](auto has) {
    return std::any_of(findings_.begin(), findings_.end(), [&](const Finding& finding) {
      return finding.health == Health::fail && has(finding.code);
    });
  };
  for (const ExitCode worst : kWorst) {
    if (fails([&](ExitCode code) { return code == worst; })) return static_cast<int>(worst);
  }
  const bool is_any = fails([](ExitCode) { return true; });
  return static_cast<int>(is_any ? ExitCode::internal : ExitCode::ok);
}

std::string Checkup::to_text() const {
  std::size_t width = 0;
  for (const Finding& finding : findings_) width = std::max(width, finding.subject.size());
  std::string text;
  for (const Finding& finding : findings_) {
    std::string message = printable_lines(finding.message);
    for (std::size_t at = message.find('\n'); at != message.npos; at = message.find('\n', at + 1)) {
      message.insert(at + 1, width + 8, ' ');
    }
    text += fmt::format("{:<4}  {:<{}}  {}\n", word_for(finding.health), finding.subject, width,
                        message);
  }
  return text;
}

std::string Checkup::to_json(const std::string& job) const {
  using Json = nlohmann::ordered_json;
  Json json{{"job", job}, {"exit", exit_code()}, {"checks", Json::array()}};
  for (const Finding& finding : findings_) {
    json["checks"].push_back({{"health", word_for(finding.health)},
                              {"subject", finding.subject},
                              {"message", finding.message}});
  }
  return on_one_line(json) + "\n";
}

}  // namespace ordertail

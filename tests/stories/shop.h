// A shop of a test's own: a directory with a job file and what it reads.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/server.h"
#include "stories/program.h"
#include "temporary_directory.h"

namespace ordertail::stories {

using Json = nlohmann::json;

/// The source that most stories read: the cart's orders.
inline constexpr std::string_view kOrders = R"(
[[source]]
files   = ["orders*"]
pattern = "shopify-orders"
)";
/// Registrations, with visitor tokens.
inline constexpr std::string_view kLog = R"(
[[source]]
files   = ["shop.log*"]
pattern = "nginx-combined-utk"
[source.registration]
path  = "/account/created"
email = "query:email"
)";

/// What differs from story to story in a job file.
struct JobText {
  std::string url;  ///< of the server, without a path
  unsigned concurrency = 1, tries = 1;
  std::string credential{};  ///< a line of [hubspot], or nothing
  std::string sources{kOrders};
  std::string endpoints{};  ///< tables of [hubspot]; empty: the Leads API takes both kinds
};
[[nodiscard]] std::string job_text(const JobText& job);

/// A closed port on the loopback.
inline constexpr const char* kNobody = "http://127.0.0.1:1";

[[nodiscard]] std::string orders_header();
/// One paid order: number `number`, of customer<number>@example.com.
[[nodiscard]] std::string order(int number);
/// A header and the orders from `first` to `last`.
[[nodiscard]] std::string orders(int first, int last);
/// One visitor's registration in the access log.
[[nodiscard]] std::string registration(int number);

class Shop {
 public:
  /// Writes job.toml.
  explicit Shop(const JobText& job);

  void write(const std::string& name, std::string_view text) const { files_.write(name, text); }
  void append(const std::string& name, std::string_view text) const { files_.append(name, text); }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return files_.path() / name;
  }

  /// `ordertail` with these arguments, in the shop's directory; its home is an empty folder.
  [[nodiscard]] Ended run(const std::vector<std::string>& arguments) const;
  /// `environment`: "NAME=value", on top.
  [[nodiscard]] Program start(const std::vector<std::string>& arguments,
                              const std::vector<std::string>& environment = {}) const;
  /// A shell line, in which $ordertail is the program.
  [[nodiscard]] Ended shell(const std::string& line) const;
  [[nodiscard]] Program start_shell(const std::string& line) const;

  /// The report of `import job.toml --json`, or of another command. Expects the exit code, that the
  /// balance closes, and that the rows add up.
  Json report(int exit_code, const std::string& command = "import") const;
  /// `status job.toml --json --unmasked`
  [[nodiscard]] Json status() const;
  /// "submitted/rejected/pending/in doubt" of the checkpoint file.
  [[nodiscard]] std::string totals() const;

 private:
  [[nodiscard]] std::vector<std::string> surroundings() const;

  TemporaryDirectory files_;
  TemporaryDirectory home_;
};

/// Expects of a report that it closes.
void expect_balanced(const Json& report);

/// How often the sandbox took each order; registrations go by their e-mail address.
[[nodiscard]] std::map<std::string, int> seen_by(const sandbox::Server& server);
/// Expects that it took the orders from 1 to `last` once each, and nothing else.
void expect_each_once(const sandbox::Server& server, int last);

/// Is this test program built with AddressSanitizer?
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace ordertail::stories

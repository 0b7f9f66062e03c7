// Parse, run, exit code: the only place that catches, the only place that exits.
#include <fmt/format.h>
#include <unistd.h>

#include <exception>

#include "app/commands.h"
#include "app/memory.h"
#include "app/output.h"
#include "app/signals.h"
#include "base/error.h"
#include "base/text.h"

namespace {

using ordertail::Options;

int print(const std::string& text) {
  ordertail::Output out;
  out.write(text);
  out.flush();
  return 0;
}

int run(const Options& options) {
  if (options.version) return print("ordertail " ORDERTAIL_VERSION "\n");
  if (options.help) return print(ordertail::help_text(options.command));
  if (options.command == "init") return ordertail::run_init(options);
  if (options.command == "explain") return ordertail::run_explain(options);
  if (options.command == "check") return ordertail::run_check(options);
  if (options.command == "import") return ordertail::run_import(options);
  if (options.command == "stage") return ordertail::run_stage(options);
  if (options.command == "submit") return ordertail::run_submit(options);
  if (options.command == "extract") return ordertail::run_extract(options);
  if (options.command == "status") return ordertail::run_status(options);
  if (options.command == "resolve") return ordertail::run_resolve(options);
  if (options.command == "retry") return ordertail::run_retry(options);
  if (options.command == "forget") return ordertail::run_forget(options);
  return ordertail::run_patterns(options);
}

/// Standard error is the last resort, so what cannot be written there is not reported further.
int fail(ordertail::ExitCode code, const std::string& message) {
  if (!message.empty()) {
    const std::string line = fmt::format("ordertail: {}\n", ordertail::printable_lines(message));
    static_cast<void>(ordertail::write_all(STDERR_FILENO, line));
  }
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    ordertail::keep_memory_private();
    ordertail::hold_standard_streams();
    ordertail::catch_signals();
    return run(ordertail::parse_options(argc, argv));
  } catch (const ordertail::Error& error) {
    return fail(error.code(), error.what());
  } catch (const std::exception& error) {
    return fail(ordertail::ExitCode::internal,
                fmt::format("internal error: {}; please report it", error.what()));
  }
}

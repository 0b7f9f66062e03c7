#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"
#include "app/systems.h"
#include "base/text.h"
#include "event/catalogue.h"
#include "event/sample_check.h"
#include "report/words.h"

namespace ordertail {
namespace {

int list(Output& out) {
  for (const PatternFile& file : all_patterns()) {
    const Pattern pattern = parse_pattern(file.text, file.file);
    out.write(fmt::format(
        "{:<22} {}\n{:<22} e-mail: {}, IP: {}, currency: {}, SKU: {}\n{:<22} verified: {}\n",
        pattern.name, pattern.describes, "", availability(pattern, "email"),
        availability(pattern, "ip"), availability(pattern, "currency"),
        availability(pattern, "skus"), "", pattern.verified));
    if (!pattern.unusable.empty()) {
      out.write(fmt::format("{:<22} cannot be used: {}\n", "", pattern.unusable));
    }
  }
  return static_cast<int>(ExitCode::ok);
}

int show(const std::string& name, Output& out) {
  out.write(find_pattern(name, ".").text);
  return static_cast<int>(ExitCode::ok);
}

int test(const std::vector<std::string>& names, Output& out) {
  std::vector<PatternFile> files;
  files.reserve(names.size());
  for (const std::string& name : names) files.push_back(find_pattern(name, "."));
  if (names.empty()) files = all_patterns();
  bool good = true;
  for (const PatternFile& file : files) {
    const SampleCheck check = check_samples(file);
    for (const std::string& complaint : check.complaints) out.write(complaint + "\n");
    out.write(fmt::format("{}: {}, {}\n", check.complaints.empty() ? "good" : "WRONG",
                          printable_name(file.name), count_of(check.samples, "sample")));
    good = good && check.complaints.empty();
  }
  return static_cast<int>(good ? ExitCode::ok : ExitCode::usage);
}

}  // namespace

int run_patterns(const Options& options) {
  Output out;
  const std::vector<std::string>& words = options.operands;
  int code = 0;
  if (words.empty()) {
    code = list(out);
  } else if (words[0] == "show" && words.size() == 2) {
    code = show(words[1], out);
  } else if (words[0] == "test") {
    code = test({words.begin() + 1, words.end()}, out);
  } else {
    throw Error(ExitCode::usage,
                "patterns takes nothing, `show NAME`, or `test [NAME]...`; see `ordertail patterns "
                "--help`");
  }
  out.flush();
  return code;
}

}  // namespace ordertail

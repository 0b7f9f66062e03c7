#include "app/caught_outputs.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <system_error>

#include "base/text.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

/// As it is without links and dots, or as it is written where that cannot be told: whoever opens it
/// says why.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  const fs::path found =
      fs::weakly_canonical(fs::absolute(path.empty() ? "." : path, error), error);
  return error ? path.lexically_normal() : found;
}

bool catches(const std::string& glob, const fs::path& file, const fs::path& base) {
  const fs::path pattern = fs::path(glob).lexically_normal();
  const fs::path shown = pattern.is_absolute() ? file : file.lexically_relative(base);
  return ::fnmatch(pattern.c_str(), shown.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
}

/// `names`: of files that are written to `directory`; `what` names it, and who writes there.
void refuse_caught(const Job& job, const std::string& directory,
                   std::initializer_list<std::string> names, std::string_view what) {
  const fs::path base = resolved(job.directory);
  const fs::path place = resolved(directory);
  for (const Source& source : job.sources) {
    for (const std::string& glob : source.files) {
      const auto is_caught = [&](const auto& name) { return catches(glob, place / name, base); };
      if (std::none_of(names.begin(), names.end(), is_caught)) continue;
      throw Error(ExitCode::usage,
                  fmt::format("{} are written where a source would read them as an export: its "
                              "files = \"{}\" finds them; name a directory of their own",
                              what, printable_name(glob)));
    }
  }
}

}  // namespace

void refuse_caught_outputs(const Job& job) {
  for (const Endpoint* endpoint : job.all_endpoints()) {
    if (!endpoint->csv) continue;
    refuse_caught(
        job, endpoint->csv->directory.string(),
        {"hubspot-purchases-2026-01-31-0001.csv", "hubspot-registrations-2026-01-31-0001.csv"},
        "the files of [hubspot.csv]");
  }
}

void refuse_caught_outputs(const Job& job, const Options& options) {
  refuse_caught_outputs(job);
  if (!options.rejects.empty()) {
    const fs::path file = options.rejects;
    refuse_caught(job, file.parent_path().string(), {file.filename().string()},
                  "the rejects of --rejects");
  }
  if (!options.reject_rows.empty()) {
    refuse_caught(job, options.reject_rows,
                  {"rejects-1-0001.csv", "rejects-1-0001.log", "rejects-1-0001.jsonl"},
                  "the copies of --reject-rows");
  }
}

}  // namespace ordertail

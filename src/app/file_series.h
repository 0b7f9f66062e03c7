// How a source names the files of which those in a folder are the first.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ordertail {

/// A way to name a file together with those that are like it.
struct SeriesGlobs {
  std::vector<std::string> globs;
  bool keeps_digits = false;  ///< of the file's name: one in which they differ is not meant
};

/// The files of one source, and what their names tell of those to come. Dates differ in the names
/// of a series, and so do other numbers (digits, or hexadecimal ones of eight and more) in which
/// two names differ that are alike otherwise.
///
/// A log is known by what stands before the first of these, and by the ".log" or the like behind
/// it: "u_ex*.log*", "access.*.log*". Behind the word log anything may differ: "access.log*",
/// "access_log*". Exports are alike in how they end, "*.csv", or else in all that is no number.
class FileSeries {
 public:
  FileSeries(const std::set<std::string>& names, bool are_logs);

  /// Ways to name one of them, the widest first, the file by itself last.
  [[nodiscard]] std::vector<SeriesGlobs> globs_of(const std::string& name) const;

 private:
  /// What stands in each number's place, of names that are alike otherwise.
  using Values = std::vector<std::set<std::string>>;

  [[nodiscard]] std::vector<SeriesGlobs> of_log(const std::filesystem::path& folder,
                                                const std::string& file) const;

  bool are_logs_;
  std::map<std::string, Values> alike_;
};

}  // namespace ordertail

#include "app/file_series.h"

#include <algorithm>
#include <optional>

#include "event/expression.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAnything = "*";
constexpr const char* kNumber = "[0-9]*";
constexpr const char* kRotation = "[-._][0-9]*";  // ".1", "-20250919"

/// Where a number, or several that stand together as those of a date do, is in a name.
struct Number {
  std::size_t begin = 0, end = 0;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_digit);
}

/// The end of the digits at `at`, and of those that only a separator parts from them.
std::size_t end_of_digits(std::string_view name, std::size_t at) {
  while (at < name.size() && is_digit(name[at])) {
    ++at;
    const bool goes_on = at + 1 < name.size() && is_digit(name[at + 1]) &&
                         std::string_view("-_.T").find(name[at]) != std::string_view::npos;
    if (goes_on) ++at;
  }
  return at;
}

/// The end of the hexadecimal number at `at`; `at` when there is none.
std::size_t end_of_hex(std::string_view name, std::size_t at) {
  std::size_t end = at;
  while (end < name.size() && (is_digit(name[end]) || is_letter(name[end]))) ++end;
  const std::string_view word = name.substr(at, end - at);
  const bool is_one = word.size() >= 8 && has_digit(word) &&
                      word.find_first_not_of("0123456789abcdef") == word.npos &&
                      !std::all_of(word.begin(), word.end(), is_digit);
  return is_one ? end : at;
}

std::vector<Number> numbers_in(std::string_view name) {
  std::vector<Number> numbers;
  for (std::size_t at = 0; at < name.size();) {
    const bool begins_word = at == 0 || !(is_letter(name[at - 1]) || is_digit(name[at - 1]));
    std::size_t end = begins_word ? end_of_hex(name, at) : at;
    if (end == at) end = end_of_digits(name, at);
    if (end == at) {
      ++at;
      continue;
    }
    numbers.push_back({at, end});
    at = end;
  }
  return numbers;
}

/// Years, months and days, as far as they go; the day first; a time since 1970.
bool is_date(std::string_view number) {
  static const Expression kDate(
      R"((?:^|[^0-9])(?:)"
      R"((?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01])(?:[-_.T]?\d\d)*)?|)"
      R"(\d\d(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12]\d|3[01])(?:\d\d)?)?|)"
      R"(\d\d?[-_.]\d\d?[-_.](?:19|20)\d\d|)"
      R"(1\d{9})(?:[^0-9]|$))");
  return kDate.is_in(number);
}

/// The name with the same for all numbers.
std::string skeleton(std::string_view name, const std::vector<Number>& numbers) {
  std::string text;
  std::size_t from = 0;
  for (const Number& number : numbers) {
    text.append(name.substr(from, number.begin - from)) += '\0';
    from = number.end;
  }
  return text.append(name.substr(from));
}

std::string_view without_gz(std::string_view name) {
  return name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
}

/// The word "log" in a name, with the separator before it: ".log", "_log".
std::optional<Number> log_word(std::string_view name, std::size_t from) {
  for (std::size_t at = name.find("log", from); at != name.npos; at = name.find("log", at + 1)) {
    const std::size_t end = at + 3;
    const bool begins = at > from && std::string_view("._-").find(name[at - 1]) != name.npos;
    if (begins && (end == name.size() || !is_letter(name[end]))) return Number{at - 1, end};
  }
  return std::nullopt;
}

/// The ".txt" of a name; the name's end when it has none.
Number ending(std::string_view name, std::size_t from) {
  const std::string_view plain = without_gz(name);
  const std::size_t dot = plain.rfind('.');
  const bool is_one =
      dot != plain.npos && dot >= from && plain.size() - dot <= 5 &&
      std::all_of(plain.begin() + static_cast<std::ptrdiff_t>(dot) + 1, plain.end(), is_letter);
  return is_one ? Number{dot, plain.size()} : Number{name.size(), name.size()};
}

/// As a part of a glob that has a wildcard elsewhere.
std::string escaped(std::string_view text) {
  std::string glob;
  for (const char c : text) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) glob += '\\';
    glob += c;
  }
  return glob;
}

/// That means the file of this name and no other.
std::string literal_glob(const std::string& name) {
  return name.find_first_of("*?[") == name.npos ? name : escaped(name);
}

/// Folders may be called by dates, too: "2025/09/19".
std::string with_any_date(const fs::path& folder) {
  fs::path glob;
  for (const fs::path& part : folder) {
    const std::string text = part.string();
    const bool is_date_part =
        std::all_of(text.begin(), text.end(), is_digit) && (text.size() == 2 || text.size() == 4);
    glob /= is_date_part || is_date(text) ? kNumber : escaped(text);
  }
  return glob.string();
}

/// Each way in any folder that is called by a date as this one is, then in this.
std::vector<SeriesGlobs> in_folder(const fs::path& folder, const std::vector<std::string>& globs,
                                   bool keeps_digits) {
  std::vector<SeriesGlobs> ways;
  const std::string own = escaped(folder.string());
  const std::string any = with_any_date(folder);
  for (const std::string& glob : globs) {
    if (any != own) ways.push_back({{(fs::path(any) / glob).string()}, keeps_digits});
    ways.push_back({{(fs::path(own) / glob).string()}, keeps_digits});
  }
  return ways;
}

/// Of exports, by how the name ends, then by all that is no number.
std::vector<std::string> export_globs(std::string_view name) {
  std::vector<std::string> globs;
  const std::vector<Number> numbers = numbers_in(name);
  const std::size_t dot = without_gz(name).rfind('.');
  if (dot != name.npos) globs.push_back(kAnything + escaped(name.substr(dot)));
  if (numbers.empty()) return globs;
  std::string& glob = globs.emplace_back();
  std::size_t from = 0;
  for (const Number& number : numbers) {
    glob += escaped(name.substr(from, number.begin - from)) + kNumber;
    from = number.end;
  }
  glob += escaped(name.substr(from));
  return globs;
}

/// Of a log that differs from the others of its series in `number` first.
std::vector<std::string> dated_log_globs(std::string_view name, const Number& number) {
  const std::string front = escaped(name.substr(0, number.begin));
  const Number tail = log_word(name, number.end).value_or(ending(name, number.end));
  std::string_view words = name.substr(number.end, tail.begin - number.end);
  if (has_digit(words) || tail.begin == name.size()) words = {};  // an address, a random name
  const std::string back = escaped(words) + escaped(name.substr(tail.begin, tail.end - tail.begin));
  const std::string behind = back.empty() ? back : back + kAnything;
  std::vector<std::string> globs;
  if (!front.empty()) globs.push_back(front + kAnything + behind);
  globs.push_back(front + kNumber + behind);
  return globs;
}

}  // namespace

FileSeries::FileSeries(const std::set<std::string>& names, bool are_logs) : are_logs_(are_logs) {
  for (const std::string& name : names) {
    const std::string file = fs::path(name).filename().string();
    const std::vector<Number> numbers = numbers_in(file);
    Values& values = alike_[skeleton(file, numbers)];
    values.resize(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      values[i].insert(file.substr(numbers[i].begin, numbers[i].end - numbers[i].begin));
    }
  }
}

std::vector<SeriesGlobs> FileSeries::of_log(const fs::path& folder, const std::string& file) const {
  const std::vector<Number> numbers = numbers_in(file);
  const Values& values = alike_.at(skeleton(file, numbers));
  const auto log = log_word(file, 0);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const Number& number = numbers[i];
    if (log && log->end <= number.begin) break;
    const auto text = std::string_view(file).substr(number.begin, number.end - number.begin);
    if (!is_date(text) && values[i].size() < 2) continue;
    return in_folder(folder, dated_log_globs(file, number), false);
  }
  const std::string stem(log ? file.substr(0, log->end) : without_gz(file));
  const bool has_number = has_digit(stem);
  auto ways = in_folder(folder, {escaped(stem) + kAnything}, has_number);
  const fs::path rotations = fs::path(escaped(folder.string())) / (escaped(stem) + kRotation);
  ways.push_back({{literal_glob((folder / stem).string()), rotations.string()}, has_number});
  ways.push_back({{rotations.string()}, has_number});
  return ways;
}

std::vector<SeriesGlobs> FileSeries::globs_of(const std::string& name) const {
  const fs::path path(name);
  const std::string file = path.filename().string();
  auto ways = are_logs_ ? of_log(path.parent_path(), file)
                        : in_folder(path.parent_path(), export_globs(file), false);
  ways.push_back({{literal_glob(name)}, has_digit(file)});
  return ways;
}

}  // namespace ordertail

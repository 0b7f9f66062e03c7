#include "record/line_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "record/fragments.h"

namespace ordertail {
namespace {

constexpr std::size_t kMaxExpressionBytes = std::size_t{8} << 10U;
constexpr std::int64_t kMaxCompiledBytes = std::int64_t{8} << 20U;
constexpr std::size_t kGroupsPerPiece = 4;

RE2::Options options() {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);  // so that `.` matches every byte
  options.set_max_mem(kMaxCompiledBytes);
  options.set_log_errors(false);
  return options;
}

/// Copies an RE2 expression, making all of its capturing groups non-capturing but those in `kept`.
class GroupRewriter {
 public:
  GroupRewriter(std::string_view expression, const std::set<std::string_view>& kept)
      : rest_(expression), kept_(kept) {}

  std::string run() {
    while (!rest_.empty()) {
      if (rest_.starts_with("\\Q")) {
        copy_through("\\E");
      } else if (rest_.front() == '\\') {
        copy(2);
      } else if (rest_.front() == '[') {
        copy_class();
      } else if (rest_.front() == '(') {
        copy_group();
      } else {
        copy(1);
      }
    }
    return copy_;
  }

 private:
  void copy(std::size_t bytes) {
    copy_ += rest_.substr(0, bytes);
    rest_.remove_prefix(std::min(bytes, rest_.size()));
  }

  void copy_through(std::string_view end) {
    const std::size_t found = rest_.find(end);
    copy(found == std::string_view::npos ? rest_.size() : found + end.size());
  }

  /// A `]` that comes first in a class is a member of it.
  void copy_class() {
    copy(rest_.starts_with("[^") ? 2 : 1);
    if (rest_.starts_with(']')) copy(1);
    while (!rest_.empty() && rest_.front() != ']') {
      if (rest_.front() == '\\') {
        copy(2);
      } else if (rest_.starts_with("[:") && rest_.find(":]", 2) != std::string_view::npos) {
        copy_through(":]");
      } else {
        copy(1);
      }
    }
    copy(1);
  }

  void copy_group() {
    constexpr std::string_view kNamed = "(?P<";
    if (rest_.starts_with(kNamed)) {
      const std::size_t end = rest_.find('>');
      const std::string_view name = rest_.substr(kNamed.size(), end - kNamed.size());
      if (kept_.contains(name)) return copy(end + 1);
      rest_.remove_prefix(end + 1);
      copy_ += "(?:";
    } else if (rest_.starts_with("(?")) {
      copy(2);
    } else {
      rest_.remove_prefix(1);
      copy_ += "(?:";
    }
  }

  std::string_view rest_;
  const std::set<std::string_view>& kept_;
  std::string copy_;
};

/// Where the class ends that begins at `at`. A `]` that comes first is a member of it.
std::size_t class_end(const std::string& expression, std::size_t at) {
  at += expression.compare(at, 2, "[^") == 0 ? 2 : 1;
  if (at < expression.size() && expression[at] == ']') ++at;
  while (at < expression.size() && expression[at] != ']') {
    const bool named = expression.compare(at, 2, "[:") == 0;
    const std::size_t name_end = named ? expression.find(":]", at) : std::string::npos;
    at = name_end != std::string::npos ? name_end + 2 : at + (expression[at] == '\\' ? 2 : 1);
  }
  return std::min(at + 1, expression.size());
}

std::vector<std::string> names_of(const RE2& expression) {
  std::vector<std::string> names;
  for (const auto& [group, name] : expression.CapturingGroupNames()) names.push_back(name);
  return names;
}

/// Where an expression can be cut: behind whole atoms and what repeats them. Nowhere when it has
/// alternatives that are in no group, for then a front is none of the whole.
std::vector<std::size_t> front_ends(const std::string& expression) {
  std::vector<std::size_t> ends;
  int depth = 0;
  for (std::size_t at = 0; at < expression.size();) {
    const char c = expression[at];
    if (c == '|' && depth == 0) return {};
    if (c == '[') {
      at = class_end(expression, at);
    } else if (c == '{') {
      at = std::min(expression.find('}', at), expression.size() - 1) + 1;
    } else {
      if (c == '(') ++depth;
      if (c == ')') --depth;
      at += c == '\\' ? 2 : 1;
    }
    const bool repeated = at < expression.size() &&
                          std::string_view("*+?{").find(expression[at]) != std::string_view::npos;
    if (depth == 0 && !repeated && at <= expression.size()) {
      if (RE2(expression.substr(0, at), options()).ok()) ends.push_back(at);
    }
  }
  return ends;
}

Error bad_pattern(const std::string& why) {
  return Error(ExitCode::usage, "The line pattern " + why);
}

void check_syntax(const RE2& parsed, const std::string& expression) {
  if (parsed.ok()) return;
  // RE2 says which part it dislikes, where it is a part.
  const std::string& part = parsed.error_arg();
  const std::string where = part.empty() ? "" : fmt::format(" (offset {})", expression.find(part));
  throw bad_pattern(
      fmt::format("is no RE2 expression: {}{}. Its syntax is described at "
                  "https://github.com/google/re2/wiki/Syntax.",
                  parsed.error(), where));
}

void check_names(const std::vector<std::string>& names, const std::vector<std::string>& wanted) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (std::find(names.begin(), name, *name) != name) {
      throw bad_pattern(fmt::format("names two groups \"{}\". Rename one of them.", *name));
    }
  }
  for (const std::string& name : wanted) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw bad_pattern(
        fmt::format("has no group named \"{}\"; {}. Write (?P<{}>...) around the part of the line "
                    "that it means.",
                    name,
                    names.empty() ? "it names no groups"
                                  : fmt::format("its groups are: {}", fmt::join(names, ", ")),
                    name));
  }
}

}  // namespace

struct LinePattern::Piece {
  /// The pattern with only the groups `names` capturing, and the cells that they fill.
  Piece(const std::string& expression, const std::set<std::string_view>& names,
        const std::vector<std::string>& wanted)
      : pattern(std::make_unique<RE2>(GroupRewriter(expression, names).run(), options())),
        groups(static_cast<int>(names.size())) {
    check_syntax(*pattern, expression);
    for (std::size_t cell = 0; cell < wanted.size(); ++cell) {
      const auto group = pattern->NamedCapturingGroups().find(wanted[cell]);
      if (group != pattern->NamedCapturingGroups().end()) cells.emplace_back(group->second, cell);
    }
  }

  std::unique_ptr<RE2> pattern;
  int groups;
  std::vector<std::pair<int, std::size_t>> cells;  // group number, index of the cell
};

/// The fronts of an expression: of `a(b)c` they are `a`, `a(b)` and `a(b)c`. If one matches the
/// front of a line, so do all that are shorter.
struct LinePattern::Fronts {
  explicit Fronts(std::string text) : expression(std::move(text)) {}

  LineFault fault(std::string_view line) {
    const std::lock_guard lock(mutex);
    if (ends.empty()) ends = front_ends(expression);
    if (ends.empty()) return {};
    std::size_t matching = 0;  // of the fronts, those that match
    std::size_t beyond = ends.size() + 1;
    std::size_t reach = 0;
    while (beyond - matching > 1) {
      const std::size_t middle = (matching + beyond) / 2;
      if (const auto length = match(middle - 1, line)) {
        matching = middle;
        reach = *length;
      } else {
        beyond = middle;
      }
    }
    if (matching == ends.size()) return {reach, "the expression is at its end there"};
    const std::size_t from = matching == 0 ? 0 : ends[matching - 1];
    return {reach, fmt::format("`{}` does not match there",
                               printable(expression.substr(from, ends[matching] - from), 60))};
  }

  /// How much of the line's front it matches.
  std::optional<std::size_t> match(std::size_t front, std::string_view line) {
    std::unique_ptr<RE2>& re = compiled[front];
    if (!re) re = std::make_unique<RE2>(expression.substr(0, ends[front]), options());
    re2::StringPiece found;
    const re2::StringPiece text(line.data(), line.size());
    if (!re->Match(text, 0, text.size(), RE2::ANCHOR_START, &found, 1)) return std::nullopt;
    return found.size();
  }

  std::string expression;
  std::vector<std::size_t> ends;
  std::map<std::size_t, std::unique_ptr<RE2>> compiled;
  std::mutex mutex;
};

LinePattern::LinePattern(const std::string& written, const std::vector<std::string>& wanted)
    : wanted_(wanted.size()) {
  const std::string expression = with_fragments(written);
  if (expression.size() > kMaxExpressionBytes) {
    throw bad_pattern(fmt::format("is {} bytes long; at most {} are allowed.",
                                  grouped(expression.size()), grouped(kMaxExpressionBytes)));
  }
  const RE2 parsed(expression, options());
  check_syntax(parsed, expression);
  check_names(names_of(parsed), wanted);

  const std::set<std::string_view> names(wanted.begin(), wanted.end());
  for (auto name = names.begin(); name != names.end() || pieces_.empty();) {
    std::set<std::string_view> some;
    while (name != names.end() && some.size() < kGroupsPerPiece) some.insert(*name++);
    pieces_.emplace_back(expression, some, wanted);
  }
  fronts_ = std::make_unique<Fronts>(expression);
}

LinePattern::~LinePattern() = default;
LinePattern::LinePattern(LinePattern&&) noexcept = default;

bool LinePattern::match(std::string_view line, std::string_view* cells) const {
  const re2::StringPiece text(line.data(), line.size());
  for (const Piece& piece : pieces_) {
    std::array<re2::StringPiece, 1 + kGroupsPerPiece> found;
    const int wanted = piece.groups == 0 ? 0 : 1 + piece.groups;
    if (!piece.pattern->Match(text, 0, text.size(), RE2::ANCHOR_BOTH, found.data(), wanted)) {
      return false;
    }
    for (const auto& [group, cell] : piece.cells) {
      const re2::StringPiece& part = found[static_cast<std::size_t>(group)];
      cells[cell] = std::string_view(part.data(), part.size());
    }
  }
  return true;
}

LineFault LinePattern::fault(std::string_view line) const {
  return fronts_->fault(line);
}

std::size_t LinePattern::wanted() const {
  return wanted_;
}

std::vector<std::string> group_names(const std::string& expression) {
  const RE2 parsed(with_fragments(expression), options());
  return parsed.ok() ? names_of(parsed) : std::vector<std::string>{};
}

}  // namespace ordertail

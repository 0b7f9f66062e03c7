#include "record/format_statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"

namespace ordertail {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view kBlanks = " \t\r\n";

struct Word {
  Spelled spelled;
  std::size_t column = 1;
  bool quoted = false;
};

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

void check_closed(bool closed, const Word& word) {
  if (closed) return;
  throw bad_format(word.column, "this quote is never closed; paste the whole statement");
}

/// Where what is neither blank nor a comment begins, from `at` on.
std::size_t past_comments(std::string_view text, std::size_t at) {
  at = std::min(text.find_first_not_of(kBlanks, at), text.size());
  while (at < text.size() && text[at] == '#') {
    at = std::min(text.find('\n', at), text.size());
    at = std::min(text.find_first_not_of(kBlanks, at), text.size());
  }
  return at;
}

/// What nginx makes of a backslash and this byte, wherever they stand; NUL: both are kept.
char nginx_escape(char c) {
  switch (c) {
    case '"':
    case '\'':
    case '\\':
      return c;
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'n':
      return '\n';
    default:
      return '\0';
  }
}

/// Adds what stands at `at`; returns where the next byte is.
std::size_t take_nginx(std::string_view text, std::size_t at, Spelled& to) {
  if (text[at] != '\\' || at + 1 == text.size()) {
    to.add(text[at], at + 1);
    return at + 1;
  }
  const char meant = nginx_escape(text[at + 1]);
  to.add(meant == '\0' ? '\\' : meant, at + 1);
  if (meant == '\0') to.add(text[at + 1], at + 2);
  return at + 2;
}

/// nginx's words are divided by blanks and comments; a `;` ends the statement.
class NginxWords {
 public:
  explicit NginxWords(std::string_view text) : text_(text), at_(past_comments(text, 0)) {}

  std::optional<Word> next() {
    if (at_ == text_.size() || text_[at_] == ';') return std::nullopt;
    Word word;
    word.column = at_ + 1;
    const char quote = text_[at_];
    word.quoted = is_quote(quote);
    if (word.quoted) ++at_;
    const auto ends = [&] {
      return word.quoted ? text_[at_] == quote
                         : text_[at_] == ';' || kBlanks.find(text_[at_]) != npos;
    };
    while (at_ < text_.size() && !ends()) at_ = take_nginx(text_, at_, word.spelled);
    check_closed(!word.quoted || at_ < text_.size(), word);
    at_ = past_comments(text_, at_ + (word.quoted ? 1 : 0));
    return word;
  }

  /// Behind the last word: nothing may follow the `;`.
  void finish() {
    if (at_ == text_.size()) return;
    at_ = past_comments(text_, at_ + 1);
    if (at_ == text_.size()) return;
    throw bad_format(at_ + 1, fmt::format("{} stands behind the ; that ends the log_format; paste "
                                          "that statement alone",
                                          printable(text_.substr(at_), 20)));
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

LineEscapes nginx_escapes(const Word& word) {
  if (word.spelled.text == "escape=json") return LineEscapes::json;
  if (word.spelled.text == "escape=none") return LineEscapes::none;
  if (word.spelled.text == "escape=default") return LineEscapes::backslash;
  throw bad_format(word.column, fmt::format("\"{}\" is unknown; nginx knows escape=default, "
                                            "escape=json and escape=none",
                                            printable(word.spelled.text)));
}

/// Apache's lines, those that end in a backslash joined with the next.
Spelled apache_lines(std::string_view text) {
  Spelled lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const std::size_t joint = rest.starts_with("\\\n") ? 2 : rest.starts_with("\\\r\n") ? 3 : 0;
    if (joint == 0) lines.add(text[at], at + 1);
    at += std::max<std::size_t>(joint, 1);
  }
  return lines;
}

/// Adds what stands at `at`, where a backslash escapes itself and `quote`; returns where the next
/// byte is.
std::size_t take_apache(const Spelled& line, std::size_t at, char quote, Spelled& to) {
  const std::string_view rest = std::string_view(line.text).substr(at);
  const bool escaped = rest.size() > 1 && rest[0] == '\\' && (rest[1] == '\\' || rest[1] == quote);
  if (escaped) ++at;
  to.add(line.text[at], line.column(at));
  return at + 1;
}

/// The word from `at` on, which is moved.
std::optional<Word> apache_word(const Spelled& line, std::size_t& at) {
  at = std::min(line.text.find_first_not_of(kBlanks, at), line.text.size());
  if (at == line.text.size()) return std::nullopt;
  Word word;
  word.column = line.column(at);
  word.quoted = is_quote(line.text[at]);
  const char quote = word.quoted ? line.text[at++] : '\0';
  const auto ends = [&] {
    return word.quoted ? line.text[at] == quote : kBlanks.find(line.text[at]) != npos;
  };
  while (at < line.text.size() && !ends()) at = take_apache(line, at, quote, word.spelled);
  check_closed(!word.quoted || at < line.text.size(), word);
  if (word.quoted) ++at;
  return word;
}

/// What stands at `at`, up to a blank.
std::string_view statement_at(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
  return text.substr(at, end - at);
}

/// Statements of the same configuration files that are often taken for the one that is meant.
void refuse_other_statement(std::string_view name, std::size_t column, bool nginx) {
  const auto is = [&](std::string_view other) { return equal_ignoring_case(name, other); };
  if (nginx && is("LogFormat")) {
    throw bad_format(column, "LogFormat is Apache's; give it to the key LogFormat");
  }
  if (!nginx && is("log_format")) {
    throw bad_format(column, "log_format is nginx's; give it to the key log_format");
  }
  for (const std::string_view other : {"access_log", "CustomLog", "TransferLog"}) {
    if (!is(other)) continue;
    throw bad_format(column, fmt::format("{} says where a log goes; paste the {} that it names",
                                         other, nginx ? "log_format" : "LogFormat"));
  }
}

/// Is it a text in quotes, rather than a bare one whose first field is? The former has its own
/// quotes escaped, though none behind its first part, or no field (which `mark` begins) behind it.
bool is_in_quotes(std::string_view text, char mark) {
  if (text.starts_with('\'')) return true;
  if (!text.starts_with('"')) return false;
  std::size_t end = text.find('"', 1);
  while (end != npos && text[end - 1] == '\\') end = text.find('"', end + 1);
  const std::size_t behind = end == npos ? npos : text.find_first_not_of(kBlanks, end + 1);
  if (behind != npos && text[behind] == '\\') return false;
  return text.find("\\\"") != npos || text.find(mark, text.find('"', 1)) == npos;
}

/// A bare text is one line; that it may end in a line end is TOML's doing.
std::string_view without_last_line_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of("\r\n") + 1);
}

}  // namespace

Error bad_format(std::size_t column, const std::string& why) {
  return Error(ExitCode::usage, fmt::format("column {}: {}", column, why));
}

Spelled bare_format(std::string_view text) {
  text = without_last_line_end(text);
  Spelled spelled;
  for (std::size_t at = 0; at < text.size();) at = take_nginx(text, at, spelled);
  return spelled;
}

FormatStatement nginx_statement(std::string_view text) {
  FormatStatement statement;
  const std::size_t begin = past_comments(text, 0);
  const std::string_view name = statement_at(text, begin);
  refuse_other_statement(name, begin + 1, true);
  const std::string_view rest = text.substr(begin);
  const bool quoted = is_in_quotes(rest, '$');
  if (name != "log_format" && !quoted) {
    statement.text = bare_format(text);
    return statement;
  }
  NginxWords words(text);
  if (!quoted) {
    static_cast<void>(words.next());
    static_cast<void>(words.next());  // its name
  }
  while (const auto word = words.next()) {
    const bool sets_escapes = !word->quoted && word->spelled.text.starts_with("escape=");
    if (sets_escapes) statement.escapes = nginx_escapes(*word);
    if (!sets_escapes) statement.text.add(word->spelled);
  }
  words.finish();
  if (!quoted && statement.text.text.empty()) {
    throw bad_format(begin + 1, "log_format has a name and then the format; here is one of them");
  }
  return statement;
}

Spelled apache_statement(std::string_view text) {
  Spelled lines = apache_lines(text);
  const std::size_t begin = past_comments(lines.text, 0);
  const std::size_t end = std::min(lines.text.find('\n', begin), lines.text.size());
  const std::size_t more = past_comments(lines.text, end);
  const std::string_view name = statement_at(lines.text, begin);
  refuse_other_statement(name, lines.column(begin), false);
  const bool statement = equal_ignoring_case(name, "LogFormat");
  Spelled line{lines.text.substr(0, end), lines.columns};
  Spelled format;
  std::size_t at = begin;
  if (statement || is_in_quotes(std::string_view(line.text).substr(at), '%')) {
    if (statement) static_cast<void>(apache_word(line, at));
    auto word = apache_word(line, at);
    if (!word) throw bad_format(lines.column(begin), "there is no format behind LogFormat");
    format = std::move(word->spelled);
    static_cast<void>(apache_word(line, at));  // its name
    if (const auto third = apache_word(line, at)) {
      throw bad_format(third->column,
                       "LogFormat takes a format and its name; is the format in quotes?");
    }
  } else {
    line.text = without_last_line_end(line.text);
    at = lines.text.rfind('\n', begin) + 1;  // blanks in front are the format's
    while (at < line.text.size()) at = take_apache(line, at, '"', format);
  }
  if (more == lines.text.size()) return format;
  throw bad_format(lines.column(more),
                   fmt::format("{} stands behind the line of the LogFormat; paste "
                               "that line alone",
                               printable(lines.text.substr(more), 20)));
}

}  // namespace ordertail

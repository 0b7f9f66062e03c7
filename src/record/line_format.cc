#include "record/line_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

Error bad_format(std::size_t column, const std::string& why) {
  return Error(ExitCode::usage, fmt::format("column {}: {}", column, why));
}

/// Users' names come as they were sent.
bool is_loose(std::string_view name) {
  return name == "$remote_user" || name == "%u" || name == "%l";
}

/// Puts literals and fields together to a LineFormat.
class Composer {
 public:
  void literal(std::string_view text) { pending_ += text; }

  /// `opening`: what the field always begins with; 0 when that is not known.
  void field(std::string name, std::size_t column, char opening = 0) {
    place_pending(opening, column, name);
    LineFormat::Field field;
    field.name = std::move(name);
    field.quoted = opens_quote();
    field.loose = is_loose(field.name);
    field.column = column;
    format_.fields.push_back(std::move(field));
  }

  LineFormat finish(LineEscapes escapes) {
    if (format_.fields.empty())
      throw bad_format(1,
                       "this names no field; paste the text between the quotes, or the "
                       "whole log_format or LogFormat");
    format_.fields.back().after = std::exchange(pending_, {});
    for (LineFormat::Field& field : format_.fields) {
      field.quoted = field.quoted && field.after.starts_with('"');
      if (!field.quoted) loosen_time(field);
    }
    format_.escapes = escapes;
    return std::move(format_);
  }

 private:
  void place_pending(char opening, std::size_t column, const std::string& name) {
    std::string literal = std::exchange(pending_, {});
    if (format_.fields.empty()) {
      format_.before = std::move(literal);
      return;
    }
    LineFormat::Field& last = format_.fields.back();
    if (literal.empty() && opening == 0) {
      throw bad_format(column, fmt::format("nothing stands between {} and {}, so nobody can tell "
                                           "where one ends; put a blank between them",
                                           printable(last.name), printable(name)));
    }
    if (literal.empty()) last.opening = opening;
    last.after = std::move(literal);
  }

  /// Apache's %{%d %b}t is written with the blanks of its strftime format.
  static void loosen_time(LineFormat::Field& field) {
    if (!field.name.starts_with("%{%") || !field.name.ends_with("}t")) return;
    const std::string_view written = std::string_view(field.name).substr(2, field.name.size() - 4);
    if (!field.after.empty() && written.find(field.after) != written.npos) {
      throw bad_format(field.column,
                       fmt::format("{} holds what stands behind it, so nobody can tell "
                                   "where it ends; put it in brackets",
                                   printable(field.name)));
    }
    field.loose = written.find(field.after.empty() ? ' ' : field.after.front()) != written.npos;
  }

  [[nodiscard]] bool opens_quote() const {
    const std::string& literal =
        format_.fields.empty() ? format_.before : format_.fields.back().after;
    return literal.ends_with('"');
  }

  LineFormat format_;
  std::string pending_;
};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view word_at(std::string_view text, std::size_t at) {
  const auto* const begin = text.begin() + static_cast<std::ptrdiff_t>(at);
  const auto* const end = std::find_if_not(begin, text.end(), is_word);
  return text.substr(at, static_cast<std::size_t>(end - begin));
}

/// A text and, of each of its bytes, the column of the description where it was written.
struct Spelled {
  std::string text;
  std::vector<std::size_t> columns;

  void add(char c, std::size_t column) {
    text += c;
    columns.push_back(column);
  }
  [[nodiscard]] std::size_t column(std::size_t at) const {
    return at < columns.size() ? columns[at] : columns.empty() ? 1 : columns.back() + 1;
  }
};

/// The words of a configuration file's statement: quoted ones may hold blanks, and a backslash
/// there takes its meaning from the next quote or backslash.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}

  struct Word {
    Spelled spelled;
    std::size_t column = 1;
    bool quoted = false;
  };

  std::optional<Word> next() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n;", at_), text_.size());
    if (at_ == text_.size()) return std::nullopt;
    Word word;
    word.column = at_ + 1;
    const char quote = text_[at_];
    word.quoted = quote == '"' || quote == '\'';
    if (word.quoted) ++at_;
    while (at_ < text_.size() && !ends(word, quote)) {
      const bool escaped = word.quoted && text_[at_] == '\\' && at_ + 1 < text_.size() &&
                           (text_[at_ + 1] == quote || text_[at_ + 1] == '\\');
      if (escaped) ++at_;
      word.spelled.add(text_[at_], at_ + 1);
      ++at_;
    }
    if (word.quoted && at_ == text_.size()) {
      throw bad_format(word.column, "this quote is never closed; paste the whole statement");
    }
    if (word.quoted) ++at_;
    return word;
  }

 private:
  [[nodiscard]] bool ends(const Word& word, char quote) const {
    return word.quoted ? text_[at_] == quote
                       : std::string_view(" \t\r\n;").find(text_[at_]) != std::string_view::npos;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Spelled bare(std::string_view text) {
  Spelled spelled;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    if (escaped) ++i;
    spelled.add(text[i], i + 1);
  }
  return spelled;
}

LineEscapes nginx_escapes(const Words::Word& word) {
  if (word.spelled.text == "escape=json") return LineEscapes::json;
  if (word.spelled.text == "escape=none") return LineEscapes::none;
  if (word.spelled.text == "escape=default") return LineEscapes::backslash;
  throw bad_format(word.column, fmt::format("\"{}\" is unknown; nginx knows escape=default, "
                                            "escape=json and escape=none",
                                            printable(word.spelled.text)));
}

/// Variables that nginx always fills with something that begins so.
char opening_of(std::string_view variable) {
  return variable == "request_uri" || variable == "uri" || variable == "document_uri" ? '/' : '\0';
}

void compose_nginx(const Spelled& spelled, Composer& composer) {
  const std::string_view text = spelled.text;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      composer.literal(text.substr(at, 1));
      ++at;
      continue;
    }
    const bool braced = text.substr(at + 1).starts_with('{');
    const std::string_view name = word_at(text, at + (braced ? 2 : 1));
    const std::size_t end = at + name.size() + (braced ? 3 : 1);
    if (name.empty() || (braced && (end > text.size() || text[end - 1] != '}'))) {
      throw bad_format(spelled.column(at), "a variable of nginx is $ and a name, such as $status");
    }
    std::string field = fmt::format("${}", name);
    std::size_t next = end;
    // $is_args$args is the query with its mark, and may be nothing.
    constexpr std::string_view kQuery = "$is_args$args";
    const bool has_query = opening_of(name) != 0 && text.substr(end).starts_with(kQuery);
    if (has_query) {
      field += kQuery;
      next += kQuery.size();
    }
    composer.field(std::move(field), spelled.column(at), opening_of(name));
    at = next;
  }
}

/// mod_log_config's directives, and those of mod_logio and mod_ssl.
constexpr std::string_view kApacheDirectives = "aABbDefhHiklLmnopPqrRsStTuUvVXIOCc^x";
constexpr std::string_view kApacheNamed = "aCeinopPtT^xcLs";

/// `%>s`, `%!200,304{Referer}i`: where a directive's parts are.
struct Directive {
  std::string name;  // as it is known to jobs: without the conditions
  char letter = 0;
  std::string argument;
  std::size_t end = 0;
};

Directive directive_at(const Spelled& spelled, std::size_t at) {
  const std::string_view text = spelled.text;
  std::size_t i = at + 1;
  while (i < text.size() && std::string_view("!,0123456789<>").find(text[i]) != text.npos) ++i;
  Directive directive;
  if (i < text.size() && text[i] == '{') {
    const std::size_t close = text.find('}', i);
    if (close == text.npos) throw bad_format(spelled.column(i), "this { is never closed");
    directive.argument = text.substr(i + 1, close - i - 1);
    i = close + 1;
  }
  if (i < text.size() && text.substr(i).starts_with("^t") && i + 2 < text.size()) i += 2;
  directive.letter = i < text.size() ? text[i] : '\0';
  directive.end = i + 1;
  const std::string written(text.substr(at, std::min(directive.end, text.size()) - at));
  const bool known = directive.letter != 0 && kApacheDirectives.find(directive.letter) != text.npos;
  if (!known) {
    throw bad_format(spelled.column(at),
                     fmt::format("Apache has no directive {}", printable(written)));
  }
  if (!directive.argument.empty() && kApacheNamed.find(directive.letter) == text.npos) {
    throw bad_format(spelled.column(at),
                     fmt::format("{} takes no name in braces", printable(written)));
  }
  directive.name = directive.argument.empty()
                       ? fmt::format("%{}", directive.letter)
                       : fmt::format("%{{{}}}{}", directive.argument, directive.letter);
  return directive;
}

void compose_apache(const Spelled& spelled, Composer& composer) {
  const std::string_view text = spelled.text;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%' || text.substr(at).starts_with("%%")) {
      composer.literal(text.substr(at, 1));
      at += text[at] == '%' ? 2 : 1;
      continue;
    }
    Directive directive = directive_at(spelled, at);
    const bool bracketed = directive.name == "%t";  // [18/Sep/2011:19:18:28 -0400]
    if (bracketed) composer.literal("[");
    // %q is the query with its mark, and may be nothing.
    if (directive.name == "%U" && text.substr(directive.end).starts_with("%q")) {
      directive.name += "%q";
      directive.end += 2;
    }
    const char opening = directive.letter == 'U' || directive.name == "%U%q" ? '/' : '\0';
    composer.field(directive.name, spelled.column(at), opening);
    if (bracketed) composer.literal("]");
    at = directive.end;
  }
}

}  // namespace

std::vector<std::string> LineFormat::names() const {
  std::vector<std::string> names;
  names.reserve(fields.size());
  for (const Field& field : fields) names.push_back(field.name);
  return names;
}

LineFormat nginx_line_format(std::string_view text) {
  Composer composer;
  LineEscapes escapes = LineEscapes::backslash;
  const std::string_view trimmed = trim(text);
  const bool statement = trimmed.starts_with("log_format");
  if (!statement && !trimmed.starts_with('\'')) {
    compose_nginx(bare(text), composer);
    return composer.finish(escapes);
  }
  Words words(text);
  Spelled joined;
  std::size_t unquoted = statement ? 0 : 2;  // log_format and the name
  while (const auto word = words.next()) {
    if (!word->quoted && unquoted < 2) {
      ++unquoted;
    } else if (!word->quoted && word->spelled.text.starts_with("escape=")) {
      escapes = nginx_escapes(*word);
    } else {
      joined.text += word->spelled.text;
      joined.columns.insert(joined.columns.end(), word->spelled.columns.begin(),
                            word->spelled.columns.end());
    }
  }
  compose_nginx(joined, composer);
  return composer.finish(escapes);
}

LineFormat named_line_format(std::string_view text, LineEscapes escapes,
                             const std::vector<std::string>& loose) {
  Composer composer;
  compose_nginx(bare(text), composer);
  LineFormat format = composer.finish(escapes);
  for (LineFormat::Field& field : format.fields) field.name.erase(0, 1);
  for (const std::string& name : loose) {
    const auto field = std::find_if(format.fields.begin(), format.fields.end(),
                                    [&](const auto& each) { return each.name == name; });
    if (field == format.fields.end()) {
      throw bad_format(1, fmt::format("there is no field ${} that could be loose; there are {}",
                                      printable(name), fmt::join(format.names(), ", ")));
    }
    field->loose = true;
  }
  return format;
}

LineFormat apache_line_format(std::string_view text) {
  Composer composer;
  Words words(text);
  const std::string_view trimmed = trim(text);
  if (trimmed.starts_with("LogFormat") || trimmed.starts_with('"')) {
    std::optional<Words::Word> word = words.next();
    if (word && !word->quoted) word = words.next();
    if (!word) throw bad_format(1, "there is no format behind LogFormat");
    compose_apache(word->spelled, composer);
  } else {
    compose_apache(bare(text), composer);
  }
  return composer.finish(LineEscapes::backslash);
}

}  // namespace ordertail

#include "record/line_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "record/format_statement.h"

namespace ordertail {
namespace {

/// What a field may hold by its name: users' names come as they were sent, and lists have blanks.
Loose loose_by_name(std::string_view name) {
  const auto is_one_of = [name](const auto& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view each) { return is_same_field(name, each); });
  };
  constexpr std::array<std::string_view, 3> kUsers{"$remote_user", "%u", "%l"};
  constexpr std::array<std::string_view, 3> kLists{
      "$http_x_forwarded_for", "$proxy_add_x_forwarded_for", "%{X-Forwarded-For}i"};
  // https://nginx.org/en/docs/http/ngx_http_upstream_module.html#variables
  constexpr std::array<std::string_view, 9> kUpstreams{
      "$upstream_addr",         "$upstream_status",          "$upstream_response_time",
      "$upstream_connect_time", "$upstream_header_time",     "$upstream_bytes_received",
      "$upstream_bytes_sent",   "$upstream_response_length", "$upstream_queue_time"};
  if (is_one_of(kUsers)) return Loose::text;
  if (is_one_of(kLists)) return Loose::list;
  return is_one_of(kUpstreams) ? Loose::upstreams : Loose::no;
}

/// Whose names a description has: one's own mean nothing, but for nginx's name of a user.
enum class Names : std::uint8_t { servers, own };

/// Puts literals and fields together to a LineFormat.
class Composer {
 public:
  explicit Composer(Names names) : names_(names) {}

  void literal(char c, std::size_t column) {
    if (c == '\n' || c == '\r') {
      throw bad_format(
          column,
          "the format has a line end here, and what is logged over several lines cannot "
          "be read; paste the whole statement, or the text between its quotes");
    }
    pending_ += c;
  }

  /// `opening`: what the field always begins with; 0 when that is not known.
  void field(std::string name, std::size_t column, char opening = 0) {
    place_pending(opening, column, name);
    LineFormat::Field field;
    field.name = std::move(name);
    field.quoted = opens_quote();
    field.column = column;
    format_.fields.push_back(std::move(field));
  }

  LineFormat finish(LineEscapes escapes) {
    if (format_.fields.empty())
      throw bad_format(1,
                       "this names no field; paste the text between the quotes, or the "
                       "whole log_format or LogFormat");
    const std::size_t others = format_.fields.size() - 1;
    const std::string& last = others == 0 ? format_.before : format_.fields[others - 1].after;
    if (last.starts_with('\t')) format_.divider = '\t';
    format_.fields.back().after = std::exchange(pending_, {});
    for (LineFormat::Field& field : format_.fields) {
      field.quoted = field.quoted && field.after.starts_with('"');
      if (field.quoted) continue;
      if (names_ == Names::own) {
        if (field.name == "$remote_user") field.loose = Loose::text;
        continue;
      }
      loosen(field);
      loosen_time(field);
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

  void loosen(LineFormat::Field& field) const {
    if (field.opening != 0) return;
    const Loose loose = loose_by_name(field.name);
    if (loose == Loose::text) field.loose = loose;
    if (loose == Loose::list) loosen_list(field, loose, ", ");
    if (loose == Loose::upstreams) {
      loosen_list(field, loose, ", ");
      if (field.loose != Loose::no) loosen_list(field, loose, " : ");
    }
  }

  /// Of a literal that is longer than `divider`, and begins so, all has to follow anyway.
  void loosen_list(LineFormat::Field& field, Loose loose, std::string_view divider) const {
    const char end = field.after.empty() ? format_.divider : field.after.front();
    const bool goes_on = (end == ' ' || end == ',') && !field.after.starts_with(divider);
    field.loose = goes_on ? loose : Loose::no;
  }

  /// Apache's %{%d %b}t is written with the blanks of its strftime format.
  void loosen_time(LineFormat::Field& field) const {
    if (!field.name.starts_with("%{%") || !field.name.ends_with("}t")) return;
    const std::string_view written = std::string_view(field.name).substr(2, field.name.size() - 4);
    if (!field.after.empty() && written.find(field.after) != written.npos) {
      throw bad_format(field.column,
                       fmt::format("{} holds what stands behind it, so nobody can tell "
                                   "where it ends; put it in brackets",
                                   printable(field.name)));
    }
    const char end = field.after.empty() ? format_.divider : field.after.front();
    if (written.find(end) != written.npos) field.loose = Loose::text;
  }

  [[nodiscard]] bool opens_quote() const {
    const std::string& literal =
        format_.fields.empty() ? format_.before : format_.fields.back().after;
    return literal.ends_with('"');
  }

  Names names_;
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

/// Variables that nginx always fills with something that begins so.
char opening_of(std::string_view variable) {
  const auto is = [&](std::string_view name) { return equal_ignoring_case(variable, name); };
  return is("request_uri") || is("uri") || is("document_uri") ? '/' : '\0';
}

void compose_nginx(const Spelled& spelled, Composer& composer) {
  const std::string_view text = spelled.text;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      composer.literal(text[at], spelled.column(at));
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
    const bool has_query =
        opening_of(name) != 0 && equal_ignoring_case(text.substr(end, kQuery.size()), kQuery);
    if (has_query) {
      field += kQuery;
      next += kQuery.size();
    }
    composer.field(std::move(field), spelled.column(at), opening_of(name));
    at = next;
  }
}

/// mod_log_config's directives, and those of mod_logio and mod_ssl.
constexpr std::string_view kApacheDirectives = "aABbDefhHiklLmnopPqrRsStTuUvVXIOCcx";
constexpr std::string_view kApacheNamed = "aCeinopPtTxcLs";

/// `%>s`, `%!200,304{Referer}i`, `%^FB`: where a directive's parts are.
struct Directive {
  std::string name;  // as it is known to jobs: without the conditions
  std::string_view letters;
  std::string_view argument;
  char request = 0;  // '<': the original one, '>': the final one, 0: as is usual for the letter
  std::size_t end = 0;
};

bool is_known(const Directive& directive) {
  const std::string_view letters = directive.letters;
  if (letters.starts_with('^')) return letters == "^FB" || letters == "^ti" || letters == "^to";
  return !letters.empty() && kApacheDirectives.find(letters.front()) != letters.npos;
}

bool may_be_named(const Directive& directive) {
  const std::string_view letters = directive.letters;
  if (letters == "h") return directive.argument == "c";
  return letters == "^ti" || letters == "^to" || kApacheNamed.find(letters.front()) != letters.npos;
}

Directive directive_at(const Spelled& spelled, std::size_t at) {
  const std::string_view text = spelled.text;
  Directive directive;
  std::size_t i = at + 1;
  for (; i < text.size() && std::string_view("!,0123456789<>").find(text[i]) != text.npos; ++i) {
    if (text[i] == '<' || text[i] == '>') directive.request = text[i];
  }
  if (i < text.size() && text[i] == '{') {
    const std::size_t close = text.find('}', i);
    if (close == text.npos) throw bad_format(spelled.column(i), "this { is never closed");
    directive.argument = text.substr(i + 1, close - i - 1);
    i = close + 1;
  }
  directive.letters = text.substr(std::min(i, text.size()));
  const bool marked = directive.letters.starts_with('^');  // and two letters
  const std::size_t letters = marked ? 1 + word_at(directive.letters, 1).substr(0, 2).size() : 1;
  directive.letters = directive.letters.substr(0, letters);
  directive.end = i + directive.letters.size();
  const std::string_view written = text.substr(at, directive.end - at);
  if (!is_known(directive)) {
    throw bad_format(spelled.column(at),
                     fmt::format("Apache has no directive {}", printable(trim(written))));
  }
  if (!directive.argument.empty() && !may_be_named(directive)) {
    throw bad_format(spelled.column(at),
                     fmt::format("{} takes no name in braces", printable(written)));
  }
  directive.name = directive.argument.empty()
                       ? fmt::format("%{}", directive.letters)
                       : fmt::format("%{{{}}}{}", directive.argument, directive.letters);
  return directive;
}

/// What mod_log_config makes of a backslash and this byte; NUL: both are kept.
char apache_escape(char c) {
  constexpr std::string_view kLetters = "ntr\\";
  constexpr std::string_view kMeant = "\n\t\r\\";
  const std::size_t at = kLetters.find(c);
  return at == kLetters.npos ? '\0' : kMeant[at];
}

/// Composes what is no directive and stands at `at`; returns where the next byte is.
std::size_t compose_literal(const Spelled& spelled, std::size_t at, Composer& composer) {
  const std::string_view rest = std::string_view(spelled.text).substr(at);
  const char meant = rest.size() > 1 && rest[0] == '\\' ? apache_escape(rest[1]) : '\0';
  composer.literal(meant == '\0' ? rest[0] : meant, spelled.column(at));
  return at + (meant != '\0' || rest.starts_with("%%") ? 2 : 1);
}

/// Is the original request meant, what the visitor asked for, rather than the final one?
bool is_usually_original(char letter) {
  return std::string_view("sUTDr").find(letter) != std::string_view::npos;
}

/// Of two directives that differ in this only: the final status tells most, and the original URL.
bool tells_most(const Directive& directive) {
  const char letter = directive.letters.front();
  const bool is_original =
      directive.request == 0 ? is_usually_original(letter) : directive.request == '<';
  return is_original == (is_usually_original(letter) && letter != 's');
}

/// A name that is in the format twice stands for what tells most; the other gets its `<` or `>`.
void tell_requests_apart(const std::vector<Directive>& directives, LineFormat& format) {
  for (std::size_t i = 0; i < directives.size(); ++i) {
    const Directive& one = directives[i];
    const bool is_second = std::any_of(directives.begin(), directives.end(), [&](const auto& each) {
      return each.name == one.name && tells_most(each);
    });
    if (tells_most(one) || !is_second) continue;
    const bool is_status = one.letters == "s";
    const bool is_final = is_usually_original(one.letters.front()) && !is_status;
    format.fields[i].name.insert(1, 1, is_final ? '>' : '<');
  }
}

LineFormat compose_apache(const Spelled& spelled) {
  Composer composer(Names::servers);
  std::vector<Directive> directives;
  const std::string_view text = spelled.text;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%' || text.substr(at).starts_with("%%")) {
      at = compose_literal(spelled, at, composer);
      continue;
    }
    Directive directive = directive_at(spelled, at);
    const std::size_t column = spelled.column(at);
    const bool bracketed = directive.name == "%t";  // [18/Sep/2011:19:18:28 -0400]
    if (bracketed) composer.literal('[', column);
    const char opening = directive.name == "%U" ? '/' : '\0';
    // %q is the query with its mark, and may be nothing.
    if (directive.name == "%U" && text.substr(directive.end).starts_with("%q")) {
      directive.name += "%q";
      directive.end += 2;
    }
    composer.field(directive.name, column, opening);
    if (bracketed) composer.literal(']', column);
    at = directive.end;
    directives.push_back(std::move(directive));
  }
  LineFormat format = composer.finish(LineEscapes::backslash);
  tell_requests_apart(directives, format);
  return format;
}

/// Refuses what has no `mark`, which this server's fields begin with, but looks like the other's.
void check_server(const Spelled& spelled, char mark, char others, const std::string& advice) {
  const std::string_view text = spelled.text;
  if (text.find(mark) != text.npos) return;
  for (std::size_t at = text.find(others); at != text.npos; at = text.find(others, at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (is_word(next) || next == '{' || next == '>') throw bad_format(spelled.column(at), advice);
  }
}

}  // namespace

bool is_same_field(std::string_view a, std::string_view b) {
  if (a == b || a.empty() || b.empty()) return a == b;
  const bool variable = a.front() == '$';
  const bool header = a.starts_with("%{") && a.back() == b.back() &&
                      std::string_view("ioC").find(a.back()) != std::string_view::npos;
  return (variable || header) && equal_ignoring_case(a, b);
}

std::vector<std::string> LineFormat::names() const {
  std::vector<std::string> names;
  names.reserve(fields.size());
  for (const Field& field : fields) names.push_back(field.name);
  return names;
}

LineFormat nginx_line_format(std::string_view text) {
  const FormatStatement statement = nginx_statement(text);
  check_server(statement.text, '$', '%', "this looks like Apache's; give it to the key LogFormat");
  Composer composer(Names::servers);
  compose_nginx(statement.text, composer);
  return composer.finish(statement.escapes);
}

LineFormat named_line_format(std::string_view text, LineEscapes escapes,
                             const std::vector<std::string>& loose) {
  Composer composer(Names::own);
  compose_nginx(bare_format(text), composer);
  LineFormat format = composer.finish(escapes);
  for (LineFormat::Field& field : format.fields) field.name.erase(0, 1);
  for (const std::string& name : loose) {
    const auto field = std::find_if(format.fields.begin(), format.fields.end(),
                                    [&](const auto& each) { return each.name == name; });
    if (field == format.fields.end()) {
      throw bad_format(1, fmt::format("there is no field ${} that could be loose; there are {}",
                                      printable(name), fmt::join(format.names(), ", ")));
    }
    field->loose = Loose::text;
  }
  return format;
}

LineFormat apache_line_format(std::string_view text) {
  const Spelled format = apache_statement(text);
  check_server(format, '%', '$', "this looks like nginx's; give it to the key log_format");
  return compose_apache(format);
}

}  // namespace ordertail

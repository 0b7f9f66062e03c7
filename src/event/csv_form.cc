#include "event/csv_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "event/expression.h"
#include "event/selection.h"
#include "input/charset.h"

namespace ordertail {
namespace {

template <typename Value, std::size_t kSize>
using Words = std::array<std::pair<std::string_view, Value>, kSize>;

constexpr Words<Quoting, 4> kQuotings{{{"rfc", Quoting::rfc},
                                       {"lenient", Quoting::lenient},
                                       {"backslash", Quoting::backslash},
                                       {"none", Quoting::none}}};
constexpr Words<Layout, 3> kLayouts{{{"one-row", Layout::one_row},
                                     {"repeated-key", Layout::repeated_key},
                                     {"blank-key", Layout::blank_key}}};

/// The value that the word at `key` stands for, if there is that key.
template <typename Value, std::size_t kSize>
std::optional<Value> read_word(TomlTable& table, std::string_view key,
                               const Words<Value, kSize>& words) {
  const auto text = table.text(key);
  if (!text) return std::nullopt;
  std::string known;
  for (const auto& [word, value] : words) {
    if (*text == word) return value;
    known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", word);
  }
  throw table.error(key, fmt::format("\"{}\" must be one of {}", key, known));
}

void read_dialect(TomlTable& table, CsvForm& form) {
  CsvDialect& dialect = form.frame.dialect;
  dialect.delimiter = read_delimiter(table, "delimiter").value_or(dialect.delimiter);
  dialect.quoting = read_word(table, "quoting", kQuotings).value_or(dialect.quoting);
  dialect.blank_before_quote =
      table.boolean("blank_before_quote").value_or(dialect.blank_before_quote);
  if (std::string charset = read_charset(table, "charset"); !charset.empty()) {
    form.charset = std::move(charset);
  }
}

void read_header(TomlTable& table, CsvForm& form) {
  CsvFrame& frame = form.frame;
  if (const auto delimiter = read_delimiter(table, "header_delimiter")) {
    frame.header_delimiter = delimiter;
  }
  frame.header_prefix = table.text("header_prefix").value_or(frame.header_prefix);
  frame.columns = table.texts("columns");
  frame.section = table.text("section").value_or("");
  form.recognise = table.texts("recognise");
  form.recognise_without = table.texts("recognise_without");
  if (table.boolean("preamble").value_or(false)) {
    if (form.recognise.empty()) {
      throw table.error("preamble",
                        "with \"preamble\" the header is found by the columns in \"recognise\": "
                        "name some");
    }
    frame.header_has = form.recognise;
  }
  if (frame.columns.empty()) return;
  for (const std::string_view key :
       {"header_delimiter", "header_prefix", "preamble", "recognise", "recognise_without"}) {
    if (!table.has(key)) continue;
    throw table.error(key, fmt::format("\"{}\" is about a header, and with \"columns\" the file "
                                       "has none",
                                       key));
  }
}

void read_cells(TomlTable& table, CsvForm& form) {
  form.footer = table.text("footer").value_or("");
  try {
    static_cast<void>(Expression(form.footer));
  } catch (const Error& error) {
    throw table.error("footer", error.what());
  }
  form.apostrophe_guard = table.boolean("apostrophe_guard").value_or(form.apostrophe_guard);
  form.formula_guard = table.boolean("formula_guard").value_or(form.formula_guard);
  form.entities = table.boolean("entities").value_or(form.entities);
  for (std::string& column : table.texts("drop")) form.drop.push_back(std::move(column));
}

void read_layout(TomlTable& table, CsvForm& form) {
  form.layout = read_word(table, "layout", kLayouts).value_or(Layout::one_row);
  form.order_key = table.text("order_key").value_or("");
  if ((form.layout != Layout::one_row) == form.order_key.empty()) {
    throw table.error("layout",
                      R"(the layouts "repeated-key" and "blank-key" and the key "order_key" go )"
                      "together");
  }
  if (fits_one_of(form.drop, form.order_key)) {
    throw table.error("order_key", "the order key is one that \"drop\" says is never read");
  }
}

/// What a companion that says nothing else takes over.
CsvForm inherited(const CsvForm& own) {
  CsvForm form = own;
  form.frame.columns.clear();
  form.frame.section.clear();
  form.frame.header_has.clear();
  return form;
}

std::string read_name(TomlTable& table, const std::vector<CompanionSpec>& others) {
  std::string name = table.required_text("name");
  const bool is_word =
      !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == name.npos;
  if (!is_word || name == "query" || name == "constant") {
    throw table.error("name",
                      "a companion's name is made of a-z, 0-9 and _, and is not \"query\" "
                      "or \"constant\"");
  }
  for (const CompanionSpec& other : others) {
    if (other.name == name) throw table.error("name", "two companions have this name");
  }
  return name;
}

}  // namespace

std::optional<char> read_delimiter(TomlTable& table, std::string_view key) {
  const auto text = table.text(key);
  if (!text) return std::nullopt;
  if (text->size() == 1 && *text != "\"" && *text != "\n" && *text != "\r") return text->front();
  throw table.error(key, "the delimiter must be one byte, no quote and no line end");
}

std::string read_charset(TomlTable& table, std::string_view key) {
  const auto charset = table.text(key);
  if (charset && (charset->empty() || !known_charset(*charset))) {
    throw table.error(key, fmt::format("\"{}\" is no character set that iconv(1) knows; write one "
                                       "such as \"windows-1252\" or \"utf-16le\"",
                                       printable(*charset)));
  }
  return charset.value_or("");
}

CsvForm read_csv_form(TomlTable table) {
  CsvForm form;
  read_dialect(table, form);
  read_header(table, form);
  read_cells(table, form);
  read_layout(table, form);
  table.finish();
  return form;
}

std::vector<CompanionSpec> read_companions(std::vector<TomlTable> tables, const CsvForm& own) {
  std::vector<CompanionSpec> companions;
  for (TomlTable& table : tables) {
    CompanionSpec companion{read_name(table, companions), inherited(own),
                            table.required_text("key"), table.required_text("match")};
    read_dialect(table, companion.form);
    read_header(table, companion.form);
    read_cells(table, companion.form);
    companion.form.layout = Layout::one_row;
    companion.form.order_key.clear();
    table.finish();
    if (companion.form.recognise.empty() && companion.form.frame.section.empty()) {
      throw table.error({},
                        "a companion is found by its header or its section: it needs "
                        "\"recognise\" or \"section\"");
    }
    if (fits_one_of(own.drop, companion.match)) {
      throw table.error("match", "this column is one that \"drop\" says is never read");
    }
    companions.push_back(std::move(companion));
  }
  return companions;
}

}  // namespace ordertail

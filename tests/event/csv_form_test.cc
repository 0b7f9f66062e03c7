// The [csv] and [[companion]] tables, through whole patterns.
#include "event/csv_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "expect_error.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// `body` begins in line 4.
std::string pattern_text(const std::string& body) {
  return "name = \"p\"\ndescribes = \"d\"\nverified = \"v\"\n" + body +
         "[[sample]]\ninput = \"\"\n";
}
Pattern parse(const std::string& body) {
  return parse_pattern(pattern_text(body), "p.toml");
}
std::string refusal(const std::string& body) {
  return error_of(ExitCode::usage, [&] { (void)parse(body); });
}

TEST(CsvForm, IsPlainWhenNothingIsSaid) {
  const CsvForm form = *parse("[csv]\n").csv;
  EXPECT_EQ(form.frame.dialect.delimiter, ',');
  EXPECT_EQ(form.frame.dialect.quoting, Quoting::rfc);
  EXPECT_FALSE(form.frame.dialect.blank_before_quote);
  EXPECT_FALSE(form.frame.header_delimiter);
  EXPECT_THAT(form.frame.header_has, IsEmpty());
  EXPECT_EQ(form.charset, "");
  EXPECT_EQ(form.layout, Layout::one_row);
  EXPECT_FALSE(form.formula_guard || form.apostrophe_guard || form.entities);
}

TEST(CsvForm, ReadsEveryKey) {
  const CsvForm form = *parse(R"([csv]
delimiter = "\t"
quoting = "backslash"
blank_before_quote = true
charset = "windows-1252"
header_delimiter = ","
header_prefix = "!"
section = "ORDERS"
preamble = true
footer = '\d+ records'
recognise = ["ORDERID", "EMAIL"]
recognise_without = "ITEMID"
layout = "blank-key"
order_key = "ORDERID"
formula_guard = true
entities = true
drop = ["Card *", "CVV"]
)")
                            .csv;
  EXPECT_EQ(form.frame.dialect.delimiter, '\t');
  EXPECT_EQ(form.frame.dialect.quoting, Quoting::backslash);
  EXPECT_TRUE(form.frame.dialect.blank_before_quote);
  EXPECT_EQ(form.charset, "windows-1252");
  EXPECT_EQ(form.frame.header_delimiter, ',');
  EXPECT_EQ(form.frame.header_prefix, "!");
  EXPECT_EQ(form.frame.section, "ORDERS");
  EXPECT_THAT(form.frame.header_has, ElementsAre("ORDERID", "EMAIL"));
  EXPECT_EQ(form.footer, "\\d+ records");
  EXPECT_THAT(form.recognise, ElementsAre("ORDERID", "EMAIL"));
  EXPECT_THAT(form.recognise_without, ElementsAre("ITEMID"));
  EXPECT_EQ(form.layout, Layout::blank_key);
  EXPECT_EQ(form.order_key, "ORDERID");
  EXPECT_TRUE(form.formula_guard);
  EXPECT_TRUE(form.entities);
  EXPECT_FALSE(form.apostrophe_guard);
  EXPECT_THAT(form.drop, ElementsAre("Card *", "CVV"));
  EXPECT_THAT(parse("[csv]\ncolumns = [\"a\", \"b\"]\n").csv->frame.columns, ElementsAre("a", "b"));
}

TEST(CsvForm, RefusesWhatDoesNotGoTogether) {
  EXPECT_EQ(refusal("[csv]\nquoting = \"php\"\n"),
            "p.toml:5:11: \"quoting\" must be one of \"rfc\", \"lenient\", \"backslash\", "
            "\"none\"");
  EXPECT_EQ(refusal("[csv]\npreamble = true\n"),
            "p.toml:5:12: with \"preamble\" the header is found by the columns in \"recognise\": "
            "name some");
  EXPECT_EQ(refusal("[csv]\ncolumns = [\"a\"]\nheader_prefix = \"!\"\n"),
            "p.toml:6:17: \"header_prefix\" is about a header, and with \"columns\" the file has "
            "none");
  EXPECT_EQ(refusal("[csv]\nfooter = '('\n"),
            "p.toml:5:10: \"(\" is no RE2 expression: missing ): (; its syntax is described at "
            "https://github.com/google/re2/wiki/Syntax");
  EXPECT_EQ(refusal("[csv]\ncharset = \"\"\n"),
            "p.toml:5:11: \"\" is no character set that iconv(1) knows; write one such as "
            "\"windows-1252\" or \"utf-16le\"");
  EXPECT_EQ(refusal("[csv]\nheader_delimiter = \"ab\"\n"),
            "p.toml:5:20: the delimiter must be one byte, no quote and no line end");
  EXPECT_EQ(refusal("[csv]\nlayout = \"blank-key\"\norder_key = \"CVV\"\ndrop = \"cvv\"\n"),
            "p.toml:6:13: the order key is one that \"drop\" says is never read");
}

TEST(Companion, TakesOverHowThePatternsFilesAreWritten) {
  const Pattern pattern = parse(R"([csv]
delimiter = ";"
charset = "windows-1252"
header_prefix = "!"
section = "ORDERS"
recognise = "ORDERID"
layout = "repeated-key"
order_key = "ORDERID"
drop = "CARD*"
entities = true
[[companion]]
name = "items"
section = "ORDER_ITEMS"
key = "ORDERID"
match = "ORDERID"
[[companion]]
name = "users_2"
key = "LOGIN"
match = "LOGIN"
recognise = ["LOGIN", "USERTYPE"]
delimiter = ","
header_prefix = ""
drop = "PASSWORD"
)");
  ASSERT_EQ(pattern.companions.size(), 2U);
  const CompanionSpec& items = pattern.companions[0];
  EXPECT_EQ(items.name, "items");
  EXPECT_EQ(items.key, "ORDERID");
  EXPECT_EQ(items.match, "ORDERID");
  EXPECT_EQ(items.form.frame.section, "ORDER_ITEMS");
  EXPECT_EQ(items.form.frame.dialect.delimiter, ';');
  EXPECT_EQ(items.form.frame.header_prefix, "!");
  EXPECT_EQ(items.form.charset, "windows-1252");
  EXPECT_TRUE(items.form.entities);
  EXPECT_THAT(items.form.recognise, IsEmpty());
  EXPECT_EQ(items.form.layout, Layout::one_row);
  EXPECT_EQ(items.form.order_key, "");
  const CompanionSpec& users = pattern.companions[1];
  EXPECT_EQ(users.form.frame.section, "");
  EXPECT_EQ(users.form.frame.dialect.delimiter, ',');
  EXPECT_EQ(users.form.frame.header_prefix, "");
  EXPECT_THAT(users.form.drop, ElementsAre("CARD*", "PASSWORD"));
}

TEST(Companion, IsRefusedWhenItCannotBe) {
  const auto companion = [](const std::string& keys) {
    return refusal("[csv]\ndrop = \"Card\"\n[[companion]]\nkey = \"k\"\n" + keys);
  };
  EXPECT_EQ(companion("name = \"c\"\nmatch = \"m\"\n"),
            "p.toml:6:1: a companion is found by its header or its section: it needs "
            "\"recognise\" or \"section\"");
  for (const char* name : {"", "A", "a:b", "query", "constant"}) {
    EXPECT_EQ(companion("name = \"" + std::string(name) + "\"\n"),
              "p.toml:8:8: a companion's name is made of a-z, 0-9 and _, and is not \"query\" or "
              "\"constant\"");
  }
  EXPECT_EQ(companion("name = \"c\"\nmatch = \"card\"\nsection = \"S\"\n"),
            "p.toml:9:9: this column is one that \"drop\" says is never read");
  EXPECT_EQ(companion("name = \"c\"\nmatch = \"m\"\nsection = \"S\"\nlayout = \"one-row\"\n"),
            "p.toml:11:1: unknown key \"layout\" in [companion]");
  EXPECT_EQ(companion("name = \"c\"\nmatch = \"m\"\nsection = \"S\"\n[[companion]]\n"
                      "name = \"c\"\n"),
            "p.toml:12:8: two companions have this name");
  EXPECT_EQ(companion("name = \"c\"\n"), "p.toml:6:1: [companion] lacks the key \"match\"");
}

TEST(Charset, OfASourceIsThatOfAllItsFiles) {
  Pattern pattern = parse(
      "[csv]\n[[companion]]\nname = \"c\"\nkey = \"k\"\nmatch = \"m\"\nrecognise = \"k\"\n"
      "charset = \"utf-16le\"\n");
  TomlTable settings = TomlTable::parse("charset = \"windows-1252\"", "job.toml");
  apply_source_settings(settings, pattern);
  settings.finish();
  EXPECT_EQ(pattern.csv->charset, "windows-1252");
  EXPECT_EQ(pattern.companions[0].form.charset, "windows-1252");
}

}  // namespace
}  // namespace ordertail

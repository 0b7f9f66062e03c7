// Which pattern reads a file.
#include "event/recognition.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "event/catalogue.h"
#include "event/sample_file.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::vector<std::string>;

Pattern cart(const std::string& name, const Names& columns, const Names& without = {}) {
  Pattern pattern;
  pattern.name = name;
  pattern.csv.emplace();
  pattern.csv->recognise = columns;
  pattern.csv->recognise_without = without;
  return pattern;
}

CompanionSpec companion(const std::string& name, const Names& columns) {
  CompanionSpec spec;
  spec.name = name;
  spec.form.recognise = columns;
  return spec;
}

Pattern log(const std::string& name, const std::string& expression) {
  Pattern pattern;
  pattern.name = name;
  pattern.line.emplace().cut = LineExpression{expression};
  return pattern;
}

const CompanionSpec& companion_of(const Pattern& pattern, const std::string& name) {
  return *std::find_if(pattern.companions.begin(), pattern.companions.end(),
                       [&](const CompanionSpec& spec) { return spec.name == name; });
}

class RecognitionTest : public testing::Test {
 protected:
  Recognition of(std::string_view text, const std::vector<Pattern>& patterns) {
    file_ = {directory_.write("a.csv", text), "a.csv"};
    return recognise(file_, patterns);
  }
  std::string who(std::string_view text, const std::vector<Pattern>& patterns) {
    return who(SourceFile{directory_.write("a.csv", text), "a.csv"}, patterns);
  }
  /// "cart", "cart:customers", "a|b" for those that all fit, "?" for none.
  std::string who(const SourceFile& file, const std::vector<Pattern>& patterns) {
    const Recognition found = recognise(file, patterns);
    if (found.pattern != nullptr) return title(found.pattern, found.companion);
    std::string all;
    for (const Candidate& candidate : found.candidates) {
      if (!candidate.fits()) continue;
      all += (all.empty() ? "" : "|") + title(candidate.pattern, candidate.companion);
    }
    return all.empty() ? "?" : all;
  }
  std::string complaint(std::string_view text, const std::vector<Pattern>& patterns) {
    const Recognition found = of(text, patterns);
    EXPECT_EQ(found.pattern, nullptr);
    const Error error = unrecognised(file_, found);
    EXPECT_EQ(error.code(), ExitCode::source);
    return error.what();
  }

 private:
  static std::string title(const Pattern* pattern, const CompanionSpec* companion) {
    return companion == nullptr ? pattern->name : pattern->name + ":" + companion->name;
  }

  TemporaryDirectory directory_;
  SourceFile file_;
};

TEST_F(RecognitionTest, ComparesNamesTrimmedWithoutCaseAndByteOrderMark) {
  const std::vector<Pattern> patterns = {cart("mine", {"Order ID", "Total"})};
  EXPECT_EQ(who("\xEF\xBB\xBForder id,x,\" TOTAL \"\n1,2,3\n", patterns), "mine");
  EXPECT_EQ(who("Total,Order ID", patterns), "mine");
  EXPECT_EQ(who("Order ID,Total:\n", patterns), "?");
  EXPECT_EQ(who("Order ID;Total\n", patterns), "?");
}

TEST_F(RecognitionTest, ReadsTheHeaderAsThePatternDoes) {
  std::vector<Pattern> patterns = {cart("commas", {"Order"}), cart("semicolons", {"Order"})};
  patterns[1].csv->frame.dialect.delimiter = ';';
  EXPECT_EQ(who("Order;Total\n", patterns), "semicolons");
  EXPECT_EQ(who("Order,Total\n", patterns), "commas");
  EXPECT_EQ(who("Order\n", patterns), "commas|semicolons");
}

/// Of two patterns with one header, what is below it tells which is meant.
TEST_F(RecognitionTest, LooksAtTheFirstRecordWhenTheHeaderLeavesSeveral) {
  std::vector<Pattern> patterns = {cart("csv", {"Order"}), cart("txt", {"Order"})};
  patterns[1].csv->frame.dialect.delimiter = '\t';
  patterns[1].csv->frame.header_delimiter = ',';
  EXPECT_EQ(who("Order,Total\n1,2\n3\t4\n", patterns), "csv");
  EXPECT_EQ(who("Order,Total\n1\t2\n3,4\n", patterns), "txt");
  EXPECT_EQ(who("Order,Total\n1\t2", patterns), "txt");
  EXPECT_EQ(who("Order,Total\n", patterns), "csv") << "rows are divided as the header is";
  EXPECT_EQ(who("Order,Total\n1;2\n", patterns), "csv");
  patterns.push_back(cart("csv2", {"Order"}));
  EXPECT_EQ(who("Order,Total\n1,2\n", patterns), "csv|csv2");
}

TEST_F(RecognitionTest, DoubtsHowAFileIsWrittenBeforeWhatItIs) {
  const std::vector<Pattern> patterns = {cart("one", {"Order"}), cart("mine", {"Order", "Total"})};
  EXPECT_EQ(complaint("Total|Order|x\n", patterns),
            "a.csv: no pattern recognises this file: the header looks delimited by bars, while the "
            "pattern mine, whose columns it has, reads commas: export the file with commas, or "
            "add pattern = \"mine\" and delimiter = \"|\" to the source");
  EXPECT_EQ(of("Total|Order|x\n", patterns).delimited, &patterns[1]);
  EXPECT_EQ(complaint("sep=;\nTotal;Order\n", patterns),
            "a.csv: no pattern recognises this file: its first line is \"sep=\", which only Excel "
            "understands: remove that line");
  EXPECT_EQ(complaint("\n<?xml version=\"1.0\"?><Order/>", patterns),
            "a.csv: no pattern recognises this file: it is XML, which is not read: export as CSV");
  EXPECT_EQ(complaint("[{\"id\":1}]", patterns),
            "a.csv: no pattern recognises this file: it is JSON, which is not read: export as CSV");
  EXPECT_EQ(
      complaint("<!DOCTYPE html>", patterns),
      "a.csv: no pattern recognises this file: it is a page of HTML, perhaps the one that asks "
      "for a password, which is not read: export as CSV");
  EXPECT_EQ(complaint({"O\0r\0", 4}, patterns),
            "a.csv: no pattern recognises this file: the file looks like UTF-16 without a byte "
            "order mark: save it as UTF-8, or add charset = \"utf-16le\" to the source");
  EXPECT_EQ(of("Total;Ordr\n", patterns).doubt, "");
}

TEST_F(RecognitionTest, FindsTheHeaderInItsFrame) {
  std::vector<Pattern> patterns = {cart("section", {"ORDERID"}), cart("preamble", {"Sales", "To"}),
                                   cart("wide", {"Gebühr"})};
  patterns[0].csv->frame.section = "ORDERS";
  patterns[0].csv->frame.header_prefix = "!";
  patterns[1].csv->frame.header_has = patterns[1].csv->recognise;
  patterns[2].csv->charset = "windows-1252";
  EXPECT_EQ(who("[USERS]\n!LOGIN\nann\n[ORDERS]\n!ORDERID,!DATE\n1,2\n", patterns), "section");
  EXPECT_EQ(who("\n,,\nSales,To\n1,2\n", patterns), "preamble");
  EXPECT_EQ(who("Geb\xFChr,x\n", patterns), "wide");
  EXPECT_EQ(who({"\xFF\xFEO\0R\0D\0\n\0", 10}, {cart("utf-16", {"ORD"})}), "utf-16");
}

TEST_F(RecognitionTest, PassesOverPatternsThatCannotBeTold) {
  std::vector<Pattern> patterns = {cart("nameless", {}), cart("headerless", {"Order"})};
  patterns[1].csv->frame.columns = {"Order", "Total"};
  EXPECT_EQ(who("Order,Total\n", patterns), "?");
}

/// Against the rule said plainly, over random headers and patterns.
TEST_F(RecognitionTest, MeansThePatternWhoseColumnsContainTheOthers) {
  using Set = std::set<std::string>;
  std::mt19937 random(7);
  const auto some = [&](unsigned one_in) {
    Names names;
    for (const char* name : {"A", "B", "C", "D", "E"}) {
      if (random() % one_in == 0) names.emplace_back(name);
    }
    return names;
  };
  const auto contains = [](const Set& all, const Names& part) {
    return std::all_of(part.begin(), part.end(),
                       [&](const std::string& name) { return all.contains(name); });
  };
  int recognised = 0;
  for (unsigned round = 0; round < 500; ++round) {
    Names header = some(1 + round % 2);
    header.emplace_back("F");
    std::shuffle(header.begin(), header.end(), random);
    std::vector<Pattern> patterns;
    for (const char* name : {"p", "q", "r"}) patterns.push_back(cart(name, some(2), some(8)));
    std::string text = fmt::format("{}\n", fmt::join(header, ","));

    const Set there(header.begin(), header.end());
    Names fitting;
    for (const Pattern& pattern : patterns) {
      const Names& without = pattern.csv->recognise_without;
      const bool barred = std::any_of(without.begin(), without.end(), [&](const std::string& name) {
        return there.contains(name);
      });
      if (pattern.csv->recognise.empty() || barred) continue;
      if (contains(there, pattern.csv->recognise)) fitting.push_back(pattern.name);
    }
    std::string expected;
    for (const Pattern& one : patterns) {
      const Names& mine = one.csv->recognise;
      const auto beats_it = [&](const Pattern& other) {
        const Names& theirs = other.csv->recognise;
        return std::count(fitting.begin(), fitting.end(), other.name) > 0 &&
               theirs.size() > mine.size() && contains(Set(theirs.begin(), theirs.end()), mine);
      };
      if (std::count(fitting.begin(), fitting.end(), one.name) == 0) continue;
      if (std::none_of(patterns.begin(), patterns.end(), beats_it)) {
        expected += (expected.empty() ? "" : "|") + one.name;
      }
    }
    EXPECT_EQ(who(text, patterns), expected.empty() ? "?" : expected) << text;
    recognised += expected.size() == 1 ? 1 : 0;
  }
  EXPECT_GT(recognised, 100);
}

TEST_F(RecognitionTest, TellsCompanions) {
  std::vector<Pattern> patterns = {cart("orders", {"orderid"}), cart("other", {"Order"})};
  patterns[0].companions = {companion("details", {"orderid", "productcode"}),
                            companion("customers", {"customerid", "email"})};
  EXPECT_EQ(who("orderid,customerid\n", patterns), "orders");
  EXPECT_EQ(who("orderid,productcode\n", patterns), "orders:details");
  EXPECT_EQ(who("customerid,email\n", patterns), "orders:customers");
}

TEST_F(RecognitionTest, PrefersAPatternsOwnFileToACompanion) {
  std::vector<Pattern> patterns = {cart("orders", {"orderid"}),
                                   cart("customers", {"customerid", "email"})};
  patterns[0].companions = {companion("people", {"customerid", "email"})};
  EXPECT_EQ(who("customerid,email\n", patterns), "customers");
  EXPECT_EQ(who("customerid,email\n", {patterns[0]}), "orders:people");
  patterns[1] = cart("orders-too", {"Order"});
  patterns[1].companions = patterns[0].companions;
  EXPECT_EQ(who("customerid,email\n", patterns), "orders:people|orders-too:people");
}

/// A file with sections holds the orders and their items at once.
TEST_F(RecognitionTest, ReadsOtherSectionsWithTheirOwnFile) {
  std::vector<Pattern> patterns = {cart("sections", {"ORDERID"})};
  patterns[0].companions = {companion("items", {"ORDERID", "PRODUCTID"})};
  EXPECT_EQ(who("ORDERID,PRODUCTID\n", patterns), "sections:items");
  patterns[0].companions[0].form.frame.section = "ORDER_ITEMS";
  EXPECT_EQ(who("ORDERID,PRODUCTID\n", patterns), "sections");
}

TEST_F(RecognitionTest, TellsALogByNineLinesInTen) {
  const std::vector<Pattern> patterns = {log("ab", "a+ b+"), log("x", "x .*")};
  const auto lines = [](int good, int bad) {
    std::string text;
    for (int i = 0; i < good; ++i) text += "aa bb\r\n";
    for (int i = 0; i < bad; ++i) text += "junk\n";
    return text;
  };
  EXPECT_EQ(who(lines(1, 0), patterns), "ab");
  EXPECT_EQ(who(lines(9, 0), patterns), "ab");
  EXPECT_EQ(who(lines(8, 1), patterns), "?");
  EXPECT_EQ(who(lines(18, 2), patterns), "ab");
  EXPECT_EQ(who(lines(90, 1000), patterns), "ab");
  EXPECT_EQ(who(lines(89, 1000), patterns), "?");
  EXPECT_EQ(who("aa bb", patterns), "ab");
  EXPECT_EQ(who("aa bb\naa", patterns), "ab") << "a line that is still being written";
  EXPECT_EQ(who("\n\naa bb\n\n", patterns), "ab") << "an empty line is nothing";
  EXPECT_EQ(who("\n\n", patterns), "?");
  EXPECT_EQ(who("a bb\n", {log("ab", "a+ b+"), log("ac", "a+ .*")}), "ab|ac");
  EXPECT_EQ(who("aa bb\n", {log("ab", "a+ b+"), cart("column", {"aa bb"})}), "column");
}

TEST_F(RecognitionTest, SaysWhatALogComesNearestTo) {
  const std::vector<Pattern> patterns = {log("ab", "a+ b+"), log("abc", "a+ b+(?: c)?"),
                                         log("x", "x .*")};
  const std::string own =
      "the server's own format into the source, as log_format = '...' (nginx) or LogFormat = '...' "
      "(Apache), or write a pattern: patterns/README.md says how";
  EXPECT_EQ(
      complaint("aa bb\naa bb c\naa\n", patterns),
      "a.csv: no pattern recognises this file, which looks like a log. The nearest is abc, which "
      "reads 2 of its first 3 lines; of line 3: this line is not written as the pattern says, "
      "from its column 3 on: ` ` does not match there. If it is that all the same, say so in "
      "the source, as in `pattern = \"abc\"`, and look at the rest with `ordertail explain "
      "--pattern abc`; if not, paste " +
          own);
  for (const char* line :
       {"1 GET /x HTTP/1.1", "[18/Sep/2025:23:18:28 -0400] x", "{\"a\":1}\n{\"a\":2}"}) {
    EXPECT_EQ(
        complaint(std::string(line) + "\n", patterns),
        "a.csv: no pattern recognises this file, which looks like a log, nor does any read one "
        "of its first lines; `ordertail explain --pattern NAME` says where they depart from it. "
        "Paste " +
            own);
  }
  EXPECT_FALSE(of("Order;Total\n1;2\n", patterns).log);
}

TEST_F(RecognitionTest, LooksAtTheBeginningOnly) {
  const std::string line = "aa " + std::string(1000, 'b') + "\n";
  std::string text;
  while (text.size() < kRecognisedBytes) text += line;
  EXPECT_EQ(who(text + "junk\n", {log("ab", "a+ b+")}), "ab");
  const std::string header = "\"" + std::string(kRecognisedBytes, 'x') + "\",Order\n";
  EXPECT_EQ(who(header, {cart("mine", {"Order"})}), "?");
}

TEST_F(RecognitionTest, SaysThatAFileIsEmpty) {
  EXPECT_TRUE(of("", {cart("mine", {"Order"}), log("any", ".*")}).empty);
  EXPECT_FALSE(of("\n", {cart("mine", {"Order"})}).empty);
}

TEST_F(RecognitionTest, PutsTheNearestFirst) {
  const std::vector<Pattern> patterns = {
      cart("none", {"Y", "Z"}), cart("half", {"A", "Z"}), cart("most", {"A", "B", "C", "Z"}),
      cart("barred", {"A", "B"}, {"X", "D"}), cart("but-one", {"A", "B", "C", "D"}, {"X", "W"})};
  const Recognition found = of("A,B,C,D,X\n", patterns);
  Names order;
  for (const Candidate& candidate : found.candidates) order.push_back(candidate.pattern->name);
  EXPECT_THAT(order, ElementsAre("but-one", "most", "half", "barred"));
  EXPECT_THAT(found.candidates[0].lacks, IsEmpty());
  EXPECT_THAT(found.candidates[0].has, ElementsAre("X"));
  EXPECT_THAT(found.candidates[1].lacks, ElementsAre("Z"));
  EXPECT_EQ(found.pattern, nullptr);
}

TEST_F(RecognitionTest, SaysWhatAnUnknownFileLacks) {
  std::vector<Pattern> patterns = {
      cart("far", {"Order", "1", "2", "3"}), cart("near", {"Order", "Total", "E-mail"}, {"Weight"}),
      cart("orders", {"Number"}), cart("third", {"Order", "a"}), cart("off", {"Order", "a", "b"})};
  patterns[2].companions = {companion("customers", {"Order", "Person"})};
  EXPECT_EQ(
      complaint("Order,Total,Weight\n", patterns),
      "a.csv: no pattern recognises this file. The nearest: near, but the file lacks "
      "\"E-mail\" and has \"Weight\"; the companion \"customers\" of orders, but the file lacks "
      "\"Person\"; third, but the file lacks \"a\". If it is one of them, export it "
      "again with these columns, in English, or say so in the source, as in `pattern = \"near\"`, "
      "to hear which it cannot do without; else write one: patterns/README.md says how");
  EXPECT_EQ(complaint("Order\n", {patterns[0]}),
            "a.csv: no pattern recognises this file, nor comes near to it; the nearest: far, but "
            "the file lacks \"1\", \"2\" and \"3\". If its columns have names in another "
            "language, export it in English; else write a pattern: patterns/README.md says how");
}

TEST_F(RecognitionTest, SaysThatNothingIsNear) {
  EXPECT_EQ(complaint("what is this?\n", {cart("mine", {"Order"}), log("ab", "a+ b+")}),
            "a.csv: no pattern recognises this file, nor has any a column in common with it. Name "
            "its pattern in the source, as in `pattern = \"shopify-orders\"` (`ordertail patterns` "
            "lists them; a file without a header line is never recognised), or write one: "
            "patterns/README.md says how");
}

TEST_F(RecognitionTest, SuggestsPatternsWithoutAHeaderByTheirWidth) {
  std::vector<Pattern> patterns = {cart("mine", {"Order"}), cart("list", {}), cart("tabs", {})};
  patterns[1].csv->frame.columns = {"Id", "Day", "E-mail"};
  patterns[2].csv->frame.columns = {"Id", "Day"};
  patterns[2].csv->frame.dialect.delimiter = '\t';
  EXPECT_EQ(
      complaint("7,2025-01-02,ann@example.com\n", patterns),
      "a.csv: no pattern recognises this file by a header. It may have none: its rows have as "
      "many columns as list reads. If that is right, say so in the source, as in `pattern = "
      "\"list\"`");
}

/// What init and explain read as all of them; a source without a pattern does, too.
TEST_F(RecognitionTest, TellsAFileThatSeveralPatternsShareBySections) {
  std::vector<Pattern> patterns = {cart("orders", {"Id"}), cart("users", {"Login"})};
  const std::string text = "[ORDERS]\nId,Day\n1,2\n[USERS]\nLogin,Day\nann,2\n";
  for (std::size_t i = 0; i < 2; ++i) patterns[i].csv->frame.section = i == 0 ? "ORDERS" : "USERS";
  EXPECT_TRUE(is_shared(of(text, patterns)));
  patterns[1] = cart("orders-too", {"Id"});
  patterns[1].csv->frame.section = "ORDERS";
  EXPECT_FALSE(is_shared(of(text, patterns)));
}

TEST_F(RecognitionTest, NamesAllThatAFileMayBe) {
  std::vector<Pattern> patterns = {cart("mine", {"A", "B"}), cart("yours", {"B", "C"}),
                                   cart("less", {"A"}), cart("ours", {"C", "A"})};
  EXPECT_EQ(complaint("A,B,C\n", patterns),
            "a.csv: several patterns recognise this file: mine, yours and ours. Say in the source "
            "which of them is meant, as in `pattern = \"mine\"`");
  for (Pattern& pattern : patterns) pattern.companions = {companion("rows", {"P"})};
  EXPECT_EQ(complaint("P\n", {patterns[0], patterns[1]}),
            "a.csv: several patterns recognise this file: the companion \"rows\" of mine "
            "and the companion \"rows\" of yours. Say in the source which of them is meant, as in "
            "`pattern = "
            "\"mine\"`");
}

/// The samples of a cart's pattern are recognised as that and no other, its companions too; those
/// of a log's, whose lines many a server writes, at least never as another alone.
TEST_F(RecognitionTest, KnowsTheBuiltInPatternsApart) {
  std::vector<Pattern> patterns;
  for (const BuiltinPattern& builtin : builtin_patterns()) {
    patterns.push_back(parse_pattern(std::string(builtin.text), std::string(builtin.file)));
  }
  int carts = 0;
  int logs = 0;
  for (const Pattern& pattern : patterns) {
    for (const PatternSample& sample : parse_samples(pattern.text, pattern.name)) {
      const SampleFile input(sample.input, sample.pattern.csv ? sample.pattern.csv->charset : "");
      const std::string found = who(SourceFile{input.path(), "sample"}, patterns);
      if (pattern.line) {
        ++logs;
        EXPECT_TRUE(found == "?" || found == pattern.name || found.find('|') != found.npos)
            << pattern.name << " is read as " << found;
      } else if (!pattern.csv->recognise.empty() && pattern.csv->frame.columns.empty()) {
        ++carts;
        // A file of several sections is one of as many patterns: the source has to say which.
        const bool is_shared = !pattern.csv->frame.section.empty() &&
                               ("|" + found + "|").find("|" + pattern.name + "|") != found.npos;
        EXPECT_TRUE(found == pattern.name || is_shared) << pattern.name << " is read as " << found;
      }
      for (const auto& [name, text] : sample.companions) {
        const CompanionSpec& spec = companion_of(sample.pattern, name);
        if (!spec.form.frame.section.empty() || spec.form.recognise.empty()) continue;
        const SampleFile file(text, spec.form.charset);
        // It may be another pattern's companion too, or a pattern's own file.
        EXPECT_EQ(who(SourceFile{file.path(), "sample"}, {pattern}), pattern.name + ":" + name);
      }
    }
  }
  EXPECT_GE(carts, 2);
  EXPECT_GE(logs, 2);
}

}  // namespace
}  // namespace ordertail

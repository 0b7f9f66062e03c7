#include "event/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "event/catalogue.h"
#include "event/recognition.h"
#include "event/sample_check.h"
#include "expect_error.h"
#include "temporary_directory.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr std::string_view kHead = "name = \"p\"\ndescribes = \"d\"\nverified = \"v\"\n";
constexpr std::string_view kSample = "[[sample]]\ninput = \"\"\n";

std::string refusal(const std::string& toml) {
  return error_of(ExitCode::usage, [&] { (void)parse_pattern(toml, "p.toml"); });
}
/// Of a pattern with a good head and a good sample around `body`, which begins in line 4.
std::string refusal_of_body(const std::string& body) {
  return refusal(std::string(kHead) + body + std::string(kSample));
}
std::string refusal_of_sample(const std::string& sample) {
  return error_of(ExitCode::usage, [&] {
    (void)parse_samples(std::string(kHead) + "[csv]\n[[sample]]\n" + sample, "p.toml");
  });
}

TEST(ParsePattern, ReadsEveryKey) {
  const Pattern pattern = parse_pattern(std::string(kHead) + R"(
numbers = "1.234,56"
[csv]
delimiter = ";"
recognise = ["Name", "Email"]
layout = "repeated-key"
order_key = "Name"
apostrophe_guard = true
[fields]
ip = "IP"
[purchase]
email = ["Email", "Contact"]
name = "Buyer"
skus = "SKU"
total_revenue = { column = "Gross", minus = ["Tax"] }
occurred_at = { column = ["Date", "Time"], format = "%x %T", zone_column = "Zone", zones = { PST = "-08:00" }, zone = "UTC" }
[purchase.when]
Status = ["paid"]
"Cancelled at" = ""
Gross = { above = "0" }
[purchase.extra]
zeta = "Z"
alpha = "A"
)" + std::string(kSample),
                                        "p.toml");
  EXPECT_EQ(pattern.name, "p");
  EXPECT_EQ(pattern.numbers, NumberStyle::point_comma);
  ASSERT_TRUE(pattern.csv);
  EXPECT_FALSE(pattern.line);
  EXPECT_EQ(pattern.csv->frame.dialect.delimiter, ';');
  EXPECT_THAT(pattern.csv->recognise, ElementsAre("Name", "Email"));
  EXPECT_EQ(pattern.csv->order_key, "Name");
  EXPECT_TRUE(pattern.csv->apostrophe_guard);
  EXPECT_FALSE(pattern.mapping(Kind::registration).wanted);
  const MappingSpec& purchase = pattern.mapping(Kind::purchase);
  EXPECT_TRUE(purchase.wanted);
  EXPECT_THAT(purchase.text[12], ElementsAre("IP"));
  EXPECT_THAT(purchase.text[1], ElementsAre("Email", "Contact"));
  EXPECT_THAT(purchase.name, ElementsAre("Buyer"));
  EXPECT_THAT(purchase.skus.columns, ElementsAre("SKU"));
  ASSERT_EQ(purchase.total_revenue.size(), 1U);
  EXPECT_THAT(purchase.total_revenue[0].columns, ElementsAre("Gross"));
  EXPECT_THAT(purchase.total_revenue[0].minus, ElementsAre("Tax"));
  ASSERT_EQ(purchase.occurred_at.size(), 1U);
  EXPECT_THAT(purchase.occurred_at[0].columns, ElementsAre("Date", "Time"));
  EXPECT_THAT(purchase.occurred_at[0].zones, ElementsAre(Pair("PST", "-08:00")));
  EXPECT_EQ(purchase.occurred_at[0].zone, "UTC");
  ASSERT_EQ(purchase.when.size(), 3U);  // in the pattern's order
  EXPECT_EQ(purchase.when[0].column, "Status");
  EXPECT_EQ(purchase.when[1].column, "Cancelled at");
  EXPECT_TRUE(purchase.when[2].positive);
  EXPECT_THAT(purchase.extra,
              ElementsAre(Pair("zeta", ElementsAre("Z")), Pair("alpha", ElementsAre("A"))));
}

TEST(ParsePattern, RefusesUnknownKeys) {
  EXPECT_EQ(refusal_of_body("[csv]\ndelimeter = \",\"\n"),
            "p.toml:5:1: unknown key \"delimeter\" in [csv]; did you mean \"delimiter\"?");
  EXPECT_EQ(refusal_of_body("[csv]\n[purchase]\nemial = \"E\"\n"),
            "p.toml:6:1: unknown key \"emial\" in [purchase]; did you mean \"email\"?");
  EXPECT_EQ(
      refusal_of_body("[csv]\n[registration.extra]\nclosedate = \"x\"\n"),
      "p.toml:6:13: \"closedate\" means something to HubSpot and cannot be the name of an extra "
      "field");
  EXPECT_EQ(refusal_of_body("recognize = \"x\"\n[csv]\n"), "p.toml:4:1: unknown key \"recognize\"");
  EXPECT_EQ(refusal_of_body("[csv]\n[purchase.occurred_at]\ncolumn = \"D\"\nformt = \"%F\"\n"
                            "format = \"%F\"\n"),
            "p.toml:7:1: unknown key \"formt\" in [purchase.occurred_at]; did you mean "
            "\"format\"?");
}

TEST(ParsePattern, RefusesABadForm) {
  EXPECT_EQ(refusal_of_body("[csv]\nlayout = \"packed\"\n"),
            "p.toml:5:10: \"layout\" must be one of \"one-row\", \"repeated-key\", "
            "\"blank-key\"");
  EXPECT_EQ(refusal_of_body("[csv]\nlayout = \"repeated-key\"\n"),
            "p.toml:5:10: the layouts \"repeated-key\" and \"blank-key\" and the key "
            "\"order_key\" go together");
  EXPECT_EQ(refusal_of_body("[csv]\norder_key = \"Name\"\n"),
            "p.toml:4:1: the layouts \"repeated-key\" and \"blank-key\" and the key "
            "\"order_key\" go together");
  for (const char* delimiter : {"", ";;", "\\\"", "\\n", "\\r"}) {
    EXPECT_EQ(refusal_of_body("[csv]\ndelimiter = \"" + std::string(delimiter) + "\"\n"),
              "p.toml:5:13: the delimiter must be one byte, no quote and no line end");
  }
  EXPECT_EQ(refusal_of_body(""),
            "p.toml:1:1: a pattern has either a table [csv] or a table [line]");
  EXPECT_EQ(refusal_of_body("[csv]\n[line]\nregex = \"x\"\n"),
            "p.toml:1:1: a pattern has either a table [csv] or a table [line]");
  EXPECT_EQ(refusal_of_body("[line]\n"), "p.toml:4:1: [line] lacks the key \"regex\"");
}

TEST(ParsePattern, RefusesAnExpressionThatIsNone) {
  const std::string message = refusal_of_body("[line]\nregex = '(?P<ip>x'\n");
  EXPECT_EQ(message.rfind("p.toml:5:9: ", 0), 0U) << message;
  EXPECT_NE(message.find("missing )"), message.npos) << message;
  EXPECT_EQ(refusal_of_body("[line]\nregex = '(?P<ip>x)'\nrequest = \"reqest\"\n"),
            "p.toml:6:11: the expression has no group \"reqest\"");
  EXPECT_EQ(refusal_of_body("[line]\nregex = '(?P<ip>x)'\nstatus = \"code\"\n"),
            "p.toml:6:10: the expression has no group \"code\"");
}

TEST(ParsePattern, RefusesWhatIsMissing) {
  EXPECT_EQ(refusal("describes = \"d\""), "p.toml:1:1: the file lacks the key \"name\"");
  EXPECT_EQ(refusal("name = \"p\""), "p.toml:1:1: the file lacks the key \"describes\"");
  EXPECT_EQ(refusal("name = \"p\"\ndescribes = \"d\""),
            "p.toml:1:1: the file lacks the key \"verified\"");
  EXPECT_EQ(refusal(std::string(kHead) + "[csv]\n"),
            "p.toml:1:1: a pattern needs at least one [[sample]]");
}

TEST(ParsePattern, RefusesBadValues) {
  EXPECT_EQ(refusal_of_body("numbers = \"1.2\"\n[csv]\n"),
            "p.toml:4:11: \"numbers\" must be one of \"1234.56\", \"1,234.56\", \"1.234,56\", "
            "\"1 234,56\", \"1234,56\"");
  EXPECT_EQ(refusal_of_body("[csv]\n[purchase]\ntotal_revenue = { minus = \"T\" }\n"),
            "p.toml:6:17: an amount needs the key \"column\"");
  EXPECT_EQ(refusal_of_body("[csv]\n[purchase]\noccurred_at = { format = \"%F\" }\n"),
            "p.toml:6:15: a time needs the key \"column\"");
  EXPECT_EQ(refusal_of_body("[csv]\n[purchase]\noccurred_at = { column = \"D\" }\n"),
            "p.toml:6:15: [purchase.occurred_at] lacks the key \"format\"");
  EXPECT_EQ(refusal_of_body("[csv]\n[purchase]\nwhen = { G = { above = \"1\" } }\n"),
            "p.toml:6:24: \"above\" can only be \"0\"");
}

TEST(ParsePattern, RefusesATimeThatCannotBeRead) {
  const auto time = [](const std::string& rest) {
    return refusal_of_body("[csv]\n[purchase.occurred_at]\ncolumn = \"D\"\nformat = " + rest);
  };
  EXPECT_EQ(time("\"%Q\"\n"), "p.toml:7:10: the time format \"%Q\" has an unknown directive %Q");
  EXPECT_EQ(time("\"%F\"\nzone = \"Mars/Base\"\n"),
            "p.toml:8:8: there is no time zone \"Mars/Base\"; write one such as "
            "\"America/New_York\"");
  EXPECT_EQ(time("\"%F\"\nzone_column = \"Z\"\nzones = { XYZ = \"nowhere\" }\n"),
            "p.toml:9:17: there is no time zone \"nowhere\"; write one such as "
            "\"America/New_York\"");
}

TEST(ParseSamples, RefusesBadSettings) {
  EXPECT_EQ(refusal_of_sample("rejects = []\n"), "p.toml:5:1: [sample] lacks the key \"input\"");
  EXPECT_EQ(refusal_of_sample("input = \"\"\ntime_zone = \"Mars/Base\"\n"),
            "p.toml:7:13: there is no time zone \"Mars/Base\"; write one such as "
            "\"America/New_York\"");
  EXPECT_EQ(refusal_of_sample("input = \"\"\ndate_order = \"myd\"\n"),
            "p.toml:7:14: \"date_order\" must be \"mdy\", \"dmy\" or \"ymd\"");
  EXPECT_EQ(refusal_of_sample("input = \"\"\nevent = []\n"),
            "p.toml:7:1: unknown key \"event\" in [sample]; did you mean \"events\"?");
}

TEST(ApplySourceSettings, LaysTheSourcesWordOverThePatterns) {
  Pattern pattern = parse_pattern(std::string(kHead) + R"(
[csv]
[fields]
ip = "IP"
[purchase]
order_number = "Order"
email = "Email"
[purchase.extra]
campaign = "Campaign"
colour = "Colour"
)" + std::string(kSample),
                                  "p.toml");
  TomlTable settings = TomlTable::parse(R"(
time_zone = "Europe/Berlin"
date_order = "dmy"
numbers = "1.234,56"
[purchase]
email = "Contact"
[purchase.extra]
colour = "Farbe"
size = "Size"
[registration]
email = "Contact"
)",
                                        "job.toml");
  apply_source_settings(settings, pattern);
  settings.finish();
  EXPECT_EQ(pattern.settings.time_zone, "Europe/Berlin");
  EXPECT_EQ(pattern.settings.date_order, DateOrder::dmy);
  EXPECT_EQ(pattern.numbers, NumberStyle::point_comma);
  const MappingSpec& purchase = pattern.mapping(Kind::purchase);
  EXPECT_THAT(purchase.text[0], ElementsAre("Order"));
  EXPECT_THAT(purchase.text[1], ElementsAre("Contact"));
  EXPECT_THAT(purchase.extra,
              ElementsAre(Pair("campaign", ElementsAre("Campaign")),
                          Pair("colour", ElementsAre("Farbe")), Pair("size", ElementsAre("Size"))));
  const MappingSpec& registration = pattern.mapping(Kind::registration);
  EXPECT_TRUE(registration.wanted);
  EXPECT_THAT(registration.text[12], ElementsAre("IP"));
}

TEST(CheckSamples, EveryBuiltInPatternReadsItsSamplesAsItSays) {
  EXPECT_GE(builtin_patterns().size(), 4U);
  for (const BuiltinPattern& builtin : builtin_patterns()) {
    const SampleCheck check =
        check_samples({"", std::string(builtin.file), std::string(builtin.text)});
    EXPECT_GT(check.samples, 0U) << builtin.file;
    EXPECT_THAT(check.complaints, ElementsAre()) << builtin.file;
  }
}

TEST(CheckSamples, EveryLogIsRecognisedByItsSample) {
  std::vector<Pattern> patterns;
  for (const BuiltinPattern& builtin : builtin_patterns()) {
    patterns.push_back(parse_pattern(std::string(builtin.text), std::string(builtin.file)));
  }
  TemporaryDirectory directory;
  for (const Pattern& pattern : patterns) {
    if (!pattern.line) continue;
    // Its good lines, many times: a log is recognised by nine in ten.
    const std::string input = parse_samples(pattern.text, pattern.name).front().input;
    const std::size_t second = input.find('\n', input.find("\n2025-09-19") + 1);
    const std::string text = input.starts_with('#') ? input.substr(0, second + 1)
                                                    : input.substr(0, input.find('\n') + 1);
    const auto path = directory.write(pattern.name, text);
    const Recognition found = recognise({path, pattern.name}, patterns);
    std::vector<std::string> names;
    for (const Candidate& each : found.candidates) names.push_back(each.pattern->name);
    // nginx's combined format is Apache's; and a name of a virtual host may be one of a client.
    const std::map<std::string, std::string> twins{
        {"nginx-combined", "apache-combined"},
        {"apache-combined", "nginx-combined"},
        {"nginx-combined-utk", "apache-combined-utk"},
        {"apache-combined-utk", "nginx-combined-utk"},
        {"apache-vhost-combined", "apache-combined"},
    };
    const auto found_twin = twins.find(pattern.name);
    const std::string twin = found_twin == twins.end() ? pattern.name : found_twin->second;
    EXPECT_THAT(names, testing::AnyOf(testing::UnorderedElementsAre(pattern.name),
                                      testing::UnorderedElementsAre(pattern.name, twin)));
  }
}

TEST(CheckSamples, SaysWhereASampleIsNotWhatCameOut) {
  const std::string pattern = std::string(kHead) + R"(
[csv]
[purchase]
order_number = "Order"
email = "Email"
skus = "SKU"
occurred_at = { column = "Date", format = "%F", zone = "UTC" }
[purchase.extra]
size = "Size"
[[sample]]
input = '''
Order,Email,Date,SKU,Size
7,ann@example.com,2025-01-02,A-1,XL
8,,2025-01-02,,
'''
)";
  const auto complaints = [&](const std::string& expected) {
    return check_samples({"p", "p.toml", pattern + expected}).complaints;
  };
  const std::string good =
      "rejects = [\"missing_email\"]\n[[sample.events]]\n"
      "order_number = \"7\"\nskus = \"A-1\"\nsize = \"XL\"\nphone = \"\"\n";
  EXPECT_THAT(complaints(good), ElementsAre());
  EXPECT_THAT(complaints(good + "email = \"bob@example.com\"\n"),
              ElementsAre("p.toml: sample 1, event 1: email is \"ann@example.com\", expected "
                          "\"bob@example.com\""));
  EXPECT_THAT(complaints("rejects = [\"bad_email\"]\n"),
              ElementsAre("p.toml: sample 1: 0 events were expected, 1 came out",
                          "p.toml: sample 1: the rejects are [missing_email], expected "
                          "[bad_email]"));
}

}  // namespace
}  // namespace ordertail

#include "event/time_field.h"

#include <date/date.h>
#include <gtest/gtest.h>

#include "expect_error.h"

namespace ordertail {
namespace {

Pattern pattern_in(const std::string& zone, std::optional<DateOrder> order) {
  Pattern pattern;
  pattern.name = "p";
  pattern.settings.time_zone = zone;
  pattern.settings.date_order = order;
  return pattern;
}

TimeSpec spec_of(const std::string& format) {
  TimeSpec spec;
  spec.columns = {"Date"};
  spec.formats = {format};
  return spec;
}

/// "2025-12-31 05:00:00", or "reason: message".
std::string read(TimeField& field, const Pattern& pattern,
                 std::initializer_list<std::string_view> cells) {
  Row row(pattern);
  row.begin({cells.begin(), cells.size()});
  const auto time = field.read(row);
  if (const auto* instant = std::get_if<Instant>(&time)) return date::format("%F %T", *instant);
  const auto& fault = std::get<TimeField::Fault>(time);
  return fault.reason + ": " + fault.message;
}

std::string read(const std::string& format, std::string_view cell, std::optional<DateOrder> order,
                 const std::string& zone = "America/New_York") {
  const Pattern pattern = pattern_in(zone, order);
  Selection selection({"Date"});
  TimeField field(spec_of(format), pattern, selection);
  return read(field, pattern, {cell});
}

TEST(TimeField, ReadsATimeInItsZone) {
  EXPECT_EQ(read("%x", "12/31/2025", DateOrder::mdy), "2025-12-31 05:00:00");
  EXPECT_EQ(read("%F %T %z", "2025-12-31 05:00:00 GMT", std::nullopt), "2025-12-31 05:00:00");
}

TEST(TimeField, NeedsNoZoneForSecondsSince1970) {
  EXPECT_EQ(read("%s", "1184094387.5", std::nullopt, ""), "2007-07-10 19:06:27");
  EXPECT_EQ(error_of(ExitCode::usage, [] { read("%F", "2025-12-31", std::nullopt, ""); }),
            "the times that pattern p reads carry no time zone; add to the [[source]] the one they "
            "are written in, such as\n"
            "  time_zone = \"America/New_York\"");
}

TEST(TimeField, ReadsTheSameTextAgainAsTheFirstTime) {
  const Pattern pattern = pattern_in("America/New_York", std::nullopt);
  TimeSpec spec = spec_of("%F %T");
  spec.zone_columns = {"Zone"};
  Selection selection({"Date", "Zone"});
  TimeField field(spec, pattern, selection);
  const std::string bad = "bad_date: Date: \"soon\" is no time of the form YYYY-MM-DD HH:MM:SS";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(read(field, pattern, {"2025-12-31 05:00:00", ""}), "2025-12-31 10:00:00");
    EXPECT_EQ(read(field, pattern, {"2025-12-31 05:00:00", "UTC"}), "2025-12-31 05:00:00");
    EXPECT_EQ(read(field, pattern, {"soon", "UTC"}), bad);
    EXPECT_EQ(read(field, pattern, {"soon", ""}), bad);
    EXPECT_EQ(read(field, pattern, {"2025-12-31 05:00:01", ""}), "2025-12-31 10:00:01");
  }
}

TEST(TimeField, SaysWhatIsNoTime) {
  EXPECT_EQ(read("%x %T", "soon", DateOrder::mdy),
            "bad_date: Date: \"soon\" is no time of the form MM/DD/YYYY HH:MM:SS");
  EXPECT_EQ(read("%x", "13/13/2025", DateOrder::mdy),
            "bad_date: Date: \"13/13/2025\" is no time of the form MM/DD/YYYY");
  EXPECT_EQ(read("%x", "30/02/2025", DateOrder::mdy),
            "bad_date: Date: \"30/02/2025\" is no time of the form MM/DD/YYYY");
  EXPECT_EQ(read("%m/%d/%Y", "31/12/2025", DateOrder::mdy),
            "bad_date: Date: \"31/12/2025\" is no time of the form MM/DD/YYYY");
}

TEST(TimeField, TellsADateThatContradictsTheOrder) {
  EXPECT_EQ(read("%x", "31/12/2025", DateOrder::mdy),
            "date_order_contradicted: Date: \"31/12/2025\" cannot be month first (mdy), as the "
            "source's dates are read; it is a date only day first (dmy), and then others before it "
            "may have been misread. Look at the file: if all of it is day first, declare "
            "date_order = \"dmy\" in a [[source]] of its own");
  EXPECT_EQ(read("%x %T", "12.31.2025 10:00:00", DateOrder::dmy),
            "date_order_contradicted: Date: \"12.31.2025 10:00:00\" cannot be day first (dmy), as "
            "the source's dates are read; it is a date only month first (mdy), and then others "
            "before it may have been misread. Look at the file: if all of it is month first, "
            "declare date_order = \"mdy\" in a [[source]] of its own");
  EXPECT_EQ(read("%x", "2025-12-31", DateOrder::mdy).substr(0, 24), "date_order_contradicted:");
}

}  // namespace
}  // namespace ordertail

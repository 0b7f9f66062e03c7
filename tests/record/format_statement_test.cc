#include "record/format_statement.h"

#include <gmock/gmock.h>

#include <string>

#include "expect_error.h"

namespace ordertail {
namespace {

std::string nginx(std::string_view text) {
  return nginx_statement(text).text.text;
}

std::string apache(std::string_view text) {
  return apache_statement(text).text;
}

std::string nginx_error(std::string_view text) {
  return error_of(ExitCode::usage, [&] { static_cast<void>(nginx_line_format(text)); });
}

std::string apache_error(std::string_view text) {
  return error_of(ExitCode::usage, [&] { static_cast<void>(apache_line_format(text)); });
}

TEST(NginxStatement, IsReadAsNginxReadsIt) {
  for (const char* text : {
           "log_format shop '$a \"$b\"\\t$c';",
           "log_format shop '$a \"$b\"'  # the first half; of it\n   '\\t$c';  # }",
           "# what the shop logs:\n\n  log_format shop \"$a \\\"$b\\\"\\t$c\";\n",
           "log_format 'shop' escape=json $a ' \"$b\"' \\t$c\r\n;",
           "'$a \"$b\"' '\\t$c';",
           "\"$a \\\"$b\\\"\\t$c\"",
           "$a \"$b\"\\t$c",
           "$a \\\"$b\\\"\t$c\n",
       }) {
    EXPECT_EQ(nginx(text), "$a \"$b\"\t$c") << text;
  }
  EXPECT_EQ(nginx(R"("$a" \"$b\" $c)"), R"("$a" "$b" $c)") << "bare, its quotes are the line's";
  EXPECT_EQ(nginx("\"$a\" $b"), "\"$a\" $b") << "a bare text that begins with a quoted field";
  EXPECT_EQ(nginx("\"$a $b\""), "$a $b");
  EXPECT_EQ(nginx("log_format shop '\\x \\' \\\\t' \\;x;"), "\\x ' \\t\\;x");
  EXPECT_EQ(nginx_statement("log_format shop escape=none '$a';").escapes, LineEscapes::none);
}

TEST(NginxStatement, IsTheOnlyOne) {
  EXPECT_EQ(
      nginx_error("log_format shop '$status';\naccess_log /var/log/nginx/shop.log shop;"),
      "column 28: access_log /var/log/... stands behind the ; that ends the log_format; paste "
      "that statement alone");
  EXPECT_EQ(
      nginx_error("log_format shop '$status'; }"),
      "column 28: } stands behind the ; that ends the log_format; paste that statement alone");
  EXPECT_EQ(nginx_error("access_log /var/log/nginx/shop.log shop;"),
            "column 1: access_log says where a log goes; paste the log_format that it names");
  EXPECT_EQ(nginx_error("\n LogFormat \"%h %>s\" common"),
            "column 3: LogFormat is Apache's; give it to the key LogFormat");
  EXPECT_EQ(nginx_error("%h %l \\\"%r\\\" %>s"),
            "column 1: this looks like Apache's; give it to the key LogFormat");
  EXPECT_EQ(nginx_error("100% of it"),
            "column 1: this names no field; paste the text between the quotes, or the whole "
            "log_format or LogFormat");
  EXPECT_EQ(nginx_error("log_format '$a $b';"),
            "column 1: log_format has a name and then the format; here is one of them");
}

TEST(NginxStatement, HasNoLineEndInItsFormat) {
  const std::string why =
      ": the format has a line end here, and what is logged over several lines cannot be read; "
      "paste "
      "the whole statement, or the text between its quotes";
  EXPECT_EQ(nginx_error("$status\\n$host"), "column 8" + why);
  EXPECT_EQ(nginx_error("log_format x '$a '\n'$status\\r';"), "column 28" + why);
  EXPECT_EQ(nginx_error("log_format x '$a\n$status';"), "column 17" + why);
  EXPECT_EQ(nginx_error("http {\n  log_format x '$status';\n}"), "column 7" + why);
  EXPECT_EQ(apache_error("LogFormat \"%h\\n%s\""), "column 14" + why);
}

TEST(ApacheStatement, IsReadAsApacheReadsIt) {
  for (const char* text : {
           R"(LogFormat "%h \"%r\"\\x %>s" shop)",
           "LOGFORMAT \"%h \\\n\\\"%r\\\"\\\\x\\\r\n %>s\" \\\n  shop\n",
           "# CustomLog is below\n\n  logformat '%h \"%r\"\\\\x %>s'\n# end\n",
           R"("%h \"%r\"\\x %>s")",
           R"(%h \"%r\"\\x %>s)",
           "%h \"%r\"\\x %>s\n",
       }) {
    EXPECT_EQ(apache(text), "%h \"%r\"\\x %>s") << text;
  }
  EXPECT_EQ(apache("\"%r\" %>s"), "\"%r\" %>s");
  EXPECT_EQ(apache("\"%h %>s\" shop"), "%h %>s");
  EXPECT_EQ(apache("\n  %h"), "  %h");
  EXPECT_EQ(apache("LogFormat %h%%\\\\x shop"), "%h%%\\x");
}

TEST(ApacheStatement, IsTheOnlyOne) {
  EXPECT_EQ(
      apache_error("LogFormat \"%h %>s\" shop\nCustomLog logs/shop.log shop"),
      "column 25: CustomLog logs/shop.... stands behind the line of the LogFormat; paste that "
      "line alone");
  EXPECT_EQ(apache_error("LogFormat \"%h %>s\" shop more"),
            "column 25: LogFormat takes a format and its name; is the format in quotes?");
  EXPECT_EQ(apache_error("LogFormat %h %>s shop"),
            "column 18: LogFormat takes a format and its name; is the format in quotes?");
  EXPECT_EQ(apache_error("customlog logs/shop.log \"%h\""),
            "column 1: CustomLog says where a log goes; paste the LogFormat that it names");
  EXPECT_EQ(apache_error("log_format shop '$status';"),
            "column 1: log_format is nginx's; give it to the key log_format");
  EXPECT_EQ(apache_error("\"$request\" $status"),
            "column 2: this looks like nginx's; give it to the key log_format");
  EXPECT_EQ(apache_error("LogFormat \"%h\n%s\" shop"),
            "column 11: this quote is never closed; paste the whole statement");
  EXPECT_EQ(apache_error("LogFormat"), "column 1: there is no format behind LogFormat");
}

}  // namespace
}  // namespace ordertail

#include "app/job_draft.h"

#include <fmt/format.h>

#include "app/source_facts.h"
#include "base/text.h"

namespace ordertail {
namespace {

constexpr const char* kBeginning =
    R"(# Written by `ordertail init`. Look for "check this": the files cannot tell it. Then
#   ordertail check job.toml                what is still wrong
#   ordertail import job.toml --dry-run     what would be sent
#   ordertail import job.toml --rehearse    the same, seen in a stand-in HubSpot

[account]
shop      = "main"              # namespace of event ids: one per shop, not per source
time_zone = {}  # check this: the calendar in which a purchase closes, HubSpot's
store     = "state/main.db"     # the checkpoint file; relative to this file

[hubspot]
portal_id = 62515               # check this: yours
# credential = {{ file = "/etc/ordertail/token" }}   # optional with the Leads API

# check this: the URLs are those of `hubspot-sandbox`, a stand-in on this machine. Put in the API
# POST URLs from HubSpot's settings. The two FormNames must differ.
[hubspot.registration]          # integration point 1: a lead
sink = "leads"
url  = "http://127.0.0.1:8480/?app=leaddirector&FormName=new_registration"

[hubspot.purchase]              # integration point 2: a customer, with its close date
sink = "leads"
url  = "http://127.0.0.1:8480/?app=leaddirector&FormName=purchase_complete"
)";

constexpr std::string_view kRequests =
    R"([source.registration]           # check this: the page that follows a registration
path  = "/account/created"
email = "query:email"           # ?email=... of the request
[source.purchase]               # check this: the page that follows a purchase
path         = "/checkout/success"
order_number = "query:order"
email        = "query:email"
)";

/// A TOML string.
std::string toml_text(std::string_view text) {
  std::string toml = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      toml += '\\';
      toml += c;
    } else if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') {
      toml += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      toml += c;
    }
  }
  return toml + '"';
}

/// The text as comments, line by line.
std::string comment(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += fmt::format("# {}\n", printable(text.substr(0, end), 1000));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string files_line(const std::vector<std::string>& globs) {
  if (globs.size() == 1) return fmt::format("files   = [{}]\n", toml_text(globs.front()));
  std::string text = "files   = [\n";
  for (const std::string& glob : globs) text += fmt::format("  {},\n", toml_text(glob));
  return text + "]\n";
}

/// A glob that is right today may mean nothing of what is written tomorrow.
std::string single_lines(const std::vector<std::string>& globs) {
  std::string lines;
  for (const std::string& glob : globs) {
    lines += comment(
        fmt::format("check this: {} means one file. If the digits in its name change, later files "
                    "are not read: write * in their place",
                    toml_text(glob)));
  }
  return lines;
}

std::string zone_lines(ZoneNeed need, const std::string& time_zone) {
  const std::string line = fmt::format("time_zone = {}", toml_text(time_zone));
  switch (need) {
    case ZoneNeed::all:
      return line + "   # check this: where the times in these files are local; they do not say\n";
    case ZoneNeed::some:
      return "# " + line + "   # for rows that do not name their zone, if there are any\n";
    case ZoneNeed::none:
      return {};
  }
  return {};
}

std::string comments(const std::vector<std::string>& texts) {
  std::string lines;
  for (const std::string& text : texts) lines += comment(text);
  return lines;
}

constexpr std::string_view kToBeSaid =
    "# check this: these files are refused until the source says it.\n";

std::string date_lines(const ColumnFacts<DateOrder>& dates) {
  if (dates.proved) {
    return fmt::format("# Dates are read {}, which is proved:\n{}", in_words(*dates.proved),
                       comments(dates.evidence));
  }
  return dates.doubts.empty() ? "" : std::string(kToBeSaid) + comments(dates.doubts);
}

std::string number_lines(const ColumnFacts<NumberStyle>& numbers, const Pattern& pattern) {
  if (!numbers.proved) {
    return numbers.doubts.empty() ? "" : std::string(kToBeSaid) + comments(numbers.doubts);
  }
  const std::string_view style = example(*numbers.proved);
  const std::string proof = fmt::format("# Amounts are written like {}, which is proved:\n{}",
                                        style, comments(numbers.evidence));
  return pattern.numbers_vary ? proof : proof + fmt::format("numbers = \"{}\"\n", style);
}

std::string source_of(const FileGroup& group, const std::string& time_zone) {
  const Pattern& pattern = *group.pattern;
  const SourceFacts facts = facts_of(group);
  std::string text = "\n[[source]]\n" + comment(pattern.describes);
  for (const SourceFile& file : group.companions) {
    text += comment(fmt::format("{} completes the others", printable_name(file.name)));
  }
  text += single_lines(group.singles) + files_line(group.globs);
  text += fmt::format("pattern = {}\n", toml_text(pattern.name));
  if (!group.others.empty()) {
    text +=
        comment(fmt::format("check this: it may as well be {}", fmt::join(group.others, " or ")));
  }
  if (group.delimiter) {
    text += fmt::format("delimiter = {}   # not the pattern's own\n",
                        *group.delimiter == '\t' ? "\"\\t\"" : toml_text({&*group.delimiter, 1}));
  }
  text += zone_lines(facts.zone, time_zone) + date_lines(facts.dates) +
          number_lines(facts.numbers, pattern);
  const bool wanted =
      pattern.mapping(Kind::registration).wanted || pattern.mapping(Kind::purchase).wanted;
  if (!wanted) text += kRequests;
  return text;
}

}  // namespace

std::string draft_job(const GroupedFiles& files, const std::string& time_zone) {
  std::string text = fmt::format(kBeginning, toml_text(time_zone));
  for (const FileGroup& group : files.groups) text += source_of(group, time_zone);
  if (!files.unread.empty()) text += "\n# Not read:\n";
  for (const UnreadFile& file : files.unread) text += comment(file.reason);
  return text;
}

}  // namespace ordertail

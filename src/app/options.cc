#include "app/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <sstream>
#include <string_view>

#include "app/duration.h"
#include "app/time_of_day.h"
#include "base/error.h"
#include "base/text.h"

namespace ordertail {
namespace {

namespace po = boost::program_options;

/// A command: what it takes and what it is for.
struct Command {
  std::string_view name, operands, options, summary, text;
};

constexpr std::array<Command, 12> kCommands{{
    {"init", "FILE...", "", "print a commented job file for these files or folders",
     "Recognises the files, and those in the folders named, and prints a job that reads them, to\n"
     "be looked through and kept in the current directory:\n"
     "  ordertail init exports logs > job.toml\n"
     "Files in folders are named by globs that also mean the later files of their series. What\n"
     "the files cannot tell is marked; what no pattern reads is listed, with the reason."},
    {"explain", "FILE...", "job pattern time-zone date-order numbers show-personal-data",
     "tell how files are read, and why",
     "Says of each file, and of those in the folders named, which pattern reads it and why, how\n"
     "it is written, which columns each field comes from, what its dates and amounts mean and\n"
     "what proves it, and what would become of its first records. People's data is masked."},
    {"check", "JOB", "offline probe json", "find what is wrong with a job before it runs",
     "Looks at everything that a run needs: the job file, the credential, the checkpoint file,\n"
     "the files and what their first events hold, and whether the endpoints can be reached.\n"
     "Prints a line each: ok, warn or FAIL. Nothing is stored, and without --probe no event is\n"
     "sent."},
    {"import", "JOB", "dry-run rehearse follow unmasked limit until rejects reject-rows json",
     "read what is new, then submit it: the nightly line",
     "Reads the files of the job's sources, keeps new events in the checkpoint file, and submits\n"
     "them. Run it again at any time: nothing is sent twice."},
    {"stage", "JOB", "limit rejects reject-rows json",
     "the first half: read what is new into the checkpoint file",
     "Reads the files of the job's sources and keeps new events in the checkpoint file, to be\n"
     "looked at with `status` and sent with `submit`."},
    {"submit", "JOB", "limit until json", "the second half: submit what is staged",
     "Submits the events that the checkpoint file holds."},
    {"extract", "JOB", "limit rejects", "print the events of all files as JSON lines",
     "Prints every event of the job's files, one line of JSON each, whatever has been submitted\n"
     "before. Stores and sends nothing. Rejects go to standard error as JSON lines."},
    {"status", "JOB", "json unmasked", "what the checkpoint file holds",
     "Shows what has been read, what waits, what is in doubt, and the last runs. Changes nothing."},
    {"resolve", "JOB", "list resend assume-sent drop event reason all json unmasked",
     "decide what becomes of events in doubt",
     "An event is in doubt when a request for it may have left and no answer says what became of\n"
     "it. It is not sent again by itself, since HubSpot might then have it twice. --list shows\n"
     "these events and what is known of them, and those that HubSpot rejected. Look in HubSpot\n"
     "whether it has them, and decide. Every decision is recorded with your name, and `status`\n"
     "lists it."},
    {"retry", "JOB", "event reason all json unmasked",
     "have events that HubSpot rejected sent again",
     "Events that HubSpot rejected are kept until they are retried, or dropped with\n"
     "`resolve --drop`. Put right what they were rejected for, then retry them: the next `import`\n"
     "or `submit` sends them. An order that was wrong itself needs no retry: its corrected export\n"
     "is enough."},
    {"forget", "JOB", "people older-than drop-pending json", "delete what is kept of people",
     "Deletes the evidence of their visits, and their events that HubSpot rejected, from the\n"
     "checkpoint file. People are named in a file, or on standard input, never on the command\n"
     "line, where others could see them: an e-mail address or the number of an order a line.\n"
     "It says which of them were found. What is pending or in doubt is kept, and the exit code is\n"
     "then 5. Keyed ids of what was sent are kept, so that nothing is sent twice, and keyed\n"
     "hashes of visitor tokens, so that none is sent for somebody else; HubSpot and the files\n"
     "themselves are yours."},
    {"patterns", "[show NAME | test [NAME]...]", "",
     "list the patterns, show one, run their samples",
     "Without an operand: lists them. `show NAME` prints a pattern's file. `test` runs the "
     "samples\n"
     "of all patterns, or of those named (a name, or a path such as ./mine.toml)."},
}};

const Command* find_command(std::string_view name) {
  const auto* found = std::find_if(kCommands.begin(), kCommands.end(),
                                   [&](const Command& command) { return command.name == name; });
  return found == kCommands.end() ? nullptr : found;
}

/// The options that a command has. Names are looked for in its list; --help is everywhere.
po::options_description options_of(const Command& command, Options& options) {
  po::options_description all("Options", 96);
  const auto takes = [&](std::string_view name) {
    return (" " + std::string(command.options) + " ").find(fmt::format(" {} ", name)) !=
           std::string::npos;
  };
  const auto flag = [&](const char* name, bool& value, const char* text) {
    if (takes(name)) all.add_options()(name, po::bool_switch(&value), text);
  };
  flag("dry-run", options.dry_run, "read and count as for real; store nothing, send nothing");
  flag("rehearse", options.rehearse,
       "go the whole way with a throw-away checkpoint file, against a stand-in HubSpot on this "
       "machine, and show what HubSpot would now hold");
  flag("follow", options.follow,
       "go on as logs grow and rotate and exports are added, until a signal, --until or --limit "
       "ends the run");
  flag("unmasked", options.unmasked, "show e-mail addresses whole");
  if (takes("limit")) {
    all.add_options()("limit", po::value<std::int64_t>()->value_name("N"),
                      "stop after N new events or N requests; a rerun goes on");
  }
  if (takes("until")) {
    all.add_options()(
        "until", po::value<std::string>()->value_name("HH:MM"),
        "make no request after this time of day, in the account's zone; a rerun goes on");
  }
  if (takes("rejects")) {
    all.add_options()("rejects", po::value(&options.rejects)->value_name("FILE"),
                      "add every reject to FILE, one line of JSON each");
  }
  if (takes("reject-rows")) {
    all.add_options()("reject-rows", po::value(&options.reject_rows)->value_name("DIR"),
                      "copy the rows of rejects into new files in DIR, to be mended and imported");
  }
  const auto text = [&](const char* name, std::string& value, const char* word, const char* about) {
    if (takes(name)) all.add_options()(name, po::value(&value)->value_name(word), about);
  };
  text("job", options.job, "JOB", "read the files as the sources of this job say that mean them");
  text("pattern", options.pattern, "NAME",
       "read the files by this pattern, whatever they look like");
  text("time-zone", options.time_zone, "ZONE", "as a source's time_zone: America/New_York");
  text("date-order", options.date_order, "ORDER", "as a source's date_order: mdy, dmy or ymd");
  text("numbers", options.numbers, "EXAMPLE", "as a source's numbers: 1.234,56");
  flag("show-personal-data", options.show_personal_data, "show people's data whole");
  flag("offline", options.offline, "do not connect to the endpoints");
  flag("probe", options.probe,
       "send one lead, ordertail-probe@example.com, to the registration endpoint, and tell what "
       "the server answered");
  flag("list", options.list, "show what there is to decide; changes nothing");
  flag("resend", options.resend,
       "send them again with the next run; HubSpot may then have them twice");
  flag("assume-sent", options.assume_sent,
       "count them as submitted; HubSpot may then never get them");
  flag("drop", options.drop,
       "count them as rejected, never send them again, and delete what is kept of them; also for "
       "events that HubSpot rejected");
  if (takes("event")) {
    all.add_options()("event", po::value(&options.events)->value_name("ID"),
                      "this event, by its id or the beginning of it; may be given again");
  }
  text("reason", options.reason, "CODE", "every event with this reason");
  flag("all", options.all,
       command.name == "retry" ? "every event that HubSpot rejected" : "every event in doubt");
  text("people", options.people, "FILE", "those whom FILE names, one a line; - is standard input");
  if (takes("older-than")) {
    all.add_options()("older-than", po::value<std::string>()->value_name("AGE"),
                      "all that is older: evidence by the time of the visit, events by that of "
                      "their rejection; 90d");
  }
  flag("drop-pending", options.drop_pending,
       "of the people named, events that were never sent, too; they never will be");
  flag("json", options.json, "print the report as one JSON object");
  all.add_options()("help,h", po::bool_switch(&options.help), "this text");
  return all;
}

[[noreturn]] void complain(const std::string& what, const std::string& command) {
  throw Error(ExitCode::usage, fmt::format("{}; see `ordertail{}{} --help`", what,
                                           command.empty() ? "" : " ", command));
}

/// resolve and retry change what cannot be changed back: nothing of it is guessed.
void check_decision(const Options& options) {
  const int decisions = options.resend + options.assume_sent + options.drop;
  const int choices = !options.events.empty() + !options.reason.empty() + options.all;
  if (options.command == "resolve" && options.list + decisions != 1) {
    complain(options.list || decisions > 0
                 ? "--list, --resend, --assume-sent and --drop exclude each other"
                 : "say what is to become of the events: --resend, --assume-sent or --drop; --list "
                   "shows them",
             options.command);
  }
  if (options.list && choices > 0) {
    complain("--list shows all that there is to decide; it takes no --event, --reason or --all",
             options.command);
  }
  if (!options.list && choices == 0) {
    complain(
        "say which events are meant: --event ID, --reason CODE or --all; `ordertail resolve "
        "JOB --list` shows them",
        options.command);
  }
  if (choices > 1) complain("--event, --reason and --all exclude each other", options.command);
}

void check_forget(const Options& options) {
  if (options.people.empty() == !options.older_than.has_value()) {
    complain("say who or what is to be forgotten: --people FILE, or --older-than 90d",
             options.command);
  }
  if (options.older_than && options.older_than->count() == 0) {
    complain(
        "--older-than 0 would delete all evidence of visits and everything that HubSpot rejected; "
        "name an age, such as 90d, or 1s if that is meant",
        options.command);
  }
  if (options.drop_pending && options.people.empty()) {
    complain("--drop-pending is for the people named by --people", options.command);
  }
}

Options parse_command(const Command& command, int argc, const char* const* argv) {
  Options options;
  options.command = command.name;
  po::options_description all = options_of(command, options);
  all.add_options()("operand", po::value(&options.operands));
  po::positional_options_description positional;
  positional.add("operand", -1);
  po::variables_map values;
  try {
    using Style = po::command_line_style::style_t;
    po::store(po::command_line_parser(argc, argv)
                  .options(all)
                  .positional(positional)
                  .style(Style::unix_style & ~Style::allow_guessing)
                  .run(),
              values);
    po::notify(values);
  } catch (const po::error& error) {
    complain(printable(error.what(), 200), options.command);
  }
  if (values.count("until") > 0) {
    options.until = parse_time_of_day(values["until"].as<std::string>());
    if (!options.until) complain("--until must be a time of day, such as 06:00", options.command);
  }
  if (values.count("older-than") > 0) {
    options.older_than = parse_duration(values["older-than"].as<std::string>());
    if (!options.older_than) complain("--older-than must be an age, such as 90d", options.command);
  }
  if (values.count("limit") > 0) {
    const auto limit = values["limit"].as<std::int64_t>();
    if (limit < 1) complain("--limit must be 1 or more", options.command);
    options.limit = static_cast<std::uint64_t>(limit);
  }
  for (const char* name : {"rejects", "reject-rows"}) {
    if (values.count(name) > 0 && values[name].as<std::string>().empty())
      complain(fmt::format("--{} needs a name", name), options.command);
  }
  if (options.help || command.name == "patterns") return options;
  if (command.operands == "FILE...") {
    if (options.operands.empty()) complain("the files are missing", options.command);
    if (!options.job.empty() && !options.pattern.empty())
      complain("--job and --pattern exclude each other", options.command);
    return options;
  }
  if (options.operands.empty()) complain("the job file is missing", options.command);
  if (options.operands.size() > 1) {
    complain(fmt::format("one job file at a time, please: \"{}\" is too many",
                         printable(options.operands[1])),
             options.command);
  }
  if (options.dry_run && options.rehearse) {
    complain("--dry-run and --rehearse exclude each other", options.command);
  }
  if (options.follow && (options.dry_run || options.rehearse)) {
    complain("--follow goes with neither --dry-run nor --rehearse: it is the real thing",
             options.command);
  }
  if (options.offline && options.probe) {
    complain("--offline and --probe exclude each other", options.command);
  }
  if (command.name == "forget") check_forget(options);
  if (command.name == "resolve" || command.name == "retry") check_decision(options);
  return options;
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  Options options;
  if (first == "--version") {
    options.version = true;
    return options;
  }
  if (first == "--help" || first == "-h" || first == "help") {
    options.help = true;
    if (first == "help" && argc > 2) options.command = argv[2];
    return options;
  }
  if (first.empty()) complain("a command is missing", "");
  if (const Command* command = find_command(first)) {
    return parse_command(*command, argc - 1, argv + 1);
  }
  std::vector<std::string> names;
  names.reserve(kCommands.size());
  for (const Command& command : kCommands) names.emplace_back(command.name);
  const std::string near = nearest(first, names);
  complain(fmt::format("there is no command \"{}\"{}", printable(first),
                       near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)),
           "");
}

std::string help_text(const std::string& name) {
  std::ostringstream text;
  const Command* command = find_command(name);
  if (command == nullptr) {
    text << "Usage: ordertail COMMAND ...\n\n"
            "Brings a shop's registrations and purchases into HubSpot, from cart exports and "
            "access\n"
            "logs.\n\nCommands:\n";
    for (const Command& each : kCommands) {
      text << fmt::format("  {:<9} {}\n", each.name, each.summary);
    }
    text << "\n`ordertail COMMAND --help` tells more. `ordertail --version` prints the version.\n\n"
            "Exit codes: 0 all settled, 1 internal error, 2 usage or job, 3 some rows rejected,\n"
            "4 some events in doubt, 5 stopped early (a rerun continues), 6 credentials or server\n"
            "identity, 7 source, 8 checkpoint file, 9 already running, 130 or 143 stopped by a "
            "signal.\n";
    return text.str();
  }
  Options unused;
  text << fmt::format("Usage: ordertail {} {}\n\n{}\n\n", command->name, command->operands,
                      command->text)
       << options_of(*command, unused);
  return text.str();
}

}  // namespace ordertail

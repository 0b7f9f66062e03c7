#include "app/explanation.h"

#include <fmt/format.h>

#include "app/file_writing.h"
#include "app/record_walk.h"
#include "base/text.h"
#include "event/survey.h"
#include "record/csv_file.h"
#include "record/header_doubt.h"

namespace ordertail {
namespace {

std::string line(const std::string& text) {
  return "  " + text + "\n";
}

std::string detail(std::string text) {
  for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
    text.insert(at + 1, "    ");
  }
  return "    " + text + "\n";
}

std::string quoted(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns) {
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", printable(discreet(column)));
  }
  return text;
}

std::string explain_writing(const SourceFile& file, const CsvForm* form) {
  const FileWriting writing = writing_of(file, form != nullptr ? form->charset : std::string());
  std::string text =
      fmt::format("written in {}; line ends: {}", writing.encoding, writing.line_ends);
  if (writing.compressed) text += "; compressed by gzip";
  if (form != nullptr) {
    text += fmt::format("; {} between cells", name_of_delimiter(form->frame.dialect.delimiter));
  }
  return line(text);
}

std::string explain_header(const CsvHeader& header, const CsvForm& form) {
  if (!form.frame.columns.empty()) return detail("no header: the pattern names the columns");
  return detail(fmt::format("header before line {}, {} columns: {}", header.next.line,
                            header.columns.size(), quoted(header.columns)));
}

std::string explain_fields(const Pattern& pattern, const FirstRecords& first) {
  std::string text = line("fields, and what the first records hold");
  for (std::size_t i = 0; i < first.fields.size(); ++i) {
    const auto& [key, columns] = first.fields[i];
    if (columns.empty()) {
      text += detail(fmt::format("{}: the file has no such column", key));
      continue;
    }
    std::string values;
    for (const FirstRecord& record : first.records) {
      if (record.values.empty()) continue;
      values += (values.empty() ? "" : " | ") + record.values[i];
    }
    text += detail(fmt::format("{} from {}: {}", key, columns, values));
  }
  const bool wanted =
      pattern.mapping(Kind::registration).wanted || pattern.mapping(Kind::purchase).wanted;
  if (!wanted) {
    text += detail(
        "which requests are conversions, and where their e-mail addresses and order numbers are, "
        "is the shop's own: the source says it in [source.registration] and [source.purchase]");
  }
  return text;
}

/// Why the dates are read month first, or day first.
std::string explain_order(const Survey& survey, const Declared& declared, const SourceFile& file) {
  const std::string question = "day first or month first: ";
  if (declared.date_order) {
    return detail(fmt::format("{}declared {}", question, in_words(*declared.date_order)));
  }
  const auto decision = survey.dates.decision();
  if (!decision) return detail(question + survey.dates.refusal(file.name, survey.date_column));
  if (survey.dates.outcome() == Proof::any) {
    return detail(question + "it does not matter, every date reads the same");
  }
  return detail(fmt::format("{}proved {} by {}", question, in_words(*decision),
                            survey.dates.evidence().front()));
}

std::string explain_dates(const std::optional<Survey>& survey, const Declared& declared,
                          const SourceFile& file, const FirstRecords& first) {
  std::string text;
  for (const FirstRecord& record : first.records) {
    if (!record.time.empty()) text += detail(fmt::format("line {}: {}", record.line, record.time));
  }
  if (survey && !survey->date_column.empty()) text += explain_order(*survey, declared, file);
  return text.empty() ? text : line("dates") + text;
}

/// Why the amounts are read as they are: `pattern` has what is declared.
std::string explain_amounts(const Survey& survey, const SourceFile& file, const Pattern& pattern) {
  if (survey.amount_columns.empty()) return {};
  const NumberProof& proof = survey.numbers;
  const std::string refusal =
      proof.decision() ? std::string() : proof.refusal(file.name, survey.amount_columns);
  if (pattern.numbers_vary && !refusal.empty()) return line("amounts") + detail(refusal);
  const NumberStyle style = pattern.numbers_vary ? *proof.decision() : pattern.numbers;
  const std::string why = proof.evidence().empty() ? "" : proof.evidence().front();
  std::string text =
      detail(fmt::format("\"{}\": read like {}{}", printable(survey.amount_columns, 200),
                         example(style), pattern.numbers_vary ? "" : ", as declared"));
  if (proof.outcome() == Proof::contradictory) {
    text += detail(refusal);
  } else if (proof.outcome() == Proof::unproven) {
    text += detail("not proved: " + why);
  } else if (proof.outcome() == Proof::any) {
    text += detail("every amount reads the same in any other way");
  } else if (proof.decision() == style) {
    text += detail("proved by " + why);
  } else {
    text +=
        detail(fmt::format("but they are not written so: {}; add to the source: "
                           "numbers = \"{}\"",
                           why, example(*proof.decision())));
  }
  return line("amounts") + text;
}

std::string explain_fates(const FirstRecords& first) {
  std::string text = line("what would become of the first records");
  if (!first.refusal.empty()) return text + detail("nothing: " + first.refusal);
  for (const FirstRecord& record : first.records) {
    text += detail(fmt::format("line {}: {}", record.line, record.fate));
  }
  if (first.records.empty()) text += detail("there are none");
  return text;
}

Pattern with(const Declared& declared, Pattern pattern) {
  if (!declared.time_zone.empty()) pattern.settings.time_zone = declared.time_zone;
  if (declared.date_order) pattern.settings.date_order = declared.date_order;
  if (declared.numbers) {
    pattern.numbers = *declared.numbers;
    pattern.numbers_vary = false;
  }
  return pattern;
}

}  // namespace

std::string explain_unrecognised(const SourceFile& file, const Recognition& recognition) {
  return line(unrecognised(file, recognition).what()) + explain_writing(file, nullptr);
}

std::string explain_pattern(const Recognition& recognition, const std::string& because) {
  const Pattern& pattern = *recognition.pattern;
  const CompanionSpec* companion = recognition.companion;
  std::string text = companion == nullptr
                         ? line(fmt::format("pattern {}: {}", pattern.name, pattern.describes))
                         : line(fmt::format("companion \"{}\" of pattern {}: {}", companion->name,
                                            pattern.name, pattern.describes));
  if (!because.empty()) return text + detail("because " + because);
  if (companion == nullptr && pattern.line) {
    return text + detail("recognised by its lines: nine in ten of the first match");
  }
  const CsvForm& form = companion == nullptr ? *pattern.csv : companion->form;
  text += detail("recognised by its columns " + quoted(form.recognise));
  if (!form.recognise_without.empty()) {
    text += detail("and by having none of " + quoted(form.recognise_without));
  }
  if (!pattern.unusable.empty()) text += line("it cannot be used: " + pattern.unusable);
  return text;
}

std::string explain_content(const Pattern& given, const Declared& declared, const SourceFile& file,
                            const CompanionFiles& companions, bool masked) {
  const Pattern pattern = with(declared, given);
  const CsvForm* form = pattern.csv ? &*pattern.csv : nullptr;
  std::string text = explain_writing(file, form);
  if (form != nullptr) {
    text += explain_header(read_header(file, form->charset, form->frame), *form);
  }
  std::optional<Survey> found;
  if (form != nullptr) found.emplace(survey(pattern, file));
  Pattern proved = pattern;
  if (found && wants_date_order(pattern)) proved.settings.date_order = found->dates.decision();
  if (found && wants_number_style(pattern)) {
    proved.numbers = found->numbers.decision().value_or(NumberStyle::plain);
  }
  const FirstRecords first = first_records(proved, file, companions, masked);
  text += explain_fields(pattern, first) + explain_dates(found, declared, file, first);
  if (found) text += explain_amounts(*found, file, pattern);
  return text + explain_fates(first);
}

std::string explain_companion(const CompanionSpec& companion, const SourceFile& file) {
  const CsvHeader header = read_header(file, companion.form.charset, companion.form.frame);
  return explain_writing(file, &companion.form) + explain_header(header, companion.form) +
         detail(fmt::format("its rows complete those of the pattern's own file by \"{}\"",
                            printable(companion.key)));
}

}  // namespace ordertail

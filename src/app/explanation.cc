#include "app/explanation.h"

#include <fmt/format.h>

#include "app/column_survey.h"
#include "app/file_writing.h"
#include "app/record_walk.h"
#include "base/text.h"
#include "record/csv_file.h"

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
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", printable(column));
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

std::string explain_order(const DateColumn& dates, const Declared& declared,
                          const SourceFile& file) {
  const std::string question = "day first or month first: ";
  const auto decision = dates.proof.decision();
  if (declared.date_order) {
    return detail(fmt::format("{}declared {}", question, in_words(*declared.date_order)));
  }
  if (!decision) return detail(question + dates.proof.refusal(file.name, dates.name));
  if (dates.proof.outcome() == Proof::any) {
    return detail(question + "it does not matter, every date reads the same");
  }
  return detail(fmt::format("{}proved {} by {}", question, in_words(*decision),
                            dates.proof.evidence().front()));
}

std::string explain_dates(const ColumnSurvey& survey, const Declared& declared,
                          const SourceFile& file, const FirstRecords& first) {
  std::string text;
  for (const FirstRecord& record : first.records) {
    if (!record.time.empty()) text += detail(fmt::format("line {}: {}", record.line, record.time));
  }
  if (survey.dates) text += explain_order(*survey.dates, declared, file);
  return text.empty() ? text : line("dates") + text;
}

std::string explain_amounts(const ColumnSurvey& survey, const SourceFile& file, NumberStyle style) {
  if (survey.amounts.empty()) return {};
  std::string text = line("amounts");
  for (const auto& [column, proof] : survey.amounts) {
    const std::string how =
        fmt::format("\"{}\" is read like {}", printable(column), example(style));
    const std::string why = proof.evidence().empty() ? "" : proof.evidence().front();
    if (proof.outcome() == Proof::contradictory) {
      text += detail(proof.refusal(file.name, column));
    } else if (proof.outcome() == Proof::unproven) {
      text += detail(fmt::format("{}; nothing proves it: {}", how, why));
    } else if (proof.outcome() == Proof::decided && proof.decision() != style) {
      text +=
          detail(fmt::format("{}, but it is not written so: {}. Add to the source: "
                             "numbers = \"{}\"",
                             how, why, example(*proof.decision())));
    } else if (proof.outcome() == Proof::decided) {
      text += detail(fmt::format("{}; proved by {}", how, why));
    } else {
      text += detail(how + "; every amount could be read in no other way");
    }
  }
  return text;
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
  if (declared.numbers) pattern.numbers = *declared.numbers;
  return pattern;
}

}  // namespace

std::string explain_unrecognised(const SourceFile& file, const Recognition& recognition) {
  return line(unrecognised(file, recognition).what()) + explain_writing(file, nullptr);
}

std::string explain_pattern(const Recognition& recognition, bool forced) {
  const Pattern& pattern = *recognition.pattern;
  const CompanionSpec* companion = recognition.companion;
  std::string text = companion == nullptr
                         ? line(fmt::format("pattern {}: {}", pattern.name, pattern.describes))
                         : line(fmt::format("companion \"{}\" of pattern {}: {}", companion->name,
                                            pattern.name, pattern.describes));
  if (forced) return text + detail("because you said so");
  if (companion == nullptr && pattern.line) {
    return text + detail("recognised by its lines: nine in ten of the first match");
  }
  const CsvForm& form = companion == nullptr ? *pattern.csv : companion->form;
  text += detail("recognised by its columns " + quoted(form.recognise));
  if (!form.recognise_without.empty()) {
    text += detail("and by having none of " + quoted(form.recognise_without));
  }
  return text;
}

std::string explain_content(const Pattern& given, const Declared& declared, const SourceFile& file,
                            const CompanionFiles& companions, bool masked) {
  Pattern pattern = with(declared, given);
  const CsvForm* form = pattern.csv ? &*pattern.csv : nullptr;
  std::string text = explain_writing(file, form);
  if (form != nullptr) {
    text += explain_header(read_header(file, form->charset, form->frame), *form);
  }
  const ColumnSurvey survey(pattern, file);
  if (survey.dates && !pattern.settings.date_order) {
    pattern.settings.date_order = survey.dates->proof.decision();
  }
  const FirstRecords first = first_records(pattern, file, companions, masked);
  return text + explain_fields(pattern, first) + explain_dates(survey, declared, file, first) +
         explain_amounts(survey, file, pattern.numbers) + explain_fates(first);
}

std::string explain_companion(const CompanionSpec& companion, const SourceFile& file) {
  const CsvHeader header = read_header(file, companion.form.charset, companion.form.frame);
  return explain_writing(file, &companion.form) + explain_header(header, companion.form) +
         detail(fmt::format("its rows complete those of the pattern's own file by \"{}\"",
                            printable(companion.key)));
}

}  // namespace ordertail

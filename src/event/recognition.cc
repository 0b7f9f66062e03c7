#include "event/recognition.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "event/contact.h"
#include "event/expression.h"
#include "event/reject.h"
#include "event/row.h"
#include "event/selection.h"
#include "record/csv_file.h"
#include "record/csv_reader.h"
#include "record/header_doubt.h"
#include "record/line_reader.h"

namespace ordertail {
namespace {

/// A file's first bytes, in each of the character sets that patterns read it in.
class Beginning {
 public:
  explicit Beginning(const SourceFile& file) : file_(file) {}

  const std::string& in(const std::string& charset) {
    const auto [found, is_new] = texts_.try_emplace(charset);
    if (is_new) found->second = read(charset);
    return found->second;
  }

  static Ending ending_of(const std::string& text) {
    return text.size() < kRecognisedBytes ? Ending::last : Ending::more;
  }

 private:
  [[nodiscard]] std::string read(const std::string& charset) const {
    const auto stream = open_text(file_, charset);
    std::string text(kRecognisedBytes, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
      const std::size_t got = stream->read(std::span(text).subspan(size));
      if (got == 0) break;
      size += got;
    }
    text.resize(size);
    return text;
  }

  const SourceFile& file_;
  std::map<std::string, std::string> texts_;
};

const CsvForm& form_of(const Candidate& candidate) {
  return candidate.companion != nullptr ? candidate.companion->form : *candidate.pattern->csv;
}

bool is_recognisable(const CsvForm& form) {
  return !form.recognise.empty() && form.frame.columns.empty();
}

std::optional<CsvHeader> header_of(const std::string& text, const CsvForm& form) {
  return read_csv_header(text, Beginning::ending_of(text), form.frame);
}

/// The candidate with what the file's header lacks, and has.
Candidate compared(Candidate candidate, Beginning& beginning) {
  const CsvForm& form = form_of(candidate);
  const auto header = header_of(beginning.in(form.charset), form);
  for (const std::string& column : form.recognise) {
    if (!header || !header->find(column)) candidate.lacks.push_back(column);
  }
  for (const std::string& column : form.recognise_without) {
    if (header && header->find(column)) candidate.has.push_back(column);
  }
  return candidate;
}

bool has_all(const CsvHeader& header, const std::vector<std::string>& columns) {
  return std::all_of(columns.begin(), columns.end(),
                     [&](const std::string& column) { return header.find(column).has_value(); });
}

std::vector<Candidate> compared_headers(Beginning& beginning, std::span<const Pattern> patterns) {
  std::vector<Candidate> candidates;
  for (const Pattern& pattern : patterns) {
    if (!pattern.csv) continue;
    if (is_recognisable(*pattern.csv)) {
      candidates.push_back(compared({&pattern, nullptr, {}, {}}, beginning));
    }
    for (const CompanionSpec& companion : pattern.companions) {
      if (!is_recognisable(companion.form)) continue;
      candidates.push_back(compared({&pattern, &companion, {}, {}}, beginning));
    }
  }
  return candidates;
}

/// A log's first lines, as a pattern reads them.
struct ReadLines {
  const Pattern* pattern = nullptr;
  std::uint64_t lines = 0, matching = 0;
  std::uint64_t with_address = 0;  ///< those with an IP address where the visitor's is
  std::optional<BadRecord> first_bad;

  [[nodiscard]] static bool are_most(std::uint64_t part, std::uint64_t all) {
    return all > 0 && part * 10 >= all * 9;
  }
  [[nodiscard]] bool fit() const { return are_most(matching, lines); }
  [[nodiscard]] bool have_addresses() const { return are_most(with_address, matching); }
  /// Of two patterns, that is nearer whose is greater.
  [[nodiscard]] auto nearness() const { return std::pair(matching, with_address); }
};

/// A last line may still be being written; an only one has to do.
Ending ending_of_lines(std::string_view text) {
  return text.find('\n') == text.npos ? Ending::last : Ending::more;
}

ReadLines read_lines(const Pattern& pattern, std::string_view text) {
  Selection selection(pattern.line->columns());
  const BoundColumns address = bind_columns(pattern.visitor.text[text_field("ip")], selection);
  LineReader reader(pattern.line->matcher(selection.chosen_names()), {});
  RecordBatch batch;
  reader.read(text, {}, ending_of_lines(text), batch);
  ReadLines result{&pattern, batch.records.size() + batch.bad.size(), batch.records.size(), 0, {}};
  Row row(pattern);
  for (const Record& record : batch.records) {
    row.begin(batch.cells_of(record));
    result.with_address += is_ip(row.sought(address, visitor_ip, is_ip)) ? 1 : 0;
  }
  if (!batch.bad.empty()) result.first_bad = batch.bad.front();
  return result;
}

std::string_view first_lines(std::string_view text) {
  std::size_t end = 0;
  for (std::uint64_t line = 0; line < kRecognisedLines && end != text.npos; ++line) {
    end = text.find('\n', end);
    if (end != text.npos) ++end;
  }
  return text.substr(0, end);
}

std::vector<ReadLines> compared_lines(Beginning& beginning, std::span<const Pattern> patterns) {
  const std::string_view text = first_lines(beginning.in({}));
  std::vector<ReadLines> all;
  for (const Pattern& pattern : patterns) {
    if (pattern.line) all.push_back(read_lines(pattern, text));
  }
  return all;
}

/// Those that fit. Where the line begins with the host's name, a pattern may take that for the
/// visitor's address, and fit.
std::vector<Candidate> fitting_logs(const std::vector<ReadLines>& logs) {
  const bool any_has_addresses = std::any_of(logs.begin(), logs.end(), [](const ReadLines& each) {
    return each.fit() && each.have_addresses();
  });
  std::vector<Candidate> fitting;
  for (const ReadLines& each : logs) {
    if (!each.fit() || (any_has_addresses && !each.have_addresses())) continue;
    fitting.push_back({each.pattern, nullptr, {}, {}});
  }
  return fitting;
}

/// Are these the lines of some server, whatever their format?
bool looks_like_log(std::string_view lines) {
  static const Expression kLine(R"((?:GET|POST|HEAD) \S+ HTTP/\d|\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:)"
                                R"(|(?:^|\n)#Fields:|(?:^|\n)\{".*\}\r?\n\{")");
  return kLine.is_in(lines);
}

/// What comes nearest to a log that no pattern reads; none when the file does not look like one.
std::optional<NearLog> near_log(Beginning& beginning, const std::vector<ReadLines>& logs) {
  NearLog near;
  const auto nearest = std::max_element(logs.begin(), logs.end(), [](const auto& a, const auto& b) {
    return a.nearness() < b.nearness();
  });
  const bool is_read = nearest != logs.end() && nearest->matching > 0;
  if (!is_read && !looks_like_log(first_lines(beginning.in({})))) return std::nullopt;
  if (!is_read) return near;
  for (const ReadLines& each : logs) {
    if (each.nearness() == nearest->nearness()) near.names.push_back(each.pattern->name);
  }
  near.matching = nearest->matching;
  near.lines = nearest->lines;
  near.line = nearest->first_bad->begin.line;
  near.fault = reject_of(*nearest->first_bad, 0, {}).message;
  return near;
}

bool strictly_contains(const std::vector<std::string>& all, const std::vector<std::string>& some) {
  const auto holds = [](const std::vector<std::string>& columns, const std::string& wanted) {
    return std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
      return equal_ignoring_case(column, wanted);
    });
  };
  const auto contains = [&](const auto& outer, const auto& inner) {
    return std::all_of(inner.begin(), inner.end(),
                       [&](const std::string& column) { return holds(outer, column); });
  };
  return contains(all, some) && !contains(some, all);
}

/// Both fit: is the file `a` rather than `b`?
bool goes_before(const Candidate& a, const Candidate& b) {
  const CsvForm& of_a = form_of(a);
  const CsvForm& of_b = form_of(b);
  const bool both = a.pattern == b.pattern && of_a.frame.section != of_b.frame.section;
  if (!both && strictly_contains(of_a.recognise, of_b.recognise)) return true;
  if (!both && strictly_contains(of_b.recognise, of_a.recognise)) return false;
  return a.companion == nullptr && b.companion != nullptr;
}

/// Leaves those that no other goes before.
void keep_foremost(std::vector<Candidate>& fitting) {
  std::vector<Candidate> foremost;
  for (const Candidate& candidate : fitting) {
    const bool beaten = std::any_of(fitting.begin(), fitting.end(), [&](const Candidate& other) {
      return goes_before(other, candidate);
    });
    if (!beaten) foremost.push_back(candidate);
  }
  if (!foremost.empty()) fitting = std::move(foremost);
}

/// Does the record behind the header have its columns?
bool reads_first_record(const Candidate& candidate, Beginning& beginning) {
  const CsvForm& form = form_of(candidate);
  const std::string& text = beginning.in(form.charset);
  const auto header = header_of(text, form);
  if (!header) return false;
  CsvReader reader(form.frame, header->columns.size(), {});
  RecordBatch batch;
  reader.read(std::string_view(text).substr(header->next.byte), header->next,
              Beginning::ending_of(text), batch);
  return !batch.records.empty() &&
         (batch.bad.empty() || batch.records[0].begin.byte < batch.bad[0].begin.byte);
}

/// Of several with the same header, leaves those that can read what is below it. When that tells
/// nothing, as a file without a row does not, rows are divided as the header is.
void keep_readable(std::vector<Candidate>& fitting, Beginning& beginning) {
  if (fitting.size() < 2) return;
  const auto keep = [&](const auto& is_meant) {
    std::vector<Candidate> meant;
    std::copy_if(fitting.begin(), fitting.end(), std::back_inserter(meant), is_meant);
    if (!meant.empty()) fitting = std::move(meant);
  };
  keep([&](const Candidate& each) { return reads_first_record(each, beginning); });
  keep([](const Candidate& each) { return !form_of(each).frame.header_delimiter; });
}

void keep_nearest(std::vector<Candidate>& candidates) {
  const auto has_nothing = [](const Candidate& candidate) {
    return candidate.lacks.size() == form_of(candidate).recognise.size();
  };
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(), has_nothing),
                   candidates.end());
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return distance(a) < distance(b); });
}

/// The delimiter with which the file would be this candidate's.
std::optional<char> other_delimiter(const Candidate& candidate, const std::string& text) {
  const CsvForm& form = form_of(candidate);
  for (const CsvFrame& frame : otherwise_delimited(form.frame)) {
    const auto header = read_csv_header(text, Beginning::ending_of(text), frame);
    if (header && has_all(*header, form.recognise)) return frame.dialect.delimiter;
  }
  return std::nullopt;
}

void doubt(Beginning& beginning, const std::vector<Candidate>& compared, Recognition& result) {
  result.doubt = content_doubt(beginning.in({}));
  for (const Candidate& candidate : compared) {
    if (!result.doubt.empty()) return;
    const CsvForm& form = form_of(candidate);
    if (form.recognise.size() < 2) continue;  // one word may be in any text
    const auto delimiter = other_delimiter(candidate, beginning.in(form.charset));
    if (!delimiter) continue;
    result.doubt = delimiter_doubt(*delimiter, form.frame.header_dialect().delimiter,
                                   printable(candidate.pattern->name));
    if (candidate.companion != nullptr) continue;
    result.delimited = candidate.pattern;
    result.delimiter = *delimiter;
  }
}

/// Patterns for files without a header whose columns are as many as the file's.
std::vector<std::string> headerless(Beginning& beginning, std::span<const Pattern> patterns) {
  std::vector<std::string> names;
  for (const Pattern& pattern : patterns) {
    if (!pattern.csv || pattern.csv->frame.columns.empty()) continue;
    if (reads_first_record({&pattern, nullptr, {}, {}}, beginning)) names.push_back(pattern.name);
  }
  return names;
}

}  // namespace

double distance(const Candidate& candidate) {
  const auto wrong = static_cast<double>(candidate.lacks.size() + candidate.has.size());
  const CsvForm& form = form_of(candidate);
  return wrong / static_cast<double>(form.recognise.size() + candidate.has.size());
}

bool is_shared(const Recognition& recognition) {
  std::set<std::string> sections;
  for (const Candidate& candidate : recognition.candidates) {
    if (!candidate.fits() || candidate.companion != nullptr || !candidate.pattern->csv)
      return false;
    const std::string& section = candidate.pattern->csv->frame.section;
    if (section.empty() || !sections.insert(section).second) return false;
  }
  return !sections.empty();
}

Recognition recognise(const SourceFile& file, std::span<const Pattern> patterns) {
  Beginning beginning(file);
  Recognition result;
  result.empty = beginning.in({}).empty();
  if (result.empty) return result;

  const std::vector<Candidate> compared = compared_headers(beginning, patterns);
  std::copy_if(compared.begin(), compared.end(), std::back_inserter(result.candidates),
               [](const Candidate& candidate) { return candidate.fits(); });
  keep_foremost(result.candidates);
  keep_readable(result.candidates, beginning);
  std::vector<ReadLines> logs;
  if (result.candidates.empty()) {
    logs = compared_lines(beginning, patterns);
    result.candidates = fitting_logs(logs);
  }
  if (result.candidates.size() == 1) {
    result.pattern = result.candidates.front().pattern;
    result.companion = result.candidates.front().companion;
  } else if (result.candidates.empty()) {
    result.log = near_log(beginning, logs);
    doubt(beginning, compared, result);
    result.candidates = compared;
    keep_nearest(result.candidates);
    result.headerless = headerless(beginning, patterns);
  }
  return result;
}

}  // namespace ordertail

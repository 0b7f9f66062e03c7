#include "app/proof.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "base/text.h"
#include "event/survey.h"

namespace ordertail {
namespace {

/// What one file says of one thing.
struct Testimony {
  Proof outcome{};
  std::string value;     // as a job would say it; of `decided` and `any`
  std::string evidence;  // a line of the file
  std::string refusal;
  std::string file;
};

template <typename ColumnProof, typename Say>
Testimony testimony(const ColumnProof& proof, const std::string& file, const std::string& column,
                    Say say) {
  Testimony result{proof.outcome(), {}, {}, {}, file};
  if (const auto decision = proof.decision()) {
    result.value = say(*decision);
    if (const auto lines = proof.evidence(); !lines.empty()) result.evidence = lines.front();
  } else {
    result.refusal = proof.refusal(file, column);
  }
  return result;
}

/// One thing that files decide together, and the store remembers.
class Question {
 public:
  Question(std::string key, std::string what, Store& store, bool record)
      : key_(std::move(key)), what_(std::move(what)), store_(store), record_(record) {
    if (auto known = store_.decision(key_, what_)) {
      value_ = known->value;
      evidence_ = known->evidence;
    }
  }

  void hear(const Testimony& witness) {
    if (witness.outcome == Proof::contradictory) throw Error(ExitCode::source, witness.refusal);
    if (witness.outcome == Proof::unproven && refusal_.empty()) refusal_ = witness.refusal;
    if (witness.outcome == Proof::any && any_.empty()) any_ = witness.value;
    if (witness.outcome != Proof::decided) return;
    const std::string evidence = fmt::format("{}, {}", witness.file, witness.evidence);
    if (!value_.empty() && value_ != witness.value) {
      throw Error(ExitCode::source,
                  fmt::format("{}: this proves {} = \"{}\" ({}), but {} = \"{}\" was proved before "
                              "({}). Nothing of this source is read. Look at both files, give each "
                              "a [[source]] of its own, and declare its {} there",
                              witness.file, what_, witness.value, witness.evidence, what_, value_,
                              evidence_, what_));
    }
    if (value_.empty() && record_) store_.decide(key_, what_, witness.value, evidence);
    value_ = witness.value;
    if (evidence_.empty()) evidence_ = evidence;
  }

  /// The answer; empty when there was no file that it matters to.
  [[nodiscard]] std::string answer() const {
    if (!value_.empty()) return value_;
    if (!refusal_.empty()) throw Error(ExitCode::source, refusal_);
    return any_;
  }

 private:
  std::string key_, what_;
  Store& store_;
  bool record_;
  std::string value_, evidence_;  // decided, now or before
  std::string refusal_;           // of the first file that proves nothing
  std::string any_;               // of the first file to which it does not matter
};

}  // namespace

void settle(SourceFiles& files, const Source& source, Store& store, bool record) {
  Pattern& pattern = files.pattern;
  const bool dates = pattern.csv && wants_date_order(pattern);
  const bool numbers = pattern.csv && wants_number_style(pattern);
  if (!dates && !numbers) return;
  const std::string key = fmt::format("{}: {}", pattern.name, fmt::join(source.files, ", "));
  Question order(key, "date_order", store, record);
  Question style(key, "numbers", store, record);
  for (const SourceFile& file : files.files) {
    const Survey found = survey(pattern, file);
    const std::string name = printable_name(file.name);
    if (dates) {
      order.hear(testimony(found.dates, name, found.date_column,
                           [](DateOrder decided) { return std::string(name_of(decided)); }));
    }
    if (numbers) {
      style.hear(testimony(found.numbers, name, found.amount_columns,
                           [](NumberStyle decided) { return std::string(example(decided)); }));
    }
  }
  if (dates) pattern.settings.date_order = date_order(order.answer());
  if (numbers) pattern.numbers = number_style(style.answer()).value_or(NumberStyle::plain);
}

}  // namespace ordertail

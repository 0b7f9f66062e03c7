#include "event/companions.h"

#include <utility>

#include "input/content_digest.h"
#include "record/csv_file.h"

namespace ordertail {
namespace {

bool has_section(const SourceFile& file, const CsvForm& form) {
  const auto stream = open_text(file, form.charset);
  return find_header(*stream, form.frame).has_value();
}

}  // namespace

Companions::Companions(const Pattern& pattern, std::vector<std::vector<SourceFile>> files,
                       std::function<void(const Reject&)> on_reject)
    : pattern_(pattern), files_(std::move(files)), on_reject_(std::move(on_reject)) {
  files_.resize(pattern.companions.size());
}

Hash128 Companions::content() const {
  ContentDigest digest;
  bool any = false;
  std::vector<char> block(std::size_t{256} << 10U);
  for (const std::vector<SourceFile>& files : files_) {
    for (const SourceFile& file : files) {
      any = true;
      const auto stream = open_stream(file.path, file.name);
      while (const std::size_t got = stream->read(block)) digest.add({block.data(), got});
    }
  }
  return any ? digest.digest() : Hash128{};
}

void Companions::load(std::size_t companion, const std::vector<SourceFile>& files) {
  for (const SourceFile& file : files) tables_[companion].load(file, on_reject_);
}

void Companions::offer(const SourceFile& main, Selection& selection) {
  const bool first = tables_.empty();
  if (first) {
    for (const CompanionSpec& spec : pattern_.companions) tables_.emplace_back(spec, spec.wanted);
  }
  for (std::size_t i = 0; i < pattern_.companions.size(); ++i) {
    const CompanionSpec& spec = pattern_.companions[i];
    const bool is_section = !spec.form.frame.section.empty();
    if (first || is_section) {
      tables_[i].clear();
      load(i, files_[i]);
      if (is_section && has_section(main, spec.form)) load(i, {main});
    }
    selection.add_companion(spec, tables_[i].available());
  }
}

void Companions::select(const Selection& selection) {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    tables_[i].select(selection.companion(i).chosen_names());
  }
}

}  // namespace ordertail

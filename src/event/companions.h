// The companion files of one pattern, within one source.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "event/assembly.h"
#include "event/companion_table.h"
#include "event/pattern.h"
#include "input/glob.h"

namespace ordertail {

/// What the companions say of the orders of the pattern's own files, which are read one after the
/// other. Files are read when the first of those is opened; a companion that is a section of the
/// pattern's own file is read anew for each.
class Companions {
 public:
  /// `files`: by companion, in the pattern's order. What cannot be read of them goes to
  /// `on_reject`. The pattern outlives the companions.
  Companions(const Pattern& pattern, std::vector<std::vector<SourceFile>> files,
             std::function<void(const Reject&)> on_reject);

  /// Of the content of all those files: when it changes, orders have to be looked at again. Zero
  /// without files.
  [[nodiscard]] Hash128 content() const;

  /// Adds their columns to the selection from `main`. Throws as CompanionTable::load() does.
  void offer(const SourceFile& main, Selection& selection);
  /// Rows will have the cells that this selection, which was offered them, has come to want.
  void select(const Selection& selection);
  [[nodiscard]] CompanionRows find(std::size_t companion, std::string_view key) {
    return tables_[companion].find(key);
  }

 private:
  void load(std::size_t companion, const std::vector<SourceFile>& files);

  const Pattern& pattern_;
  std::vector<std::vector<SourceFile>> files_;
  std::function<void(const Reject&)> on_reject_;
  std::deque<CompanionTable> tables_;  // none before the first offer()
};

}  // namespace ordertail

// What would become of each of a file's records.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "event/assembly.h"

namespace ordertail {

class RecordFates {
 public:
  /// Binds what an import would bind; what it would refuse the file for is the refusal() then.
  /// References outlive this.
  RecordFates(const Pattern& pattern, Selection& selection, const std::string& file, bool masked,
              CompanionLookup lookup);

  [[nodiscard]] const std::string& refusal() const { return refusal_; }
  void add(const Record& record, std::span<const std::string_view> cells);
  void add(const BadRecord& bad, std::size_t columns);
  void finish();
  /// Does an order go on that began with an earlier record?
  [[nodiscard]] bool is_open() const { return assembly_ && assembly_->open(); }

  /// In one line.
  [[nodiscard]] std::string of(std::uint64_t line) const;

 private:
  void note(std::uint64_t line, bool of_order);
  [[nodiscard]] std::string in_words(const Event& event) const;

  bool masked_;
  EventContext context_;
  std::optional<Assembly> assembly_;
  std::string refusal_;
  Findings findings_;
  std::map<std::uint64_t, std::string> fates_;  // by line
};

}  // namespace ordertail

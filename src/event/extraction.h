// One file's journey from bytes to events.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "event/companions.h"
#include "event/findings.h"
#include "event/mapping.h"
#include "event/pattern.h"
#include "input/glob.h"
#include "input/identity.h"

namespace ordertail {

/// Where a later run may resume reading a file, told by what the file holds.
struct Checkpoint {
  FileIdentity identity;     ///< its marker ends at `seen`
  std::uint64_t offset = 0;  ///< begins a record, and an order
  std::uint64_t line = 1;    ///< the line that begins there
  std::uint64_t seen = 0;    ///< bytes read so far, an unterminated last record included, but not
                             ///< the front of a line that is still to be read
};

/// Will a later run resume where this one stops? Telling the file by its content takes time.
enum class Resumption {
  possible,
  none,  ///< checkpoints have no marker
};

/// What is the last line of a log if it has no line end? Half a line may be all that a pattern asks
/// for, with half an order number.
enum class LastLine {
  whole,     ///< the last line of a file that is complete
  unwritten  ///< the front of one, to be read once its end is there, or once it is taken for whole
};

/// Reads one file, in windows, from the checkpoint that fits it or from its start. Depends on
/// nothing but the file, the pattern and the context: the same bytes give the same findings,
/// however they are chunked and wherever an earlier run stopped.
class Extraction {
 public:
  /// `known`: checkpoints of earlier runs, of any files. Throws Error: source when the file cannot
  /// be used, usage when pattern and source do not go together. References outlive the extraction;
  /// while it reads, the companions serve no other. Null: there are none.
  Extraction(const Pattern& pattern, const EventContext& context, SourceFile file,
             std::span<const Checkpoint> known, Companions* companions = nullptr,
             Resumption resumption = Resumption::possible, LastLine last_line = LastLine::whole);
  ~Extraction();
  Extraction(Extraction&&) noexcept;

  /// Reads the next window into `findings` (cleared first), or as far into it as makes `most`
  /// events (1 or more); the next call goes on there. False when there is nothing more to read.
  bool next(Findings& findings, std::uint64_t most);

  /// The line that was left to a later run, since it has no line end, if there is one.
  [[nodiscard]] std::optional<std::uint64_t> unwritten_line() const;
  /// Of a compressed log: why it ends before its content does, if it does. Its whole lines so far
  /// are read; it is read on once it is longer.
  [[nodiscard]] const std::optional<std::string>& cut_short() const;
  /// Which of the `known` checkpoints fitted, if any.
  [[nodiscard]] std::optional<std::size_t> resumed() const;
  /// Covers everything that the findings so far hold, an order still open excepted.
  [[nodiscard]] const Checkpoint& checkpoint() const;
  /// Bytes (those of a CSV header not among them) and records read by this extraction, by the
  /// reader's own count, less those of an order still open: what the findings' rows must add up to.
  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] std::uint64_t rows() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace ordertail

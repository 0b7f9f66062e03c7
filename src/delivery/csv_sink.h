// Files for HubSpot's own importer: for what no API is to take, or nobody may be given a token for.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/zone.h"
#include "delivery/forms_body.h"
#include "delivery/sink.h"

namespace ordertail {

/// How a date is written; the importer asks which it is.
enum class CsvDate { mdy, dmy, ymd };  // 12/31/2023, 31/12/2023, 2023-12-31

/// Of every field that can go into a column, by the name of the field: HubSpot's contact property;
/// empty: left out unless a job says otherwise.
[[nodiscard]] Properties usual_csv_properties();

/// What a job says of the files.
struct CsvSettings {
  std::filesystem::path directory;  ///< absolute
  std::size_t rows_per_file = 50'000;
  CsvDate date = CsvDate::mdy;
  TimeZone zone;                               ///< in which the day of `occurred_at` is told
  std::string email = "email";                 ///< the heading of the first column
  Properties fields = usual_csv_properties();  ///< heading by field
  Properties extra;                            ///< heading by extra field; others are left out
};

/// A file holds events of one kind, a row each, the oldest first:
///
///   email,firstname,lastname,phone,address,city,state,zip,country,lifecyclestage,closedate
///   ann@example.com,Ann,Lee,,,,,,,customer,12/31/2023
///
/// in UTF-8, lines ending with CR LF, quoted where RFC 4180 asks for it. Cells hold what the event
/// holds, whatever it begins with: a quote put before "+1 555 0100" would be in the CRM for good.
///
/// It comes about in two steps, made by CsvFiles as if they were requests. First it is written
/// under a name that nobody looks for, and durable; its events have advanced then, with its name as
/// their progress. Then it is given its name, and its events are accepted. So nobody can import a
/// file whose events the store could still send once more, and whatever a run was killed at, the
/// next one finds out what was done (T6).
class CsvSink final : public Sink {
 public:
  explicit CsvSink(CsvSettings settings);

  [[nodiscard]] std::string_view name() const override { return "csv"; }
  [[nodiscard]] Repeat repeat() const override { return Repeat::verifiable; }
  [[nodiscard]] std::size_t capacity() const override { return settings_.rows_per_file; }
  /// The kind; of a written file its name.
  [[nodiscard]] std::string_view lane(const Item& item) const override;
  /// An event without an e-mail address.
  [[nodiscard]] std::optional<Judgement> refuse(const Event& event, WallTime now) const override;
  [[nodiscard]] HttpRequest render(std::span<const Item> items) const override;
  /// A file that cannot be written, or named, ends the run; its events stay pending. Those of one
  /// that is not there to be named are in doubt.
  [[nodiscard]] ReplyJudgement judge(const HttpReply& reply, std::span<const Item> items,
                                     WallTime now) const override;

 private:
  struct Column {
    std::string heading;
    std::string (*text)(const Event&, const CsvSettings&) = nullptr;  // or
    std::string extra;                                                // an extra field
  };
  void add_columns(Kind kind);
  [[nodiscard]] std::string text_of(const Event& event, const Column& column) const;

  const CsvSettings settings_;
  std::map<Kind, std::vector<Column>> columns_;
};

/// The name of the file that an event's progress tells of; empty when it tells of none.
[[nodiscard]] std::string_view csv_file_of(std::string_view progress);

}  // namespace ordertail

#include "delivery/csv_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "delivery/csv_files.h"
#include "delivery/refusal.h"
#include "event/calendar.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kProgress = "csv:";

std::string day_text(Day day, CsvDate format) {
  switch (format) {
    case CsvDate::mdy:
      return us_date(day);
    case CsvDate::dmy:
      return fmt::format("{:02}/{:02}/{:04}", day.day, day.month, day.year);
    case CsvDate::ymd:
      break;
  }
  return iso_date(day);
}

std::string stage_of(const Event& event, const CsvSettings& /*settings*/) {
  return event.kind == Kind::purchase ? "customer" : "lead";
}
std::string revenue_of(const Event& event, const CsvSettings& /*settings*/) {
  return event.total_revenue ? to_string(*event.total_revenue) : std::string();
}
std::string skus_of(const Event& event, const CsvSettings& /*settings*/) {
  return fmt::format("{}", fmt::join(event.skus, ","));
}
std::string close_day(const Event& event, const CsvSettings& settings) {
  return event.close_date ? day_text(*event.close_date, settings.date) : std::string();
}
std::string day_occurred(const Event& event, const CsvSettings& settings) {
  if (!event.occurred_at) return {};
  return day_text(day_of(settings.zone.to_local(*event.occurred_at)), settings.date);
}
template <std::string Event::*member>
std::string text(const Event& event, const CsvSettings& /*settings*/) {
  return event.*member;
}

struct Field {
  std::string_view name, heading;
  std::string (*text)(const Event&, const CsvSettings&);
  bool is_of_purchases = false;
};

// In the order of the columns. Custom properties have to be made in HubSpot first, so none is
// written to unless a job names it.
constexpr std::array<Field, 18> kFields{{{"first_name", "firstname", &text<&Event::first_name>},
                                         {"last_name", "lastname", &text<&Event::last_name>},
                                         {"phone", "phone", &text<&Event::phone>},
                                         {"address", "address", &text<&Event::address>},
                                         {"city", "city", &text<&Event::city>},
                                         {"state", "state", &text<&Event::state>},
                                         {"zip", "zip", &text<&Event::zip>},
                                         {"country", "country", &text<&Event::country>},
                                         {"lifecycle_stage", "lifecyclestage", &stage_of},
                                         {"close_date", "closedate", &close_day, true},
                                         {"order_number", "", &text<&Event::order_number>, true},
                                         {"total_revenue", "", &revenue_of, true},
                                         {"currency", "", &text<&Event::currency>, true},
                                         {"skus", "", &skus_of, true},
                                         {"occurred_at", "", &day_occurred},
                                         {"shop", "", &text<&Event::shop>},
                                         {"utk", "", &text<&Event::utk>},
                                         {"ip", "", &text<&Event::ip>}}};

void append_cell(std::string_view cell, std::string& out) {
  const bool has_blank_edge = !cell.empty() && (cell.front() == ' ' || cell.back() == ' ');
  if (cell.find_first_of(",\"\r\n") == cell.npos && !has_blank_edge) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

std::string_view stem_of(Kind kind) {
  return kind == Kind::purchase ? "hubspot-purchases" : "hubspot-registrations";
}

}  // namespace

Properties usual_csv_properties() {
  Properties properties;
  for (const Field& field : kFields) properties.emplace(field.name, field.heading);
  return properties;
}

std::string_view csv_file_of(std::string_view progress) {
  return progress.starts_with(kProgress) ? progress.substr(kProgress.size()) : std::string_view();
}

CsvSink::CsvSink(CsvSettings settings) : settings_(std::move(settings)) {
  for (const Kind kind : {Kind::registration, Kind::purchase}) add_columns(kind);
}

void CsvSink::add_columns(Kind kind) {
  std::vector<Column>& columns = columns_[kind];
  columns.push_back({settings_.email, &text<&Event::email>, {}});
  for (const Field& field : kFields) {
    const auto found = settings_.fields.find(field.name);
    if (found == settings_.fields.end() || found->second.empty()) continue;
    if (field.is_of_purchases && kind != Kind::purchase) continue;
    columns.push_back({found->second, field.text, {}});
  }
  for (const auto& [extra, heading] : settings_.extra) columns.push_back({heading, nullptr, extra});
}

std::string CsvSink::text_of(const Event& event, const Column& column) const {
  if (column.text != nullptr) return column.text(event, settings_);
  const auto found = std::find_if(event.extra.begin(), event.extra.end(),
                                  [&](const auto& extra) { return extra.first == column.extra; });
  return found == event.extra.end() ? std::string() : found->second;
}

std::string_view CsvSink::lane(const Item& item) const {
  return csv_file_of(item.progress).empty() ? stem_of(item.event.kind) : item.progress;
}

std::optional<Judgement> CsvSink::refuse(const Event& event, WallTime /*now*/) const {
  if (!event.email.empty()) return std::nullopt;
  return Judgement{Verdict::rejected,
                   "no_email_for_csv",
                   "it has no e-mail address, by which HubSpot's importer knows a contact",
                   {}};
}

HttpRequest CsvSink::render(std::span<const Item> items) const {
  HttpRequest request;
  const std::string_view written = csv_file_of(items.front().progress);
  if (!written.empty()) {
    request.url = std::string(kFileScheme) + (settings_.directory / written).string();
    return request;
  }
  const Kind kind = items.front().event.kind;
  request.url = std::string(kFileScheme) + (settings_.directory / stem_of(kind)).string();
  request.content_type = "text/csv";
  const auto append_row = [&](const auto& cell_of) {
    const char* separator = "";
    for (const Column& column : columns_.at(kind)) {
      request.body += std::exchange(separator, ",");
      append_cell(cell_of(column), request.body);
    }
    request.body += "\r\n";
  };
  append_row([](const Column& column) { return column.heading; });
  for (const Item& item : items) {
    append_row([&](const Column& column) { return text_of(item.event, column); });
  }
  return request;
}

ReplyJudgement CsvSink::judge(const HttpReply& reply, std::span<const Item> items,
                              WallTime /*now*/) const {
  if (reply.transfer == Transfer::complete && reply.status == 201) {
    return alike(items.size(), {Verdict::advanced, {}, {}, std::string(kProgress) + reply.body});
  }
  if (reply.transfer == Transfer::complete && reply.status == 200) {
    return alike(items.size(), {Verdict::accepted, {}, {}, {}});
  }
  if (reply.transfer == Transfer::complete && reply.status == 404) {
    const fs::path file = settings_.directory / csv_file_of(items.front().progress);
    return alike(items.size(),
                 {Verdict::in_doubt,
                  "file_gone",
                  fmt::format("{} was written, and is not there any more to be given its name: "
                              "unless somebody has imported it, have it written again",
                              printable_name(file.string())),
                  {}});
  }
  return stop(items.size(), ExitCode::store, "file_not_written", reply.error);
}

}  // namespace ordertail

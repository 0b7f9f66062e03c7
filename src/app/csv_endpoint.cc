#include "app/csv_endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

// A file is put together in memory, a few hundred bytes a row.
constexpr std::int64_t kMostRows = 250'000;

constexpr std::array<std::pair<std::string_view, CsvDate>, 3> kDates{
    {{"MM/DD/YYYY", CsvDate::mdy}, {"DD/MM/YYYY", CsvDate::dmy}, {"YYYY-MM-DD", CsvDate::ymd}}};

/// Which field goes into each column: no two may go into the same.
class Headings {
 public:
  void claim(const TomlTable& at, const std::string& path, const std::string& key,
             const std::string& heading) {
    if (heading.empty()) return;
    const bool has_controls = std::any_of(
        heading.begin(), heading.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
    if (has_controls) {
      throw at.error(key,
                     "the heading of a column is one line: the name or the label of a contact "
                     "property");
    }
    if (is_read_only(CrmObject::contact, heading)) {
      throw at.error(key,
                     fmt::format("HubSpot sets its contact property \"{}\" by itself; name one "
                                 "of your own for it, such as [{}] {} = \"last_{}\", or \"\" "
                                 "to leave it out",
                                 heading, path, key, key));
    }
    const auto [taken, is_free] = taken_.emplace(lower(heading), key);
    if (is_free) return;
    throw at.error(key, fmt::format("the column \"{}\" takes {} already; name another for {}, or "
                                    "\"\" to leave one of them out",
                                    printable(heading), taken->second, key));
  }

 private:
  std::map<std::string, std::string> taken_;
};

void read_headings(TomlTable& csv, CsvSettings& settings) {
  const std::string path = "hubspot.csv.properties";
  Headings headings;
  auto table = csv.table("properties");
  const TomlTable& at = table ? *table : csv;
  if (table) settings.email = table->text("email").value_or(settings.email);
  if (settings.email.empty()) {
    throw at.error("email",
                   "the e-mail address cannot be left out: HubSpot's importer knows a "
                   "contact by it");
  }
  headings.claim(at, path, "email", settings.email);
  for (auto& [field, heading] : settings.fields) {
    if (table) heading = table->text(field).value_or(heading);
    headings.claim(at, path, field, heading);
  }
  if (!table) return;
  if (auto extra = table->table("extra")) {
    for (const std::string& key : extra->keys()) {
      const std::string heading = extra->required_text(key);
      headings.claim(*extra, path + ".extra", key, heading);
      if (!heading.empty()) settings.extra[key] = heading;
    }
  }
  table->finish();
}

CsvDate read_date(TomlTable& csv) {
  const auto text = csv.text("date");
  if (!text) return CsvDate::mdy;
  const auto* const found = std::find_if(kDates.begin(), kDates.end(),
                                         [&](const auto& each) { return each.first == *text; });
  if (found != kDates.end()) return found->second;
  throw csv.error("date", R"("date" is "MM/DD/YYYY", "DD/MM/YYYY" or "YYYY-MM-DD")");
}

}  // namespace

Endpoint read_csv(TomlTable table, const Job& job) {
  Endpoint endpoint;
  endpoint.name = endpoint.sink = "csv";
  CsvSettings& settings = endpoint.csv.emplace();
  const std::string directory = table.required_text("directory");
  if (directory.empty()) throw table.error("directory", "the directory needs a name");
  settings.directory = fs::absolute(job.directory / directory).lexically_normal();
  if (!settings.directory.has_filename()) settings.directory = settings.directory.parent_path();
  settings.zone = job.account_zone;
  settings.date = read_date(table);
  if (const auto rows = table.integer("rows_per_file")) {
    if (*rows < 1 || *rows > kMostRows) {
      throw table.error("rows_per_file",
                        fmt::format("\"rows_per_file\" must be from 1 to {}", grouped(kMostRows)));
    }
    settings.rows_per_file = static_cast<std::size_t>(*rows);
  }
  read_headings(table, settings);
  table.finish();
  return endpoint;
}

std::string_view name_of(CsvDate date) {
  return std::find_if(kDates.begin(), kDates.end(),
                      [&](const auto& each) { return each.second == date; })
      ->first;
}

std::vector<std::string> headings_to_match(const CsvSettings& settings) {
  std::vector<std::string> own;
  const Properties usual = usual_csv_properties();
  for (const auto& [field, heading] : settings.fields) {
    if (!heading.empty() && heading != usual.at(field)) own.push_back(heading);
  }
  for (const auto& [key, heading] : settings.extra) own.push_back(heading);
  return own;
}

}  // namespace ordertail

// What the files of a source have proven about how it writes.
#include "store/store_implementation.h"

namespace ordertail {
namespace {

constexpr const char* kRead = "read";
constexpr const char* kDecide = "record a decision in";

Decision decision_of(const SqlRow& row) {
  return {row.as<std::string>(0), row.as<std::string>(1), row.as<std::string>(2),
          row.as<std::string>(3), row.as<WallTime>(4)};
}

}  // namespace

Store::Implementation::Decisions::Decisions(Database& database)
    : decide(database,
             "INSERT INTO decision VALUES (?, ?, ?, ?, ?) ON CONFLICT(source, what) DO UPDATE "
             "SET value = excluded.value, evidence = excluded.evidence, at = excluded.at",
             kDecide),
      find(database, "SELECT * FROM decision WHERE source = ? AND what = ?", kRead),
      all(database, "SELECT * FROM decision ORDER BY source, what", kRead) {}

void Store::decide(std::string_view source, std::string_view what, std::string_view value,
                   std::string_view evidence) {
  self_->require_writable();
  self_->decisions.decide.with(source, what, value, evidence, self_->clock.wall()).run();
}

std::optional<Decision> Store::decision(std::string_view source, std::string_view what) const {
  std::optional<Decision> found;
  self_->decisions.find.with(source, what).each([&](const SqlRow& row) {
    found = decision_of(row);
  });
  return found;
}

std::vector<Decision> Store::decisions() const {
  std::vector<Decision> found;
  self_->decisions.all.each([&](const SqlRow& row) { found.push_back(decision_of(row)); });
  return found;
}

}  // namespace ordertail

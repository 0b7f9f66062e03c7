#include "store/visitors.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace ordertail {
namespace {

constexpr const char* kKeep = "keep visitors in";
constexpr const char* kRead = "read";
constexpr const char* kForget = "forget visitors in";

/// Sightings by address are kept for each such stretch of time.
constexpr std::chrono::minutes kIpSlot{15};
/// Of a token: two addresses or more are known of it, or nobody is to have it.
constexpr std::int64_t kShared = 0;

std::string ip_slot(std::string_view ip, std::int64_t slot) {
  return std::string(ip) + "@" + std::to_string(slot);
}

std::int64_t slot_of(Instant at) {
  return std::chrono::floor<std::chrono::minutes>(at).time_since_epoch() / kIpSlot;
}

std::int64_t day_of_instant(Instant at) {
  return at.time_since_epoch() / std::chrono::hours(24);
}

// value: 64 bits of a keyed hash of an order number, an e-mail address, a session, or an IP address
// in a quarter of an hour. token: 16 bytes; of an order tied to a session, a hash of that. at: the
// last time, in seconds since 1970 UTC, seen at that line of that file.
// visitor: the tokens of which an e-mail address is known (64 bits of a keyed hash), or several
// (0). day: when it was seen last, in days since 1970.
constexpr const char* kTables = R"sql(
CREATE TABLE log_file(
  id   INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE tie(
  value INTEGER NOT NULL,
  token BLOB NOT NULL,
  at    INTEGER NOT NULL,
  file  INTEGER NOT NULL,
  line  INTEGER NOT NULL,
  PRIMARY KEY(value, token)
) STRICT, WITHOUT ROWID;
CREATE TABLE visitor(
  token BLOB PRIMARY KEY,
  email INTEGER NOT NULL,
  day   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// What is left of tokens of which an address was known until it was forgotten. token: 64 bits of a
// keyed hash. email: as of a visitor's, where its evidence was only too old; 0 where a person was
// forgotten.
constexpr const char* kSpent = R"sql(
CREATE TABLE spent(
  token INTEGER PRIMARY KEY,
  email INTEGER NOT NULL
) STRICT;
)sql";

}  // namespace

void create_visitor_tables(Database& database) {
  database.execute(kTables, kKeep);
  create_spent_tokens(database);
}

void create_spent_tokens(Database& database) {
  database.execute(kSpent, kKeep);
}

Visitors::Visitors(Database& database, const HashKey& key)
    : database_(database),
      key_(key),
      add_file_(database, "INSERT OR IGNORE INTO log_file(path) VALUES (?)", kKeep),
      find_file_(database, "SELECT id FROM log_file WHERE path = ?", kRead),
      name_file_(database, "SELECT path FROM log_file WHERE id = ?", kRead),
      add_tie_(database,
               "INSERT INTO tie VALUES (?, ?, ?, ?, ?) ON CONFLICT(value, token) DO UPDATE SET "
               "at = excluded.at, file = excluded.file, line = excluded.line WHERE "
               "excluded.at > at",
               kKeep),
      find_ties_(database, "SELECT token, at, file, line FROM tie WHERE value = ?", kRead),
      claim_(database,
             "INSERT INTO visitor VALUES (?, ?, ?) ON CONFLICT(token) DO UPDATE SET email = "
             "CASE WHEN email = excluded.email THEN email ELSE 0 END, day = max(day, excluded.day) "
             "WHERE email <> CASE WHEN email = excluded.email THEN email ELSE 0 END "
             "OR day < excluded.day",
             kKeep),
      find_claim_(database, "SELECT email FROM visitor WHERE token = ?", kRead),
      spend_(database,
             "INSERT INTO spent VALUES (?, ?) ON CONFLICT(token) DO UPDATE SET email = "
             "CASE WHEN email = excluded.email THEN email ELSE 0 END",
             kForget),
      find_spent_(database, "SELECT email FROM spent WHERE token = ?", kRead) {}

std::int64_t Visitors::hash(What what, std::string_view value) const {
  const char letter = static_cast<char>(what);
  const Hash128 whole = keyed_hash(key_, {"visitor", {&letter, 1}, value});
  std::int64_t bits = 0;
  std::memcpy(&bits, whole.bytes.data(), sizeof bits);
  return bits == kShared ? 1 : bits;
}

Hash128 Visitors::pseudo_token(std::string_view session) const {
  return keyed_hash(key_, {"session", session});
}

void Visitors::tie(std::int64_t value, const Hash128& token, const Sighting& sighting) {
  if (sighting.file != last_file_) {
    add_file_.with(sighting.file).run();
    find_file_.with(sighting.file).each([&](const SqlRow& row) {
      last_file_id_ = row.as<std::int64_t>(0);
    });
    last_file_ = sighting.file;
  }
  add_tie_.with(value, token, sighting.at.time_since_epoch().count(), last_file_id_, sighting.line)
      .run();
}

void Visitors::add(const Sighting& sighting, MoreTiers tiers) {
  if (!sighting.token) {
    if (!tiers.session || sighting.order_number.empty()) return;
    return tie(hash(What::order_session, sighting.order_number), pseudo_token(sighting.session),
               sighting);
  }
  const Hash128& token = *sighting.token;
  if (!sighting.order_number.empty())
    tie(hash(What::order, sighting.order_number), token, sighting);
  if (!sighting.email.empty()) {
    tie(hash(What::email, lower(sighting.email)), token, sighting);
    claim(token, sighting.email, sighting.at);
  }
  if (tiers.session && !sighting.session.empty()) {
    tie(hash(What::session, pseudo_token(sighting.session).view()), token, sighting);
  }
  if (tiers.ip && !sighting.ip.empty()) {
    tie(hash(What::ip, ip_slot(sighting.ip, slot_of(sighting.at))), token, sighting);
  }
}

void Visitors::claim(const Hash128& token, std::string_view email, Instant at) {
  claim_.with(token, hash(What::email, lower(email)), day_of_instant(at)).run();
}

void Visitors::claim_by_order(const Traits& event) {
  if (event.order_number.empty() || event.email.empty()) return;
  for (const VisitorSeen& visitor : candidates(Tier::order_number, event, {})) {
    claim(visitor.token, event.email, visitor.at);
  }
}

bool Visitors::is_of_others(const Hash128& token, std::string_view email) const {
  const std::int64_t own = hash(What::email, lower(email));
  bool others = false;
  const auto compare = [&](const SqlRow& row) {
    others = others || email.empty() || row.as<std::int64_t>(0) != own;
  };
  find_claim_.with(token).each(compare);
  find_spent_.with(hash(What::token, token.view())).each(compare);
  return others;
}

/// Adds them, each token once, with its latest visit.
void Visitors::find(std::int64_t value, std::string_view email,
                    std::vector<VisitorSeen>& found) const {
  const std::size_t before = found.size();
  find_ties_.with(value).each([&](const SqlRow& row) {
    found.push_back({row.as<Hash128>(0), Instant(std::chrono::seconds(row.as<std::int64_t>(1))),
                     row.as<std::int64_t>(2), row.as<std::uint64_t>(3), false});
  });
  for (std::size_t i = before; i < found.size(); ++i) {
    found[i].of_others = is_of_others(found[i].token, email);
  }
  std::sort(found.begin(), found.end(), [](const VisitorSeen& one, const VisitorSeen& other) {
    return one.token != other.token ? one.token < other.token : one.at > other.at;
  });
  const auto same = [](const auto& one, const auto& other) { return one.token == other.token; };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
}

std::vector<VisitorSeen> Visitors::candidates(Tier tier, const Traits& event,
                                              std::chrono::seconds window) const {
  std::vector<VisitorSeen> found;
  if (tier == Tier::order_number && !event.order_number.empty()) {
    find(hash(What::order, event.order_number), event.email, found);
  }
  if (tier == Tier::email && !event.email.empty()) {
    find(hash(What::email, lower(event.email)), event.email, found);
  }
  if (tier == Tier::session && !event.order_number.empty()) {
    std::vector<VisitorSeen> sessions;
    find(hash(What::order_session, event.order_number), {}, sessions);
    for (const VisitorSeen& session : sessions) {
      find(hash(What::session, session.token.view()), event.email, found);
    }
  }
  if (tier == Tier::ip && !event.ip.empty() && event.at && window.count() > 0) {
    for (auto slot = slot_of(*event.at - window); slot <= slot_of(*event.at + window); ++slot) {
      find(hash(What::ip, ip_slot(event.ip, slot)), event.email, found);
    }
  }
  return found;
}

std::string Visitors::file_name(std::int64_t file) const {
  std::string name;
  name_file_.with(file).each([&](const SqlRow& row) { name = row.as<std::string>(0); });
  return name;
}

bool Visitors::empty() const {
  bool any = false;
  Statement(database_, "SELECT 1 FROM tie UNION ALL SELECT 1 FROM visitor LIMIT 1", kRead)
      .each([&](const SqlRow&) { any = true; });
  return !any;
}

void Visitors::spend(const Hash128& token, std::int64_t email) {
  spend_.with(hash(What::token, token.view()), email).run();
}

std::uint64_t Visitors::forget_before(Instant time) {
  Statement(database_, "DELETE FROM tie WHERE at < ?", kForget)
      .with(time.time_since_epoch().count())
      .run();
  auto deleted = static_cast<std::uint64_t>(database_.changes());
  Statement(database_, "SELECT token, email FROM visitor WHERE day < ?", kRead)
      .with(day_of_instant(time))
      .each([&](const SqlRow& row) { spend(row.as<Hash128>(0), row.as<std::int64_t>(1)); });
  Statement(database_, "DELETE FROM visitor WHERE day < ?", kForget)
      .with(day_of_instant(time))
      .run();
  return deleted + static_cast<std::uint64_t>(database_.changes());
}

/// Those that are tied to either, or known of the address.
std::set<Hash128> Visitors::tokens_of(std::string_view order_number, std::string_view email) const {
  const Traits person{std::string(order_number), std::string(email), {}, {}};
  std::set<Hash128> tokens;
  for (const Tier tier : {Tier::order_number, Tier::email, Tier::session}) {
    for (const VisitorSeen& visitor : candidates(tier, person, {})) tokens.insert(visitor.token);
  }
  if (!email.empty()) {
    Statement(database_, "SELECT token FROM visitor WHERE email = ?", kRead)
        .with(hash(What::email, lower(email)))
        .each([&](const SqlRow& row) { tokens.insert(row.as<Hash128>(0)); });
  }
  return tokens;
}

bool Visitors::know(std::string_view order_number, std::string_view email) const {
  bool any = !tokens_of(order_number, email).empty();
  if (!order_number.empty()) {
    find_ties_.with(hash(What::order_session, order_number)).each([&](const SqlRow&) {
      any = true;
    });
  }
  return any;
}

std::uint64_t Visitors::forget(std::string_view order_number, std::string_view email) {
  std::uint64_t deleted = 0;
  const auto change = [&](const char* sql, const auto& which) {
    Statement(database_, sql, kForget).with(which).run();
    return static_cast<std::uint64_t>(database_.changes());
  };
  for (const Hash128& token : tokens_of(order_number, email)) {
    deleted += change("DELETE FROM tie WHERE token = ?", token);
    const std::uint64_t known = change("DELETE FROM visitor WHERE token = ?", token);
    if (known > 0) spend(token, kShared);
    deleted += known;
  }
  if (!order_number.empty()) {
    deleted += change("DELETE FROM tie WHERE value = ?", hash(What::order_session, order_number));
  }
  if (!email.empty()) {
    change("UPDATE spent SET email = 0 WHERE email = ?", hash(What::email, lower(email)));
  }
  return deleted;
}

void Visitors::copy_from(const Visitors& other) {
  Statement file(database_, "INSERT INTO log_file VALUES (?, ?)", kKeep);
  Statement(other.database_, "SELECT id, path FROM log_file", kRead).each([&](const SqlRow& row) {
    file.with(row.as<std::int64_t>(0), row.as<std::string>(1)).run();
  });
  Statement(other.database_, "SELECT value, token, at, file, line FROM tie", kRead)
      .each([&](const SqlRow& row) {
        add_tie_
            .with(row.as<std::int64_t>(0), row.as<Hash128>(1), row.as<std::int64_t>(2),
                  row.as<std::int64_t>(3), row.as<std::int64_t>(4))
            .run();
      });
  Statement(other.database_, "SELECT token, email, day FROM visitor", kRead)
      .each([&](const SqlRow& row) {
        claim_.with(row.as<Hash128>(0), row.as<std::int64_t>(1), row.as<std::int64_t>(2)).run();
      });
  Statement(other.database_, "SELECT token, email FROM spent", kRead).each([&](const SqlRow& row) {
    spend_.with(row.as<std::int64_t>(0), row.as<std::int64_t>(1)).run();
  });
}

}  // namespace ordertail

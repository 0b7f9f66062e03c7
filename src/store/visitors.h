// What logs prove of visitors, kept compactly, and by keyed hashes: the file alone names nobody.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/sqlite.h"
#include "event/attribution.h"
#include "event/sighting.h"

namespace ordertail {

/// What a job wants beyond the tiers that always hold.
struct MoreTiers {
  bool session = false;
  bool ip = false;
};

/// What an event can be tied to a visitor by; empty where it has none.
struct Traits {
  std::string order_number, email, ip;
  std::optional<Instant> at;
};

/// Makes its tables in a database that has none; those of a store are made with its schema.
void create_visitor_tables(Database& database);
/// Only the one that older stores lack.
void create_spent_tokens(Database& database);

/// The tables in a store, or in a scratch database. Writing is part of the caller's transaction.
class Visitors {
 public:
  Visitors(Database& database, const HashKey& key);

  /// Keeps what the sighting ties together. What is known already adds nothing.
  void add(const Sighting& sighting, MoreTiers tiers);
  /// From here on the token is known of this e-mail address, seen at that time.
  void claim(const Hash128& token, std::string_view email, Instant at);
  /// claim()s, for this address, the visitors that asked for this order's page.
  void claim_by_order(const Traits& event);

  /// Those whom the tier ties to the event. `window`: of the IP tier, each way.
  [[nodiscard]] std::vector<VisitorSeen> candidates(Tier tier, const Traits& event,
                                                    std::chrono::seconds window) const;
  /// Is the token known of another address than this, or of two? Or was it, before that was
  /// forgotten?
  [[nodiscard]] bool is_of_others(const Hash128& token, std::string_view email) const;
  /// Of a VisitorSeen.
  [[nodiscard]] std::string file_name(std::int64_t file) const;

  [[nodiscard]] bool empty() const;
  // Forgetting leaves a keyed hash of every token that was known of an address, so that it is never
  // given to somebody else: HubSpot would take the two for one person.
  /// Deletes what is older, and returns how many ties and tokens that was.
  std::uint64_t forget_before(Instant time);
  /// Is anything kept of visitors tied to this order number or e-mail address?
  [[nodiscard]] bool know(std::string_view order_number, std::string_view email) const;
  /// Deletes all that is kept of them. Either may be empty.
  std::uint64_t forget(std::string_view order_number, std::string_view email);
  /// Adds all that `other` holds; for a dry run.
  void copy_from(const Visitors& other);

 private:
  /// What a tie begins with, for short: 64 bits of a keyed hash.
  enum class What : char {
    order = 'o',
    email = 'e',
    session = 's',
    ip = 'i',
    order_session = 'O',
    token = 't',  // that is spent
  };
  [[nodiscard]] std::int64_t hash(What what, std::string_view value) const;
  [[nodiscard]] Hash128 pseudo_token(std::string_view session) const;
  void tie(std::int64_t value, const Hash128& token, const Sighting& sighting);
  void find(std::int64_t value, std::string_view email, std::vector<VisitorSeen>& found) const;
  [[nodiscard]] std::set<Hash128> tokens_of(std::string_view order_number,
                                            std::string_view email) const;
  void spend(const Hash128& token, std::int64_t email);

  Database& database_;
  const HashKey key_;
  mutable Statement add_file_, find_file_, name_file_, add_tie_, find_ties_, claim_, find_claim_,
      spend_, find_spent_;
  std::string last_file_;
  std::int64_t last_file_id_ = 0;
};

}  // namespace ordertail

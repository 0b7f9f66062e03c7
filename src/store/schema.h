// The tables of the store, described beside their SQL in schema.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/hash.h"
#include "base/sqlite.h"

namespace ordertail {

/// outbox.state
enum class OutboxState : std::uint8_t { pending = 0, on_its_way = 1, in_doubt = 2, rejected = 3 };
/// outbox.attribution: no one has looked whose visit led to the event; it is decided; it waits for
/// a line of a log that may come.
enum class OutboxAttribution : std::uint8_t { open = 0, decided = 1, waits = 2 };
/// ledger.state and total.state. Zero and one take no room in a row.
enum class LedgerState : std::uint8_t { submitted = 0, rejected = 1 };

/// SQLite's file header.
constexpr std::size_t kHeaderSize = 100;

/// Of the tables that create_schema() makes.
constexpr std::uint32_t kSchemaVersion = 6;

/// Throws Error(store) unless `header`, the first kHeaderSize bytes of the file or what there is of
/// them, begins a store of a version that this program knows.
void check_header(std::string_view path, std::string_view header);

/// Makes the tables, with this id key, in one transaction.
void create_schema(Database& database, const HashKey& id_key);

[[nodiscard]] std::uint32_t schema_version(Database& database);

/// Makes the tables of an older version those of this one, in one transaction; all rows stay.
void upgrade_schema(Database& database);

}  // namespace ordertail

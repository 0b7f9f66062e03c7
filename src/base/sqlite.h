// SQLite behind types that clean up after themselves and complain in whole sentences.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ordertail {

/// How a database is opened. For the last two the path is only what messages call it.
enum class Access {
  write,         ///< an existing file, with all it takes to be durable
  look,          ///< an existing file without a log beside it; makes and writes nothing
  look_through,  ///< the same with the log of a killed process, which is read but not folded in
  memory,        ///< an empty database without a file
  scratch,       ///< the same of any size: what its cache cannot hold goes to a nameless file
};

/// One connection. `doing` below reads well in "cannot <doing> <path>: …", such as "open", "record
/// requests in". Any failure is an Error (store; internal when only a defect can cause it); from
/// then on every use throws that same Error, and closing leaves the files as they are.
class Database {
 public:
  Database(const std::filesystem::path& path, Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs statements that return nothing.
  void execute(const char* sql, const char* doing);
  /// Rows changed by the last INSERT, UPDATE or DELETE.
  [[nodiscard]] int changes() const;
  [[nodiscard]] std::int64_t last_row_id() const;
  [[nodiscard]] bool in_transaction() const;
  /// Fails as SQLite does on a corrupt file, for damage that only the caller can see.
  [[noreturn]] void fail_as_damaged(const char* doing, const std::string& why);

 private:
  friend class Statement;
  friend class Transaction;
  friend class SqlRow;
  void configure();
  void require_usable() const;
  [[noreturn]] void fail(const char* doing);
  [[noreturn]] void fail_by_system(const char* doing, int code, const std::string& why, int number);
  [[noreturn]] void fail(const char* doing, int code, const std::string& why);

  std::string path_;
  Access access_;
  sqlite3* handle_ = nullptr;
  std::optional<Error> failure_;
};

/// The row a statement stands on; gone when the callback that got it returns.
class SqlRow {
 public:
  [[nodiscard]] bool is_null(int column) const;
  /// T: an integer or enumeration, std::string (text or blob), Hash128, WallTime.
  template <typename T>
  [[nodiscard]] T as(int column) const {
    if constexpr (std::is_same_v<T, std::string>) {
      return std::string(bytes(column));
    } else if constexpr (std::is_same_v<T, Hash128>) {
      return hash(column);
    } else if constexpr (std::is_same_v<T, WallTime>) {
      return WallTime(std::chrono::milliseconds(integer(column)));
    } else {
      return static_cast<T>(integer(column));
    }
  }

 private:
  friend class Statement;
  SqlRow(Database& database, sqlite3_stmt* statement, const char* doing)
      : database_(&database), statement_(statement), doing_(doing) {}
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const;
  [[nodiscard]] Hash128 hash(int column) const;

  Database* database_;
  sqlite3_stmt* statement_;
  const char* doing_;
};

/// A statement prepared once: `insert.with(a, b).run()`, `select.with(a).each([](const SqlRow&)
/// {})`.
class Statement {
 public:
  Statement(Database& database, const char* sql, const char* doing);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Binds all parameters in order; the values are copied.
  template <typename... Values>
  Statement& with(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }
  void run();
  template <typename OnRow>
  void each(OnRow on_row) {
    while (step()) on_row(SqlRow(database_, statement_, doing_));
  }

 private:
  template <std::integral T>
  void bind(int index, T value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind(int index, WallTime time) { bind_integer(index, time.time_since_epoch().count()); }
  void bind(int index, std::optional<std::int64_t> value);
  void bind(int index, std::string_view text);
  void bind(int index, const Hash128& hash) { bind_blob(index, hash.bytes.data(), 16); }
  void bind(int index, const HashKey& key) { bind_blob(index, key.data(), key.size()); }
  void bind_integer(int index, std::int64_t value);
  void bind_blob(int index, const void* bytes, std::size_t size);
  bool step();

  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  const char* doing_;
};

/// Rolls back unless committed. When commit() returns, the changes survive a power cut.
class Transaction {
 public:
  Transaction(Database& database, const char* doing);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  const char* doing_;
};

}  // namespace ordertail

#include "base/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/page_checksum.h"
#include "base/text.h"

namespace ordertail {
namespace {

// locking_mode stands before the first access: only then is the index of the log kept on the heap
// and no -shm file made. One connection is also what keeps clear of SQLite's WAL-reset defect
// (versions before 3.51.3, two connections or more).
constexpr const char* kForAll =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cache_size = -16384;";  // KiB
// What is sorted on the side stays small, so it needs no files. A scratch database has no bound
// but its cache's: there SQLite's default sends what is more to a file.
constexpr const char* kWithoutSideFiles = "PRAGMA temp_store = MEMORY;";
// FULL: NORMAL may forget the last commits in a power cut, hence requests that had been sent.
// secure_delete: settled events leave none of people's data behind. The log is folded in every
// 16 MiB: a ledger's random keys then share page writes.
constexpr const char* kForWriting =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA secure_delete = ON;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA wal_autocheckpoint = 4096;";  // pages

/// `path` as an SQLite URI that promises the file does not change.
std::string immutable_uri(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?mode=ro&immutable=1";
}

std::string name_for_sqlite(const std::string& path, Access access) {
  if (access == Access::memory) return ":memory:";
  if (access == Access::scratch) return "";
  return access == Access::look ? immutable_uri(path) : path;
}

bool is_defect(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_CONSTRAINT || primary == SQLITE_MISUSE || primary == SQLITE_RANGE;
}

/// What a person can do about a failure of this kind; empty when there is nothing to say.
std::string_view advice(int code, Access access) {
  if (is_defect(code)) return " This is a defect of ordertail; please report it.";
  if (access == Access::scratch) {
    return " Make room where temporary files go (TMPDIR, or else /var/tmp), then run again.";
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return " Make sure that its disk is sound and has room, then run again: all that was "
             "committed before is kept, and a request whose answer could not be recorded will be "
             "listed as in doubt.";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:  // our SQL is fixed and tested: it is the schema that is not ours
      return " The file is damaged and has not been repaired. Restore it from a backup; starting "
             "afresh without it would send everything again.";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return " Check who owns the file and its directory, and that the disk is not mounted "
             "read-only.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return " Another program, such as the sqlite3 shell, has the file open; close it and run "
             "again.";
    default:
      return "";
  }
}

/// What the system said: SQLite passes it on only for some failures, and takes a disk that cannot
/// be read for a damaged file. `last`: errno, which was 0 before SQLite was called.
int system_errno(sqlite3* handle, int code, int last) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return ENOSPC;
    case SQLITE_CORRUPT:
      return last == EIO ? last : 0;
    case SQLITE_IOERR:
      if (sqlite3_system_errno(handle) == 0) return last;
      [[fallthrough]];
    default:
      return sqlite3_system_errno(handle);
  }
}

}  // namespace

Database::Database(const std::filesystem::path& path, Access access)
    : path_(path.string()), access_(access) {
  const std::string name = name_for_sqlite(path_, access);
  const int flags = access == Access::look ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
                                           : SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE;
  try {
    if (sqlite3_open_v2(name.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, checksum_vfs()) !=
        SQLITE_OK)
      fail("open");
    configure();
  } catch (...) {
    sqlite3_close(handle_);
    throw;
  }
}

void Database::configure() {
  execute(kForAll, "open");
  if (access_ != Access::scratch) execute(kWithoutSideFiles, "open");
  if (access_ == Access::look_through) {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    execute("PRAGMA query_only = ON", "open");
  }
  if (access_ != Access::write) return;
  // Of a file that is being made; one that was made without keeps its pages as they are.
  int reserved = kChecksumSize;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  execute(kForWriting, "open");
}

// Folds the log into the file and removes it. A failure to do so costs nothing: the log stays and
// is read at the next open.
Database::~Database() {
  sqlite3_close(handle_);
}

void Database::execute(const char* sql, const char* doing) {
  require_usable();
  errno = 0;
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(doing);
}

int Database::changes() const {
  return sqlite3_changes(handle_);
}
std::int64_t Database::last_row_id() const {
  return sqlite3_last_insert_rowid(handle_);
}
bool Database::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

void Database::require_usable() const {
  if (failure_) throw Error(*failure_);
}

void Database::fail_as_damaged(const char* doing, const std::string& why) {
  // SQLite takes a disk that cannot be read for a damaged file.
  if (errno == EIO) fail_by_system(doing, SQLITE_IOERR, sqlite3_errstr(SQLITE_IOERR), EIO);
  fail(doing, SQLITE_CORRUPT, why);
}

void Database::fail_by_system(const char* doing, int code, const std::string& why, int number) {
  fail(doing, code, fmt::format("{} ({})", why, std::generic_category().message(number)));
}

void Database::fail(const char* doing) {
  const int last = errno;
  const int code = sqlite3_extended_errcode(handle_);
  std::string why = sqlite3_errmsg(handle_);
  if ((code & 0xff) == SQLITE_CORRUPT) fail_as_damaged(doing, why);
  if (const int number = system_errno(handle_, code, last); number != 0)
    fail_by_system(doing, code, why, number);
  if ((code & 0xff) == SQLITE_IOERR) why += fmt::format(" (SQLite's code {})", code);
  fail(doing, code, why);
}

void Database::fail(const char* doing, int code, const std::string& why) {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  failure_ = Error(
      is_defect(code) ? ExitCode::internal : ExitCode::store,
      fmt::format("cannot {} {}: {}.{}", doing, printable_name(path_), why, advice(code, access_)));
  throw Error(*failure_);
}

bool SqlRow::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t SqlRow::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view SqlRow::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? std::string_view() : std::string_view(data, size);
}

Hash128 SqlRow::hash(int column) const {
  Hash128 hash;
  const std::string_view stored = bytes(column);
  if (stored.size() != hash.bytes.size())
    database_->fail_as_damaged(doing_, "it holds a hash of the wrong length");
  std::memcpy(hash.bytes.data(), stored.data(), stored.size());
  return hash;
}

Statement::Statement(Database& database, const char* sql, const char* doing)
    : database_(database), doing_(doing) {
  database_.require_usable();
  errno = 0;
  if (sqlite3_prepare_v3(database_.handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_,
                         nullptr) != SQLITE_OK)
    database_.fail(doing);
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::run() {
  while (step()) {
  }
}

bool Statement::step() {
  database_.require_usable();
  errno = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.fail(doing_);
  sqlite3_reset(statement_);
  return false;
}

void Statement::bind(int index, std::optional<std::int64_t> value) {
  if (value) {
    bind_integer(index, *value);
  } else if (sqlite3_bind_null(statement_, index) != SQLITE_OK) {
    database_.fail(doing_);
  }
}

void Statement::bind(int index, std::string_view text) {
  // A null pointer would be bound as NULL.
  const char* data = text.empty() ? "" : text.data();
  if (sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) !=
      SQLITE_OK)
    database_.fail(doing_);
}

void Statement::bind_integer(int index, std::int64_t value) {
  if (sqlite3_bind_int64(statement_, index, value) != SQLITE_OK) database_.fail(doing_);
}

void Statement::bind_blob(int index, const void* bytes, std::size_t size) {
  if (sqlite3_bind_blob64(statement_, index, bytes, size, SQLITE_TRANSIENT) != SQLITE_OK)
    database_.fail(doing_);
}

Transaction::Transaction(Database& database, const char* doing)
    : database_(database), doing_(doing) {
  database_.execute("BEGIN IMMEDIATE", doing_);
}

Transaction::~Transaction() {
  // After some errors SQLite has rolled back by itself.
  if (database_.in_transaction())
    sqlite3_exec(database_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT", doing_);
}

}  // namespace ordertail

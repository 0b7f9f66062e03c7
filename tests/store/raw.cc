#include "store/raw.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <stdexcept>

#include "base/page_checksum.h"

namespace ordertail {
namespace {

class Connection {
 public:
  explicit Connection(const std::filesystem::path& file, const char* vfs = nullptr) {
    require(sqlite3_open_v2(file.c_str(), &handle_, SQLITE_OPEN_READWRITE, vfs));
  }
  ~Connection() { sqlite3_close(handle_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  void require(int code) const {
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(handle_));
  }
  [[nodiscard]] sqlite3* handle() const { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace

std::string raw(const std::filesystem::path& file, const std::string& sql, int column) {
  const Connection connection(file);
  sqlite3_stmt* statement = nullptr;
  connection.require(sqlite3_prepare_v2(connection.handle(), sql.c_str(), -1, &statement, nullptr));
  std::string found;
  if (sqlite3_step(statement) == SQLITE_ROW) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    found = text == nullptr ? "NULL" : text;
  }
  connection.require(sqlite3_finalize(statement));
  return found;
}

void raw_change(const std::filesystem::path& file, const std::string& sql) {
  const Connection connection(file, checksum_vfs());
  const std::string script = "PRAGMA locking_mode = EXCLUSIVE;" + sql;
  connection.require(sqlite3_exec(connection.handle(), script.c_str(), nullptr, nullptr, nullptr));
}

void raw_hold(const std::filesystem::path& file) {
  static const Connection connection(file);
  connection.require(
      sqlite3_exec(connection.handle(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr));
}

std::string upper_hex(const Hash128& hash) {
  std::string hex;
  for (const unsigned char byte : hash.bytes) hex += fmt::format("{:02X}", byte);
  return hex;
}

}  // namespace ordertail

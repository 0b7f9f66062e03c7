#include "base/page_checksum.h"

#include <sqlite3.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace ordertail {
namespace {

// Of all databases that ordertail makes: SQLite's default.
constexpr int kPage = 4096;
// https://sqlite.org/fileformat2.html: "Bytes of unused "reserved" space at the end of each page".
constexpr int kReservedAt = 20;

using Page = std::array<unsigned char, kPage>;

/// What SQLite takes for a file of its own. The system's file follows it in memory.
struct ChecksumFile {
  sqlite3_file base;
  bool checksums;  ///< do this file's pages have one? Its first page says so
};

sqlite3_vfs* system_vfs() {
  static sqlite3_vfs* const kSystem = sqlite3_vfs_find(nullptr);
  return kSystem;
}

ChecksumFile& own(sqlite3_file* file) {
  return *reinterpret_cast<ChecksumFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<ChecksumFile*>(file) + 1);
}

bool is_page(int size, sqlite3_int64 at) {
  return size == kPage && at % kPage == 0;
}

/// Of the page at `at`: one that lies in another's place is wrong as well.
XXH64_canonical_t checksum_of(const unsigned char* page, sqlite3_int64 at) {
  XXH64_canonical_t checksum;  // the same bytes on every machine
  XXH64_canonicalFromHash(
      &checksum, XXH3_64bits_withSeed(page, kPage - kChecksumSize, static_cast<XXH64_hash_t>(at)));
  return checksum;
}

bool is_right(const unsigned char* page, sqlite3_int64 at) {
  return std::memcmp(checksum_of(page, at).digest, page + kPage - kChecksumSize, kChecksumSize) ==
         0;
}

/// A page that another SQLite folded in from the log, where pages have none.
bool has_none(const unsigned char* page) {
  return std::all_of(page + kPage - kChecksumSize, page + kPage,
                     [](unsigned char byte) { return byte == 0; });
}

/// Is this the first page of a file with checksums, but that it does not say so any more?
bool denies_checksums(const unsigned char* page) {
  Page whole;
  std::memcpy(whole.data(), page, kPage);
  whole[kReservedAt] = kChecksumSize;
  return page[kReservedAt] != kChecksumSize && is_right(whole.data(), 0);
}

int read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
  const int code = real(file)->pMethods->xRead(real(file), out, size, at);
  const auto* page = static_cast<const unsigned char*>(out);
  // Behind the end of the file there are zeros only; anything else is the beginning of a page.
  if (code == SQLITE_IOERR_SHORT_READ && own(file).checksums && is_page(size, at) &&
      std::any_of(page, page + size, [](unsigned char byte) { return byte != 0; }))
    return SQLITE_CORRUPT;
  if (code != SQLITE_OK) return code;
  // SQLite's first look is at the header alone; the whole page may come from the log then.
  if (at == 0 && size > kReservedAt) own(file).checksums = page[kReservedAt] == kChecksumSize;
  if (!is_page(size, at)) return SQLITE_OK;
  if (at == 0 && denies_checksums(page)) return SQLITE_CORRUPT;
  if (!own(file).checksums) return SQLITE_OK;
  if (!has_none(page) && !is_right(page, at)) return SQLITE_CORRUPT;
  // So that the log, whose pages are as SQLite holds them, has none that is out of date.
  std::memset(static_cast<unsigned char*>(out) + kPage - kChecksumSize, 0, kChecksumSize);
  return SQLITE_OK;
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  const auto* page = static_cast<const unsigned char*>(bytes);
  if (at == 0 && size == kPage) own(file).checksums = page[kReservedAt] == kChecksumSize;
  if (!own(file).checksums || !is_page(size, at))
    return real(file)->pMethods->xWrite(real(file), bytes, size, at);
  Page whole;
  std::memcpy(whole.data(), page, kPage - kChecksumSize);
  std::memcpy(whole.data() + kPage - kChecksumSize, checksum_of(page, at).digest, kChecksumSize);
  return real(file)->pMethods->xWrite(real(file), whole.data(), size, at);
}

int close(sqlite3_file* file) {
  return real(file)->pMethods->xClose(real(file));
}

/// The system file's method of this name, with whatever it takes.
template <auto Method>
struct Passed;
template <typename Result, typename... Parameters,
          Result (*sqlite3_io_methods::*Method)(sqlite3_file*, Parameters...)>
struct Passed<Method> {
  static Result on(sqlite3_file* file, Parameters... parameters) {
    return (real(file)->pMethods->*Method)(real(file), parameters...);
  }
};

sqlite3_io_methods own_methods() {
  using Methods = sqlite3_io_methods;
  Methods methods{};
  methods.iVersion = 1;  // no shared memory, no memory-mapped pages
  methods.xClose = close;
  methods.xRead = read;
  methods.xWrite = write;
  methods.xTruncate = Passed<&Methods::xTruncate>::on;
  methods.xSync = Passed<&Methods::xSync>::on;
  methods.xFileSize = Passed<&Methods::xFileSize>::on;
  methods.xLock = Passed<&Methods::xLock>::on;
  methods.xUnlock = Passed<&Methods::xUnlock>::on;
  methods.xCheckReservedLock = Passed<&Methods::xCheckReservedLock>::on;
  methods.xFileControl = Passed<&Methods::xFileControl>::on;
  methods.xSectorSize = Passed<&Methods::xSectorSize>::on;
  methods.xDeviceCharacteristics = Passed<&Methods::xDeviceCharacteristics>::on;
  return methods;
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs* const system = system_vfs();
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
    return system->xOpen(system, name, file, flags, flags_out);
  static const sqlite3_io_methods kMethods = own_methods();
  own(file) = {};
  const int code = system->xOpen(system, name, real(file), flags, flags_out);
  // SQLite closes what has methods, also after a failure; the system's then has to be closed, too.
  if (real(file)->pMethods != nullptr) file->pMethods = &kMethods;
  return code;
}

sqlite3_vfs made_vfs() {
  sqlite3_vfs vfs = *system_vfs();
  vfs.pNext = nullptr;
  vfs.zName = "ordertail";
  vfs.szOsFile += static_cast<int>(sizeof(ChecksumFile));
  vfs.xOpen = open;
  return vfs;
}

}  // namespace

const char* checksum_vfs() {
  static sqlite3_vfs vfs = made_vfs();
  static const int kRegistered = sqlite3_vfs_register(&vfs, /*makeDflt=*/0);
  return kRegistered == SQLITE_OK ? vfs.zName : nullptr;
}

}  // namespace ordertail

// CSV files, made where requests are sent: nothing of one is to be seen before all of it is
// durable.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/hash.h"
#include "base/zone.h"
#include "delivery/http.h"

namespace ordertail {

/// Requests that CsvFiles takes: "file:/var/exports/hubspot-purchases". Others it hands on.
inline constexpr std::string_view kFileScheme = "file:";

/// What a request asks for, and its reply, once the directory has it durably:
///
///   a body   to write it to /var/exports/.hubspot-purchases-2026-11-27-0017.csv.3f2a91c0
///            201, hubspot-purchases-2026-11-27-0017.csv: the name it will have
///   none     to give a written file, whose name the request has, that name
///            200; 404 when it is not there, and nothing tells whether it ever got its name
///
/// 17 is the attempt's id, so that no name is used twice, whatever becomes of the files; 3f2a91c0
/// tells one store's unfinished files from another's. Files are made, not opened (O_EXCL,
/// O_NOFOLLOW), 0600, in a directory to which only its owner can write, which is made when missing.
/// A file that is there already is never replaced. When it cannot be done: not_sent, and why.
///
/// A written file that is not there any more when it is to be named has its name already: a run was
/// killed right after it gave it that. (It may have been imported and moved away since.) That is
/// only believed where the mark, .ordertail-3f2a91c0, which comes with the first file, lists its
/// name: of another directory, one that the job had before, or a disk that is not mounted, it would
/// be wrong. A file is listed right before it is named.
class CsvFiles final : public HttpTransport {
 public:
  /// `others`: takes the other requests, and outlives this object, as `clock` does. `zone`: in
  /// which it is the day that names say.
  CsvFiles(HttpTransport& others, const Clock& clock, TimeZone zone, std::string store);

  void start(std::uint64_t ticket, HttpRequest request) override;
  std::vector<HttpReply> wait(std::chrono::milliseconds timeout) override;

  /// Removes what a killed run has left of files that it did not finish: all that were written and
  /// whose name is not among those `to_be_named`. To be called before any is written.
  void tidy(const std::filesystem::path& directory,
            const std::vector<std::string>& to_be_named) const;

  /// The files that were given their name, in that order.
  [[nodiscard]] const std::vector<std::filesystem::path>& named() const { return named_; }

 private:
  [[nodiscard]] std::string write(std::uint64_t ticket, const std::filesystem::path& stem,
                                  std::string_view content) const;
  [[nodiscard]] bool name(const std::filesystem::path& file);
  void mark_named(const Fd& directory, const std::filesystem::path& file) const;
  HttpTransport& others_;
  const Clock& clock_;
  const TimeZone zone_;
  const std::string store_;
  std::vector<HttpReply> replies_;
  std::vector<std::filesystem::path> named_;
};

/// What tells the files of the store that has this key from another's; the key cannot be told from
/// it.
[[nodiscard]] std::string csv_store_name(const HashKey& key);

/// Is the written file there to be given its name, or did it get that? `store` as csv_store_name()
/// has it. Throws Error(store) when its directory is missing.
[[nodiscard]] bool is_written_file_there(const std::filesystem::path& file,
                                         const std::string& store);

/// Throws Error(store) when files cannot be made there safely: it is another user's, or others may
/// write to it. A directory that is missing is fine if it can be made.
void check_csv_directory(const std::filesystem::path& directory);

}  // namespace ordertail

// What a power cut may leave of what a program wrote: a model of files, names and what was synced.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace ordertail::faults {

/// One entry of the recorder's log. Paths are relative to the recorded directory.
struct Operation {
  enum class Kind {
    open,            ///< "open FD FLAGS PATH"
    close,           ///< "close FD"
    write,           ///< "write FD OFFSET SIZE", then the bytes
    sync,            ///< "sync FD": fsync or fdatasync, which are taken for the same
    truncate,        ///< "truncate FD SIZE"
    unlink,          ///< "unlink PATH"
    rename,          ///< "rename PATH<tab>PATH"
    make_directory,  ///< "mkdir PATH"
    send,            ///< "send FD SIZE", then the bytes that are about to leave
  };
  Kind kind{};
  int fd = -1;
  int flags = 0;
  std::uint64_t offset = 0;  ///< of truncate: the size
  std::string path, to, bytes;
};
[[nodiscard]] std::vector<Operation> read_log(const std::filesystem::path& log);

/// Files and directories by path; a directory has no content.
using Tree = std::map<std::string, std::optional<std::string>>;

/// What becomes of all that has not been synced.
enum class Survival {
  nothing,     ///< is lost
  everything,  ///< is there: the power went just after the disk had caught up
  torn,        ///< is there, but of the last write only a part
  some,        ///< each write, each name may be there or not
  sectors,     ///< so may each 512 bytes of each write
  garbage,     ///< so, or hold anything
};
inline constexpr int kSurvivals = 6;

using Random = std::mt19937_64;

/// Nothing is durable but what was synced. The name of a file is durable when its directory was
/// synced after it was made; rename is atomic. Bytes that were not written to are never harmed.
/// What a disk may do that this model does not: lie about fsync, lose what it once kept.
class Disk {
 public:
  Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  void apply(const Operation& operation);
  /// One of the trees a power cut may leave now.
  [[nodiscard]] Tree after_power_cut(Survival survival, Random& random) const;

 private:
  struct Change {  ///< of a file's content
    bool truncates = false;
    std::uint64_t offset = 0;
    std::string bytes;
  };
  struct File {
    bool directory = false;
    std::string durable;
    std::vector<Change> pending;
  };
  struct Naming {  ///< `file` gets the name `path`, or the name goes; `left` goes with it (rename)
    std::string path;
    std::optional<std::size_t> file;
    std::string left;
  };
  struct Fate;

  void open(const Operation& operation);
  void name(std::string path, std::optional<std::size_t> file, std::string left = {});
  void sync(std::size_t file);
  static void name_in(std::map<std::string, std::size_t>& names, const Naming& naming);
  static void change(std::string& content, const Change& change, const Fate& fate, Random& random);
  [[nodiscard]] Fate fate_of(Survival survival, Random& random) const;
  [[nodiscard]] std::map<std::string, std::size_t> surviving_names(const Fate& fate,
                                                                   Random& random) const;

  std::vector<File> files_;
  std::map<std::string, std::size_t> names_, durable_names_;
  std::vector<Naming> pending_names_;
  std::map<int, std::size_t> open_;
  const Change* last_write_ = nullptr;  // when that was the last operation
};

}  // namespace ordertail::faults

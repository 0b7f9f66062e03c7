#include "faults/power/disk.h"

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace ordertail::faults {
namespace {

constexpr std::size_t kSector = 512;

bool happens(double probability, Random& random) {
  return std::uniform_real_distribution<double>(0, 1)(random) < probability;
}

std::size_t below(std::size_t bound, Random& random) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

constexpr const char* kRoot = ".";  // the recorded directory itself

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? kRoot : path.substr(0, slash);
}

std::string rest_of(std::istream& line) {
  std::string rest;
  std::getline(line >> std::ws, rest);
  return rest;
}

Operation parse(const std::string& text, std::istream& log) {
  std::istringstream line(text);
  std::string word;
  line >> word;
  Operation operation;
  const auto take_bytes = [&] {
    std::size_t size = 0;
    line >> size;
    operation.bytes.resize(size);
    log.read(operation.bytes.data(), static_cast<std::streamsize>(size));
  };
  using Kind = Operation::Kind;
  if (word == "unlink" || word == "mkdir") {
    operation.kind = word == "mkdir" ? Kind::make_directory : Kind::unlink;
    operation.path = rest_of(line);
  } else if (word == "rename") {
    operation.kind = Kind::rename;
    const std::string both = rest_of(line);
    operation.path = both.substr(0, both.find('\t'));
    operation.to = both.substr(both.find('\t') + 1);
  } else {
    line >> operation.fd;
    if (word == "open") {
      operation.kind = Kind::open;
      line >> operation.flags;
      operation.path = rest_of(line);
    } else if (word == "close") {
      operation.kind = Kind::close;
    } else if (word == "sync") {
      operation.kind = Kind::sync;
    } else if (word == "truncate") {
      operation.kind = Kind::truncate;
      line >> operation.offset;
    } else if (word == "write") {
      operation.kind = Kind::write;
      line >> operation.offset;
      take_bytes();
    } else if (word == "send") {
      operation.kind = Kind::send;
      take_bytes();
    } else {
      throw std::runtime_error("the recorder's log holds an entry that is none: " + text);
    }
  }
  if (line.fail() || log.fail())
    throw std::runtime_error("the recorder's log holds half an entry: " + text);
  return operation;
}

}  // namespace

std::vector<Operation> read_log(const std::filesystem::path& path) {
  std::ifstream log(path, std::ios::binary);
  std::vector<Operation> operations;
  for (std::string line; std::getline(log, line);) operations.push_back(parse(line, log));
  return operations;
}

/// What one power cut does, in probabilities.
struct Disk::Fate {
  double keeps = 0;  ///< a write, a name, and each sector where `by_sector`
  bool by_sector = false;
  double spoils = 0;            ///< a sector that is not kept holds anything
  bool names_in_order = false;  ///< no name survives one that was lost before it, as in a journal
  const Change* torn = nullptr;
};

Disk::Disk() : files_{{true, {}, {}}}, names_{{kRoot, 0}}, durable_names_{{kRoot, 0}} {}

void Disk::apply(const Operation& operation) {
  last_write_ = nullptr;
  const auto file = open_.find(operation.fd);
  using Kind = Operation::Kind;
  switch (operation.kind) {
    case Kind::open:
      return open(operation);
    case Kind::make_directory:
      files_.push_back({true, {}, {}});
      return name(operation.path, files_.size() - 1);
    case Kind::unlink:
      return name(operation.path, std::nullopt);
    case Kind::rename:
      return name(operation.to, names_.at(operation.path), operation.path);
    case Kind::close:
      open_.erase(operation.fd);
      return;
    case Kind::send:
      return;
    case Kind::sync:
      if (file != open_.end()) sync(file->second);
      return;
    case Kind::write:
    case Kind::truncate:
      break;
  }
  if (file == open_.end()) return;  // a file that was there before, and is not the program's
  auto& pending = files_[file->second].pending;
  pending.push_back({operation.kind == Kind::truncate, operation.offset, operation.bytes});
  if (operation.kind == Kind::write) last_write_ = &pending.back();
}

void Disk::open(const Operation& operation) {
  auto found = names_.find(operation.path);
  if (found == names_.end()) {
    if ((operation.flags & O_CREAT) == 0) return;
    files_.emplace_back();
    name(operation.path, files_.size() - 1);
    found = names_.find(operation.path);
  }
  open_[operation.fd] = found->second;
  if ((operation.flags & O_TRUNC) != 0) files_[found->second].pending.push_back({true, 0, {}});
}

void Disk::name_in(std::map<std::string, std::size_t>& names, const Naming& naming) {
  if (naming.file) {
    names[naming.path] = *naming.file;
  } else {
    names.erase(naming.path);
  }
  if (!naming.left.empty()) names.erase(naming.left);
}

void Disk::name(std::string path, std::optional<std::size_t> file, std::string left) {
  pending_names_.push_back({std::move(path), file, std::move(left)});
  name_in(names_, pending_names_.back());
}

void Disk::sync(std::size_t number) {
  File& file = files_[number];
  Random unused;
  Fate whole;
  whole.keeps = 1;
  for (const Change& pending : file.pending) change(file.durable, pending, whole, unused);
  file.pending.clear();
  if (!file.directory) return;
  std::vector<Naming> others;
  for (Naming& naming : pending_names_) {
    const auto directory = names_.find(parent_of(naming.path));
    if (directory != names_.end() && directory->second == number) {
      name_in(durable_names_, naming);
    } else {
      others.push_back(std::move(naming));
    }
  }
  pending_names_ = std::move(others);
}

void Disk::change(std::string& content, const Change& change, const Fate& fate, Random& random) {
  if (change.truncates) {
    if (happens(fate.keeps, random)) content.resize(change.offset);
    return;
  }
  const auto put = [&](std::size_t from, std::size_t size, const std::string& bytes) {
    const std::size_t at = change.offset + from;
    if (content.size() < at + size) content.resize(at + size);
    content.replace(at, size, bytes, from, size);
  };
  const std::size_t size = change.bytes.size();
  if (&change == fate.torn) return put(0, below(size, random), change.bytes);
  if (!fate.by_sector) {
    if (happens(fate.keeps, random)) put(0, size, change.bytes);
    return;
  }
  for (std::size_t from = 0; from < size;) {
    const std::size_t to = std::min(size, from + kSector - (change.offset + from) % kSector);
    if (happens(fate.keeps, random)) {
      put(from, to - from, change.bytes);
    } else if (happens(fate.spoils, random)) {
      std::string anything = change.bytes;
      for (std::size_t i = from; i < to; ++i) anything[i] = static_cast<char>(random());
      put(from, to - from, anything);
    }
    from = to;
  }
}

Disk::Fate Disk::fate_of(Survival survival, Random& random) const {
  Fate fate;
  switch (survival) {
    case Survival::nothing:
      return fate;
    case Survival::torn:
      fate.torn = last_write_;
      [[fallthrough]];
    case Survival::everything:
      fate.keeps = 1;
      return fate;
    case Survival::garbage:
      fate.spoils = 0.5;
      [[fallthrough]];
    case Survival::sectors:
      fate.by_sector = true;
      [[fallthrough]];
    case Survival::some:
      break;
  }
  fate.keeps = std::uniform_real_distribution<double>(0.05, 0.98)(random);
  fate.names_in_order = happens(0.5, random);
  return fate;
}

std::map<std::string, std::size_t> Disk::surviving_names(const Fate& fate, Random& random) const {
  std::map<std::string, std::size_t> names = durable_names_;
  bool lost = false;
  for (const Naming& naming : pending_names_) {
    const bool kept = happens(fate.keeps, random) && !(lost && fate.names_in_order);
    if (kept) name_in(names, naming);
    lost = lost || !kept;
  }
  // What lies in a directory that is gone is gone.
  std::erase_if(names, [&](const auto& entry) { return names.count(parent_of(entry.first)) == 0; });
  names.erase(kRoot);
  return names;
}

Tree Disk::after_power_cut(Survival survival, Random& random) const {
  const Fate fate = fate_of(survival, random);
  Tree tree;
  for (const auto& [path, number] : surviving_names(fate, random)) {
    const File& file = files_[number];
    if (file.directory) {
      tree[path] = std::nullopt;
      continue;
    }
    std::string content = file.durable;
    for (const Change& pending : file.pending) change(content, pending, fate, random);
    tree[path] = std::move(content);
  }
  return tree;
}

}  // namespace ordertail::faults

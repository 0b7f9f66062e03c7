#include "app/reject_rows.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "record/csv_file.h"
#include "report/reject_lines.h"

namespace ordertail {
namespace {

namespace fs = std::filesystem;

/// An empty descriptor when there is a file already, or anything else.
Fd make_file(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd && errno != EEXIST) throw system_error(ExitCode::store, "create", path.string(), errno);
  return fd;
}

/// UTF-16 says what it is by its first bytes, whatever the source says.
bool is_utf8(const SourceFile& file, const std::string& charset) {
  constexpr std::array<std::string_view, 5> kAsIs{"", "utf-8", "utf8", "ascii", "us-ascii"};
  if (std::find(kAsIs.begin(), kAsIs.end(), lower(charset)) == kAsIs.end()) return false;
  std::array<char, 2> begin{};
  const std::size_t size = open_stream(file.path, file.name)->read(begin);
  const std::string_view mark(begin.data(), size);
  return mark != "\xFF\xFE" && mark != "\xFE\xFF";
}

/// Why nothing can be copied of the file; empty when it can.
std::string obstacle(const SourceFile& file, const Pattern& pattern) {
  if (pattern.csv && !pattern.csv->frame.section.empty()) return "it holds several tables";
  if (!is_utf8(file, pattern.csv ? pattern.csv->charset : std::string())) {
    return "it is not in UTF-8";
  }
  if (pattern.line && std::holds_alternative<TableForm>(pattern.line->cut)) {
    return "its lines are read as one before them says (#Fields:)";
  }
  return {};
}

}  // namespace

/// The file that is being read, once more.
struct RejectRows::Origin {
  std::size_t source;
  SourceFile file;
  std::uint64_t header = 0;  // its bytes, with what stands before it
  bool is_csv = false;
  std::unique_ptr<ByteStream> bytes{};
  std::uint64_t at = 0;

  /// Gives the bytes from `begin` to `end` to `to`; the first is not before those of the last call.
  template <typename To>
  void copy(std::uint64_t begin, std::uint64_t end, const To& to) {
    at += bytes->skip(begin - at);
    std::array<char, 4096> block{};
    while (at < end) {
      const std::size_t size =
          bytes->read({block.data(), std::min<std::size_t>(block.size(), end - at)});
      if (size == 0) {
        throw Error(ExitCode::source,
                    fmt::format("{} became shorter while it was being read; run again when it is "
                                "complete",
                                printable_name(file.name)));
      }
      at += size;
      to(std::string_view(block.data(), size));
    }
  }
};

/// The two files.
struct RejectRows::Pair {
  Pair(fs::path name, Fd rows_, Fd reasons_)
      : rows_name(name.string()),
        rows(std::move(rows_), rows_name),
        reasons(std::move(reasons_), name.replace_extension("jsonl").string()) {}

  std::string rows_name;
  Output rows, reasons;
  std::uint64_t line = 1;  // the next of the rows

  void add_rows(std::string_view bytes) {
    rows.write(bytes);
    line += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  }
};

RejectRows::RejectRows(fs::path directory, std::function<void(std::string_view)> notice)
    : directory_(std::move(directory)), notice_(std::move(notice)) {
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) {
    throw system_error(ExitCode::usage, "create the directory", directory_.string(), errno);
  }
  std::error_code error;
  const bool is_directory = fs::is_directory(directory_, error);
  if (error) {
    throw system_error(ExitCode::usage, "look at", directory_.string(), error.value());
  }
  if (!is_directory) {
    throw Error(ExitCode::usage, fmt::format("{} is no directory; name another for --reject-rows",
                                             printable_name(directory_.string())));
  }
}
RejectRows::~RejectRows() = default;

void RejectRows::begin_file(std::size_t source, const SourceFile& file, const Pattern& pattern) {
  flush();
  origin_.reset();
  pair_.reset();
  incomplete_.clear();
  Origin origin{source, file};
  if (const std::string why = obstacle(file, pattern); !why.empty()) {
    notice_(fmt::format("{}: its rejects are not copied, since {}; correct them in the file itself",
                        printable_name(file.name), why));
    return;
  }
  origin.is_csv = pattern.csv.has_value();
  if (origin.is_csv) origin.header = read_header(file, {}, pattern.csv->frame).next.byte;
  origin.bytes = open_stream(file.path, file.name);
  origin_ = std::make_unique<Origin>(std::move(origin));
}

void RejectRows::add(const Reject& reject) {
  if (origin_) rejects_.push_back(reject);
}

bool RejectRows::is_copied(const Reject& reject) {
  if (!reject.order) return true;
  if (reject.apart && incomplete_.count(*reject.order) == 0) return false;
  incomplete_.insert(*reject.order);
  return true;
}

void RejectRows::make_pair() {
  for (int number = 1; !pair_; ++number) {
    fs::path rows = directory_ / fmt::format("rejects-{}-{:04}.{}", origin_->source, number,
                                             origin_->is_csv ? "csv" : "log");
    fs::path reasons = rows;
    reasons.replace_extension("jsonl");
    Fd reasons_file = make_file(reasons);
    if (!reasons_file) continue;
    Fd rows_file = make_file(rows);
    if (rows_file) {
      pair_ =
          std::make_unique<Pair>(std::move(rows), std::move(rows_file), std::move(reasons_file));
    } else if (::unlink(reasons.c_str()) != 0) {
      throw system_error(ExitCode::store, "remove", reasons.string(), errno);
    }
  }
  origin_->copy(0, origin_->header, [&](std::string_view bytes) { pair_->add_rows(bytes); });
}

void RejectRows::flush() {
  if (rejects_.empty()) return;
  if (!pair_) make_pair();
  // An order that stands in two places is found out at the second, or before the first is counted.
  std::stable_sort(rejects_.begin(), rejects_.end(),
                   [](const Reject& a, const Reject& b) { return a.begin < b.begin; });
  for (const Reject& reject : rejects_) {
    const bool copied = is_copied(reject);
    pair_->reasons.write(to_json_line(reject, copied ? std::optional(pair_->line) : std::nullopt));
    if (!copied) continue;
    origin_->copy(reject.begin, reject.end,
                  [&](std::string_view bytes) { pair_->add_rows(bytes); });
  }
  rejects_.clear();
  pair_->rows.flush();
  pair_->reasons.flush();
}

}  // namespace ordertail

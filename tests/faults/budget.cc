#include "faults/budget.h"

#include <unistd.h>

#include <cstdlib>

namespace ordertail::faults {
namespace {

constexpr std::uint64_t kSeed = 20261124;

std::optional<std::string> setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

Budget::Budget(double seconds, std::uint64_t least)
    : all_(setting("ORDERTAIL_FAULT_ALL").has_value()),
      least_(std::stoull(setting("ORDERTAIL_FAULT_LEAST").value_or(std::to_string(least)))),
      seed_(std::stoull(setting("ORDERTAIL_FAULT_SEED").value_or(std::to_string(kSeed)))),
      random_(seed_) {
  if (const auto said = setting("ORDERTAIL_FAULT_SECONDS")) seconds = std::stod(*said);
  end_ = std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(
             std::chrono::duration<double>(seconds));
}

bool Budget::is_left() const {
  return std::chrono::steady_clock::now() < end_;
}

std::optional<std::string> replayed() {
  return setting("ORDERTAIL_FAULT_REPLAY");
}

void use_memory_for_files() {
  constexpr const char* kMemory = "/dev/shm";
  if (::access(kMemory, W_OK) == 0) ::setenv("TMPDIR", kMemory, 1);
}

}  // namespace ordertail::faults

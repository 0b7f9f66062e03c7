// ordertail-generate: writes a file to measure with to standard output.
#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "bench/generator.h"

namespace ordertail::bench {
namespace {

constexpr std::string_view kUsage =
    "Usage: ordertail-generate shopify|paypal|log-sparse|log-dense\n"
    "                          (--size N[KiB|MiB|GiB] | --records N) [--seed N] > FILE\n"
    "\n"
    "Writes invented orders, transactions or log lines: whole ones, until the file has at\n"
    "least this size, or this many of them (an order of Shopify's has about two rows).\n"
    "The same seed gives the same bytes.\n";

constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;

struct Request {
  std::string_view kind;
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
  std::uint64_t seed = 1;
};

/// A number and its unit; nullopt for anything else.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.empty()) return number;
  if (unit == "KiB") return number << 10U;
  if (unit == "MiB") return number << 20U;
  if (unit == "GiB") return number << 30U;
  return std::nullopt;
}

std::optional<Request> parse(int argc, char** argv) {
  if (argc < 4 || argc % 2 != 0) return std::nullopt;
  Request request;
  request.kind = argv[1];
  for (int i = 2; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const auto number = parse_size(argv[i + 1]);
    if (!number) return std::nullopt;
    if (name == "--size") {
      request.bytes = *number;
    } else if (name == "--records") {
      request.records = *number;
    } else if (name == "--seed") {
      request.seed = *number;
    } else {
      return std::nullopt;
    }
  }
  if (request.bytes == 0 && request.records == 0) return std::nullopt;
  return request;
}

/// Null when there is no such kind.
std::unique_ptr<Generator> make_generator(std::string_view kind, std::uint64_t seed) {
  if (kind == "shopify") return shopify_orders(seed);
  if (kind == "paypal") return paypal_activity(seed);
  if (kind == "log-sparse") return access_log(seed, Conversions::two_per_thousand);
  if (kind == "log-dense") return access_log(seed, Conversions::every_line);
  return nullptr;
}

void write_block(std::string& block) {
  if (const int error = write_all(1, block); error != 0) {
    throw system_error(ExitCode::internal, "write", "standard output", error);
  }
  block.clear();
}

void generate(Generator& generator, const Request& request) {
  std::string block;
  block.reserve(kBlockBytes + kBlockBytes / 4);
  generator.begin(block);
  std::uint64_t written = 0;
  for (std::uint64_t records = 0;
       records < request.records || written + block.size() < request.bytes; ++records) {
    generator.next(block);
    if (block.size() < kBlockBytes) continue;
    written += block.size();
    write_block(block);
  }
  write_block(block);
}

}  // namespace
}  // namespace ordertail::bench

int main(int argc, char** argv) {
  using namespace ordertail;
  try {
    const auto request = bench::parse(argc, argv);
    const auto generator = request ? bench::make_generator(request->kind, request->seed) : nullptr;
    if (!generator) {
      fmt::print(stderr, "{}", bench::kUsage);
      return static_cast<int>(ExitCode::usage);
    }
    bench::generate(*generator, *request);
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "ordertail-generate: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}

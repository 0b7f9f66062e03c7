// The inner loops alone, over generated files held in memory. For changing one of them; what users
// feel is measured by tests/bench/run.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "bench/generator.h"
#include "event/money.h"
#include "record/csv_header.h"
#include "record/csv_reader.h"
#include "record/line_reader.h"
#include "record/literal_scan.h"

namespace ordertail::bench {
namespace {

constexpr std::size_t kSampleBytes = std::size_t{32} << 20U;
constexpr std::size_t kWindowBytes = std::size_t{256} << 10U;

std::string sample_of(std::unique_ptr<Generator> generator) {
  std::string out;
  generator->begin(out);
  while (out.size() < kSampleBytes) generator->next(out);
  return out;
}

const std::string& shopify() {
  static const std::string sample = sample_of(shopify_orders(1));
  return sample;
}
const std::string& paypal() {
  static const std::string sample = sample_of(paypal_activity(1));
  return sample;
}
const std::string& sparse_log() {
  static const std::string sample = sample_of(access_log(1, Conversions::two_per_thousand));
  return sample;
}
const std::string& dense_log() {
  static const std::string sample = sample_of(access_log(1, Conversions::every_line));
  return sample;
}

const std::vector<std::string> kLiterals{"/account/created", "/checkout/success"};
// One-pass for RE2: every repetition ends at a byte it cannot contain. With \S+ before a quote it
// is not, and several times slower.
constexpr const char* kLine =
    R"re((?P<ip>[^ ]+) - [^ ]+ \[(?P<time>[^\]]+)\] "[^ "]+ (?P<target>[^ "]+) [^ "]+" \d+ \d+ )re"
    R"re("[^"]*" "[^"]*" "(?P<utk>[^"]*)")re";

void count_bytes(benchmark::State& state, const std::string& sample) {
  state.SetBytesProcessed(static_cast<std::int64_t>(sample.size()) *
                          static_cast<std::int64_t>(state.iterations()));
}

/// Reads all of `sample` from `at` on, window by window, and returns the number of records.
std::size_t read_all(RecordReader& reader, std::string_view sample, Position at,
                     RecordBatch& batch) {
  std::size_t records = 0;
  while (at.byte < sample.size()) {
    const std::string_view window = sample.substr(at.byte, kWindowBytes);
    const bool last = at.byte + window.size() == sample.size();
    reader.read(window, at, last ? Ending::last : Ending::more, batch);
    records += batch.records.size();
    at = batch.next;
  }
  return records;
}

void read_csv(benchmark::State& state, const std::string& sample,
              const std::vector<std::string_view>& columns) {
  const auto header = read_csv_header(sample, Ending::more, {});
  std::vector<std::size_t> selected;
  for (const std::string_view column : columns) selected.push_back(header->find(column).value());
  RecordBatch batch;
  for (auto _ : state) {
    CsvReader reader({}, header->columns.size(), selected);
    benchmark::DoNotOptimize(read_all(reader, sample, header->next, batch));
  }
  count_bytes(state, sample);
}

void read_lines(benchmark::State& state, const std::string& sample,
                const std::vector<std::string>& literals) {
  RecordBatch batch;
  for (auto _ : state) {
    LineReader reader(LinePattern(kLine, {"ip", "time", "target", "utk"}), literals);
    benchmark::DoNotOptimize(read_all(reader, sample, {}, batch));
  }
  count_bytes(state, sample);
}

void literal_scan(benchmark::State& state) {
  const std::string& sample = sparse_log();
  const LiteralScan scan(kLiterals);
  for (auto _ : state) {
    std::size_t hits = 0;
    for (std::size_t at = scan.find(sample); at != LiteralScan::npos;
         at = scan.find(sample, at + 1)) {
      ++hits;
    }
    benchmark::DoNotOptimize(hits);
  }
  count_bytes(state, sample);
}

void line_feeds(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(count_line_feeds(sparse_log()));
  count_bytes(state, sparse_log());
}

void csv_shopify(benchmark::State& state) {
  read_csv(
      state, shopify(),
      {"Name", "Email", "Financial Status", "Cancelled at", "Currency", "Subtotal", "Created at",
       "Billing Name", "Billing City", "Billing Country", "Billing Phone", "Lineitem sku"});
}

void csv_paypal(benchmark::State& state) {
  read_csv(state, paypal(),
           {"Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross",
            "From Email Address", "Transaction ID", "Invoice Number", "Item ID"});
}

void lines_sparse(benchmark::State& state) {
  read_lines(state, sparse_log(), kLiterals);
}
void lines_dense(benchmark::State& state) {
  read_lines(state, dense_log(), kLiterals);
}
void lines_without_literals(benchmark::State& state) {
  read_lines(state, sparse_log(), {});
}

void money(benchmark::State& state) {
  const std::string_view text = "-12,345.67";
  for (auto _ : state) {
    std::string_view opaque = text;
    benchmark::DoNotOptimize(opaque);
    benchmark::DoNotOptimize(parse_money(opaque, NumberStyle::comma_point));
  }
}

BENCHMARK(literal_scan)->Unit(benchmark::kMillisecond);
BENCHMARK(line_feeds)->Unit(benchmark::kMillisecond);
BENCHMARK(csv_shopify)->Unit(benchmark::kMillisecond);
BENCHMARK(csv_paypal)->Unit(benchmark::kMillisecond);
BENCHMARK(lines_sparse)->Unit(benchmark::kMillisecond);
BENCHMARK(lines_dense)->Unit(benchmark::kMillisecond);
BENCHMARK(lines_without_literals)->Unit(benchmark::kMillisecond);
BENCHMARK(money);

}  // namespace
}  // namespace ordertail::bench

BENCHMARK_MAIN();

// How fast records are read out of a cached buffer. Not a test: build with ORDERTAIL_BENCH=ON.
#include <benchmark/benchmark.h>

#include <random>

#include "record/csv_reader.h"
#include "record/line_reader.h"

namespace ordertail {
namespace {

constexpr std::size_t kWindow = std::size_t{1} << 18U;

/// Rows of `columns` cells, of which about `filled` hold something and `quoted` are quoted (of
/// 100).
std::string table(std::size_t columns, unsigned filled, unsigned quoted) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < kWindow) {
    for (std::size_t column = 0; column < columns; ++column) {
      if (column > 0) text += ',';
      const char* quote = random() % 100 < quoted ? "\"" : "";
      text += quote;
      if (random() % 100 < filled) text.append(3 + random() % 16, 'v');
      text += quote;
    }
    text += '\n';
  }
  return text;
}

void read_table(benchmark::State& state, const std::string& text, std::size_t columns,
                std::size_t selected) {
  std::vector<std::size_t> selection;
  for (std::size_t i = 0; i < selected; ++i) selection.push_back(i * columns / selected);
  CsvReader reader({}, columns, selection, static_cast<Simd>(state.range(0)));
  RecordBatch batch;
  for (auto _ : state) {
    reader.read(text, {}, Ending::last, batch);
    benchmark::DoNotOptimize(batch.cells.data());
  }
  if (!batch.bad.empty()) state.SkipWithError("the table is not regular");
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.counters["row_bytes"] = static_cast<double>(text.size() / batch.records.size());
}

void shopify(benchmark::State& state) {
  read_table(state, table(79, 45, 8), 79, 15);
}
void paypal(benchmark::State& state) {
  read_table(state, table(41, 70, 100), 41, 12);
}
BENCHMARK(shopify)->ArgName("simd")->DenseRange(0, 2);
BENCHMARK(paypal)->ArgName("simd")->DenseRange(0, 2);

/// An access log in which about `per_mille` of the lines are conversions.
std::string access_log(unsigned per_mille) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < kWindow) {
    const bool hit = random() % 1000 < per_mille;
    text += "192.0.2." + std::to_string(random() % 256) +
            " - - [10/Oct/2023:13:55:" + std::to_string(10 + random() % 50) + " +0000] \"GET " +
            (hit ? "/checkout/complete?order=" : "/products/shoes?page=") +
            std::to_string(random() % 100'000) +
            " HTTP/1.1\" 200 2326 \"https://shop.example.com/cart\" \"Mozilla/5.0 (X11; Linux "
            "x86_64; rv:109.0) Gecko/20100101 Firefox/118.0\"\n";
  }
  return text;
}

void read_log(benchmark::State& state) {
  const std::string text = access_log(static_cast<unsigned>(state.range(0)));
  LineReader reader(LinePattern(R"((?P<ip>\S+) \S+ \S+ \[(?P<time>[^\]]+)\] "GET (?P<path>\S+) .*)",
                                {"ip", "time", "path"}),
                    {"/checkout/complete?", "/account/register/complete?"});
  RecordBatch batch;
  for (auto _ : state) {
    reader.read(text, {}, Ending::last, batch);
    benchmark::DoNotOptimize(batch.cells.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.counters["records"] = static_cast<double>(batch.records.size());
}
BENCHMARK(read_log)->ArgName("per_mille")->Arg(0)->Arg(3)->Arg(1000);

void find_two(benchmark::State& state) {
  const std::string text = access_log(0);
  const LiteralScan scan({"/checkout/complete?", "/account/register/complete?"},
                         static_cast<Simd>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(scan.find(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(find_two)->ArgName("simd")->DenseRange(0, 2);

void count_lines(benchmark::State& state) {
  const std::string text = access_log(0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(count_line_feeds(text, static_cast<Simd>(state.range(0))));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(count_lines)->ArgName("simd")->DenseRange(0, 2);

}  // namespace
}  // namespace ordertail

BENCHMARK_MAIN();

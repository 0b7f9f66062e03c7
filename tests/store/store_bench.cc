// What the store costs. Not a test: build with ORDERTAIL_BENCH=ON.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "store/world.h"

namespace ordertail {
namespace {

constexpr int kSlice = 1000;

/// A payload of a usual size.
std::string usual_payload(int number) {
  return payload_of(number) + std::string(400, ' ');
}

/// Slices of staging, one after the other, into a new store.
void stage_slices(benchmark::State& state) {
  const TemporaryDirectory directory;
  const HandClock clock;
  Store store(directory.path() / "main.db", StoreMode::write, clock);
  int number = 0;
  while (state.KeepRunning()) {
    store.begin_slice();
    for (const int end = number + kSlice; number < end; ++number)
      store.stage(event_of(number), usual_payload(number));
    store.commit_slice();
  }
  state.SetItemsProcessed(number);
}
BENCHMARK(stage_slices)->Iterations(100)->UseRealTime();

/// Eight outcomes and eight intents in one durable transaction, with the look for what is next.
void settle_and_begin(benchmark::State& state) {
  const TemporaryDirectory directory;
  const HandClock clock;
  const auto path = directory.path() / "main.db";
  Store store(path, StoreMode::write, clock);
  int staged = 0;
  int sent = 0;
  std::vector<Outcome> outcomes;
  while (state.KeepRunning()) {
    if (sent == staged) {
      state.PauseTiming();
      stage(store, staged, staged + 9'999);
      staged += 10'000;
      state.ResumeTiming();
    }
    sent += 8;
    const auto begun = begin_each(store, store.pending(8), outcomes);
    outcomes.clear();
    for (const Carried event : begun)
      outcomes.push_back({event, Settlement::submitted, "", "", 200, {}});
  }
  state.counters["events"] = static_cast<double>(store.totals().submitted);
}
BENCHMARK(settle_and_begin)->Iterations(20'000)->UseRealTime();

/// Opening and closing a store with `state.range(0)` settled events.
void open_and_close(benchmark::State& state) {
  const TemporaryDirectory directory;
  const HandClock clock;
  const auto path = directory.path() / "main.db";
  {
    Store store(path, StoreMode::write, clock);
    stage(store, 1, static_cast<int>(state.range(0)));
    std::vector<Outcome> outcomes;
    for (auto next = store.pending(100); !next.empty(); next = store.pending(100)) {
      outcomes.clear();
      for (const Carried event : begin_each(store, next))
        outcomes.push_back({event, Settlement::submitted, "", "", 200, {}});
      store.settle_and_begin(outcomes, {}, "2026-11-23");
    }
  }
  while (state.KeepRunning()) const Store store(path, StoreMode::write, clock);
  state.counters["file_bytes"] = static_cast<double>(std::filesystem::file_size(path));
}
BENCHMARK(open_and_close)->Arg(10)->Arg(1'000)->Arg(10'000)->Arg(100'000)->UseRealTime();

/// A first run's share: making the store, ten events staged and settled, closing.
void first_run(benchmark::State& state) {
  const HandClock clock;
  while (state.KeepRunning()) {
    const TemporaryDirectory directory;
    Store store(directory.path() / "main.db", StoreMode::write, clock);
    stage(store, 1, 10);
    for (int i = 0; i < 10; ++i) settle_one(store, Settlement::submitted);
  }
}
BENCHMARK(first_run)->UseRealTime();

}  // namespace
}  // namespace ordertail

BENCHMARK_MAIN();

// SPDX-License-Identifier: Apache-2.0
// Cost per operation of what every simulated translation goes through.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "models/base/latency_histogram.h"
#include "models/base/random.h"
#include "models/base/set_associative.h"
#include "models/base/timing_wheel.h"

namespace siov {
namespace {

// Shaped like an IOTLB tag: who, and which page.
struct TlbKey {
  std::uint32_t pasid = 0;
  std::uint64_t page = 0;
  friend bool operator==(const TlbKey& a, const TlbKey& b) { return a.pasid == b.pasid && a.page == b.page; }
};
struct TlbHash {
  std::size_t operator()(const TlbKey& key) const { return Mix64(key.page) ^ key.pasid; }
};
struct Translation {
  std::uint64_t frame = 0;
  std::uint32_t rights = 0;
};
using Tlb = SetAssociativeCache<TlbKey, Translation, TlbHash>;

constexpr std::size_t kPattern = 1u << 14;

std::vector<TlbKey> Pattern(std::uint64_t keys) {
  RandomStream random(1);
  std::vector<TlbKey> pattern(kPattern);
  for (TlbKey& key : pattern) {
    const std::uint64_t which = random.Below(keys);
    key = {static_cast<std::uint32_t>(which % 1'024), 0x7F00'0000u + which};
  }
  return pattern;
}

CacheGeometry Geometry(const benchmark::State& state) {
  return {static_cast<std::uint32_t>(state.range(0)), static_cast<std::uint32_t>(state.range(1)),
          static_cast<ReplacementPolicy>(state.range(2))};
}

void CacheHit(benchmark::State& state) {
  Tlb cache(Geometry(state));
  for (const TlbKey& key : Pattern(cache.capacity() / 2)) cache.Insert(key, {key.page, 3});
  std::vector<TlbKey> pattern = Pattern(cache.capacity() / 2);
  for (TlbKey& key : pattern) {
    while (cache.Peek(key) == nullptr) key = pattern[(key.page * 31) % kPattern];  // a set that overflowed
  }
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(cache.Lookup(pattern[i++ % kPattern]));
}

void CacheMissAndFill(benchmark::State& state) {
  Tlb cache(Geometry(state));
  const std::vector<TlbKey> pattern = Pattern(cache.capacity() * 16);
  for (const TlbKey& key : pattern) cache.Insert(key, {key.page, 3});
  std::size_t i = 0;
  for (auto _ : state) {
    const TlbKey& key = pattern[i++ % kPattern];
    if (cache.Lookup(key) == nullptr) benchmark::DoNotOptimize(cache.Insert(key, {key.page, 3}));
  }
}

void Shapes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"entries", "ways", "policy"});
  for (int policy = 0; policy < 5; ++policy) {
    bench->Args({128, 8, policy})->Args({128, 0, policy})->Args({1'024, 0, policy})->Args({8'192, 8, policy});
  }
}
BENCHMARK(CacheHit)->Apply(Shapes);
BENCHMARK(CacheMissAndFill)->Apply(Shapes);

std::vector<std::uint64_t> Latencies() {
  RandomStream random(2);
  std::vector<std::uint64_t> values(kPattern);
  for (std::uint64_t& value : values) value = static_cast<std::uint64_t>(random.LogNormal(2e6, 1.0));
  return values;
}

template <class Histogram>
void HistogramRecord(benchmark::State& state) {
  Histogram histogram;
  const std::vector<std::uint64_t> values = Latencies();
  std::size_t i = 0;
  for (auto _ : state) histogram.Record(values[i++ % kPattern]);
  benchmark::DoNotOptimize(histogram.count());
}
BENCHMARK_TEMPLATE(HistogramRecord, LatencyHistogram);
BENCHMARK_TEMPLATE(HistogramRecord, CompactHistogram);

void RandomNext(benchmark::State& state) {
  RandomStream random(3);
  for (auto _ : state) benchmark::DoNotOptimize(random.Next());
}
BENCHMARK(RandomNext);

void RandomExponential(benchmark::State& state) {
  RandomStream random(3);
  for (auto _ : state) benchmark::DoNotOptimize(random.Exponential(1e6));
}
BENCHMARK(RandomExponential);

void AliasDraw(benchmark::State& state) {
  RandomStream random(4);
  std::vector<double> weights(static_cast<std::size_t>(state.range(0)));
  for (double& weight : weights) weight = random.Exponential(1.0);
  const AliasTable table(weights);
  for (auto _ : state) benchmark::DoNotOptimize(table.Draw(random));
}
BENCHMARK(AliasDraw)->Arg(1'024)->Arg(1 << 20);

void ZipfDraw(benchmark::State& state) {
  RandomStream random(5);
  const ZipfSampler zipf(1u << 30, 0.99);
  for (auto _ : state) benchmark::DoNotOptimize(zipf.Draw(random));
}
BENCHMARK(ZipfDraw);

// One wake-up popped and the next one scheduled, with all ids pending: a closed loop of tenants.
void WheelPopAndSchedule(benchmark::State& state) {
  const auto ids = static_cast<std::uint32_t>(state.range(0));
  const double mean_think_ps = 1e6 * ids;  // one wake-up per microsecond
  TimingWheel wheel(1'000'000);
  wheel.Reserve(ids);
  RandomStream random(6);
  for (std::uint32_t id = 0; id < ids; ++id) {
    wheel.Schedule(id, static_cast<Picoseconds>(random.Exponential(mean_think_ps)));
  }
  for (auto _ : state) {
    std::uint32_t id = 0;
    Picoseconds due = 0;
    wheel.PopDue(wheel.NextDue(), &id, &due);
    wheel.Schedule(id, due + static_cast<Picoseconds>(2 * random.Uniform() * mean_think_ps));
  }
}
BENCHMARK(WheelPopAndSchedule)->Arg(16)->Arg(1'024)->Arg(65'536)->Arg(1 << 20);

}  // namespace
}  // namespace siov

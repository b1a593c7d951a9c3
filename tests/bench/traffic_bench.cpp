// SPDX-License-Identifier: Apache-2.0
// Cost per job of producing it and of accounting for it.
#include <benchmark/benchmark.h>

#include "models/workload/tenants/job_factory.h"
#include "models/workload/tenants/job_statistics.h"

namespace siov {
namespace {

void BM_FillJob(benchmark::State& state) {
  TenantClassConfig config;
  config.tenants = 1u << 16;
  config.queues = {QueueId(0)};
  config.pattern = static_cast<AddressPattern>(state.range(0));
  config.jobs = {{JobOp::kRead, 4096, 1.0}, {JobOp::kWrite, 512, 2.0}};
  JobFactory factory(config, 0, 0);
  RandomStream random(1);
  Job job;
  for (auto _ : state) {
    factory.Fill(static_cast<std::uint32_t>(random.Next()) & 0xFFFFu, random, &job);
    benchmark::DoNotOptimize(job.source);
  }
}
BENCHMARK(BM_FillJob)->Arg(0)->Arg(1)->Arg(2)->Arg(3);

// range(0): stages of the job's ledger; range(1): classes.
void BM_FinishJob(benchmark::State& state) {
  constexpr std::uint32_t kTenants = 1u << 16;
  JobStatistics statistics(kTenants, static_cast<std::size_t>(state.range(1)), true);
  RandomStream random(1);
  Job job;
  job.status = JobStatus::kSuccess;
  job.ledger.Open(0);
  for (std::int64_t i = 1; i <= state.range(0); ++i) {
    job.ledger.Mark(static_cast<Stage>(i % static_cast<std::int64_t>(kStageCount)),
                    static_cast<Picoseconds>(i) * 50'000);
  }
  for (auto _ : state) {
    job.tenant = TenantId(static_cast<std::uint32_t>(random.Next()) % kTenants);
    statistics.Finish(job, job.ledger.cursor());
  }
}
BENCHMARK(BM_FinishJob)->Args({12, 1})->Args({32, 1})->Args({32, 3});

}  // namespace
}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// Where the time of fast, typical and slow jobs went: for each bucket of the latency histogram the number of jobs and
// the time they spent in every stage.
//
// Whole jobs are summed, so the mean stage times of a band of percentiles add up to the band's mean latency (sums are
// doubles: exact up to 2.5 hours of summed time, 16 digits beyond). Rows exist for buckets in use only: 240 bytes each.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_STAGE_ANATOMY_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_STAGE_ANATOMY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/latency_histogram.h"
#include "models/base/units.h"
#include "models/protocol/ledger.h"
#include "models/protocol/stage.h"

namespace siov {

// Mean stage times of the jobs of a band.
struct StageBand {
  double jobs = 0;  // not whole: a bucket at the band's edge counts in part
  double mean_latency_ps = 0;
  std::array<double, kStageCount> mean_stage_ps{};
};

class StageAnatomy {
 public:
  // A job that took `latency`, with the stages of its closed ledger.
  void Record(Picoseconds latency, const Ledger& ledger);
  void Reset() { *this = StageAnatomy(); }

  std::uint64_t jobs() const { return jobs_; }
  // The jobs between two quantiles of latency: Band(0, 1) is all, Band(0.985, 0.995) those around p99. A bucket that
  // reaches over the band's edge takes part with the share of its jobs that lie inside.
  StageBand Band(double low, double high) const;

 private:
  struct Row {
    std::uint64_t jobs = 0;
    std::array<double, kStageCount> stage_ps{};
  };
  static constexpr std::uint16_t kNoRow = 0xFFFF;
  static_assert(LatencyHistogram::bucket_count() < kNoRow, "a row index must fit");

  std::uint64_t jobs_ = 0;
  std::vector<std::uint16_t> row_of_bucket_ = std::vector<std::uint16_t>(LatencyHistogram::bucket_count(), kNoRow);
  std::vector<Row> rows_;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_STAGE_ANATOMY_H_

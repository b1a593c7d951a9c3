// SPDX-License-Identifier: Apache-2.0
#include "models/workload/tenants/stage_anatomy.h"

#include <algorithm>

namespace siov {

void StageAnatomy::Record(Picoseconds latency, const Ledger& ledger) {
  std::uint16_t& index = row_of_bucket_[LatencyHistogram::BucketOf(latency)];
  if (index == kNoRow) {
    index = static_cast<std::uint16_t>(rows_.size());
    rows_.emplace_back();
  }
  Row& row = rows_[index];
  ++row.jobs;
  ++jobs_;
  ledger.ForEach([&row](Stage stage, Picoseconds entered, Picoseconds left) {
    row.stage_ps[static_cast<std::size_t>(stage)] += static_cast<double>(left - entered);
  });
}

StageBand StageAnatomy::Band(double low, double high) const {
  StageBand band;
  const double first = std::clamp(low, 0.0, 1.0) * static_cast<double>(jobs_);
  const double last = std::clamp(high, 0.0, 1.0) * static_cast<double>(jobs_);
  double before = 0;  // jobs in lower buckets
  for (const std::uint16_t index : row_of_bucket_) {
    if (index == kNoRow) continue;
    const Row& row = rows_[index];
    const auto jobs = static_cast<double>(row.jobs);
    const double inside = std::min(before + jobs, last) - std::max(before, first);
    before += jobs;
    if (inside <= 0) continue;
    band.jobs += inside;
    for (std::size_t i = 0; i < kStageCount; ++i) band.mean_stage_ps[i] += row.stage_ps[i] * (inside / jobs);
  }
  if (band.jobs == 0) return band;
  for (double& stage : band.mean_stage_ps) {
    stage /= band.jobs;
    band.mean_latency_ps += stage;
  }
  return band;
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// Time series: samples the level of every occupancy and the recent utilisation of every server at a fixed interval,
// which doubles whenever there are as many samples as can be looked at.
#ifndef SIOV_PLATFORMS_COLLECT_SAMPLER_H_
#define SIOV_PLATFORMS_COLLECT_SAMPLER_H_

#include <vector>

#include "models/base/statistics.h"
#include "platforms/collect/results.h"

namespace siov {

class Sampler {
 public:
  static constexpr std::size_t kMostSamples = 1u << 14;  // even: then pairs of them are merged

  // interval 0: no time series; next() is then never.
  Sampler(const std::vector<StatGroup*>& groups, Picoseconds interval_ps);
  void Start(Picoseconds now);
  Picoseconds next() const { return next_; }
  // Takes a sample if one is due now.
  void SampleAt(Picoseconds now);
  const std::vector<TimeSeries>& series() const { return series_; }

 private:
  void Thin();
  struct Probe {
    const Occupancy* occupancy = nullptr;
    const BusyTime* busy = nullptr;
    double last_integral = 0;
  };
  std::vector<Probe> probes_;
  std::vector<TimeSeries> series_;
  Picoseconds interval_ps_;
  Picoseconds next_ = kNever;
  Picoseconds last_ = 0;
  Picoseconds start_ = 0;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_SAMPLER_H_

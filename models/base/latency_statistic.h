// SPDX-License-Identifier: Apache-2.0
// A statistic made of a latency histogram: mean, median, 99th percentile and maximum, in ns.
#ifndef SIOV_MODELS_BASE_LATENCY_STATISTIC_H_
#define SIOV_MODELS_BASE_LATENCY_STATISTIC_H_

#include <vector>

#include "models/base/latency_histogram.h"
#include "models/base/statistics.h"

namespace siov {

class LatencyStatistic final : public Statistic {
 public:
  LatencyStatistic(StatGroup& group, const char* name, const char* sentence) : Statistic(group, name, "ns", sentence) {}
  ~LatencyStatistic() override { NoteCoverage(); }
  void Record(Picoseconds latency) {
    histogram_.Record(latency);
    ever_ = true;
  }
  const LatencyHistogram& histogram() const { return histogram_; }
  std::vector<StatValue> Values(Picoseconds) const override {
    const auto ns = [](double ps) { return ps / static_cast<double>(kPsPerNs); };
    const bool any = histogram_.count() != 0;
    const auto value = [&](double quantile) {
      return any ? ns(static_cast<double>(histogram_.Quantile(quantile))) : 0.0;
    };
    return {{".mean", unit(), any ? ns(histogram_.Mean()) : 0.0},
            {".p50", unit(), value(0.5)},
            {".p99", unit(), value(0.99)},
            {".max", unit(), any ? ns(static_cast<double>(histogram_.max())) : 0.0}};
  }
  void Reset(Picoseconds) override { histogram_ = LatencyHistogram(); }
  bool moved() const override { return ever_; }

 private:
  LatencyHistogram histogram_;
  bool ever_ = false;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_LATENCY_STATISTIC_H_

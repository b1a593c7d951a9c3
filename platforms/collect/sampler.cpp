// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/sampler.h"

namespace siov {

Sampler::Sampler(const std::vector<StatGroup*>& groups, Picoseconds interval_ps) : interval_ps_(interval_ps) {
  if (interval_ps == 0) return;
  for (const StatGroup* group : groups) {
    for (const Statistic* member : group->members()) {
      Probe probe;
      probe.occupancy = dynamic_cast<const Occupancy*>(member);
      probe.busy = dynamic_cast<const BusyTime*>(member);
      if (probe.occupancy == nullptr && probe.busy == nullptr) continue;
      probes_.push_back(probe);
      series_.push_back({group->path() + "." + member->name(), member->unit(), {}, {}});
    }
  }
}

void Sampler::Start(Picoseconds now) {
  if (interval_ps_ == 0) return;
  start_ = last_ = now;
  next_ = now + interval_ps_;
  for (Probe& probe : probes_) probe.last_integral = 0;
}

void Sampler::SampleAt(Picoseconds now) {
  if (now < next_) return;
  const double elapsed = static_cast<double>(now - last_);
  for (std::size_t i = 0; i < probes_.size(); ++i) {
    Probe& probe = probes_[i];
    // Mean level, or mean utilisation, since the last sample.
    const double integral = probe.occupancy != nullptr ? probe.occupancy->Integral(now)
                                                       : static_cast<double>(probe.busy->busy(now)) /
                                                             static_cast<double>(probe.busy->servers());
    series_[i].time_ns.push_back(ToNs(now));
    series_[i].value.push_back((integral - probe.last_integral) / elapsed);
    probe.last_integral = integral;
  }
  last_ = now;
  if (!series_.empty() && series_.front().time_ns.size() >= kMostSamples) Thin();
  next_ = now + interval_ps_;
}

// Two samples become one, and the interval is twice as long from now on: memory and time stay bounded however short an
// interval was asked for.
void Sampler::Thin() {
  interval_ps_ *= 2;
  for (TimeSeries& series : series_) {
    const std::size_t pairs = series.value.size() / 2;
    double began_ns = ToNs(start_);
    for (std::size_t i = 0; i < pairs; ++i) {
      const double middle_ns = series.time_ns[2 * i];
      const double end_ns = series.time_ns[2 * i + 1];
      const double sum = series.value[2 * i] * (middle_ns - began_ns) + series.value[2 * i + 1] * (end_ns - middle_ns);
      series.value[i] = sum / (end_ns - began_ns);
      series.time_ns[i] = began_ns = end_ns;
    }
    series.value.resize(pairs);
    series.time_ns.resize(pairs);
  }
}

}  // namespace siov

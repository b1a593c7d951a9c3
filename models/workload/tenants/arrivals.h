// SPDX-License-Identifier: Apache-2.0
// Open-loop arrivals of a whole class of tenants as one process: nothing is held per tenant.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_ARRIVALS_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_ARRIVALS_H_

#include <algorithm>
#include <cstdint>

#include "models/base/random.h"
#include "models/base/units.h"

namespace siov {

// The superposition of equal Poisson processes is a Poisson process of the summed rate whose events belong to any of
// the tenants with equal probability.
class PoissonArrivals {
 public:
  PoissonArrivals(double jobs_per_second_per_tenant, std::uint32_t tenants)
      : mean_gap_ps_(static_cast<double>(kPsPerSecond) / (jobs_per_second_per_tenant * tenants)), tenants_(tenants) {}
  Picoseconds NextTime(RandomStream& random) {
    time_ps_ += random.Exponential(mean_gap_ps_);
    return static_cast<Picoseconds>(time_ps_);
  }
  // Leaves out those before `now`: how many, and when the next one comes.
  Picoseconds SkipTo(Picoseconds now, RandomStream& random, std::uint64_t* skipped) {
    Picoseconds next = NextTime(random);
    for (; next < now; next = NextTime(random)) ++*skipped;
    return next;
  }
  std::uint32_t Tenant(RandomStream& random) const { return static_cast<std::uint32_t>(random.Below(tenants_)); }

 private:
  double mean_gap_ps_;
  double time_ps_ = 0;  // exact below 2^53 ps = 2.5 h; beyond, gaps are rounded to a few ps
  std::uint32_t tenants_;
};

// Evenly spaced over the class, tenants in turn, first one at time 0. Times are rounded, never accumulated.
class FixedRateArrivals {
 public:
  FixedRateArrivals(double jobs_per_second_per_tenant, std::uint32_t tenants)
      : gap_ps_(static_cast<double>(kPsPerSecond) / (jobs_per_second_per_tenant * tenants)), tenants_(tenants) {}
  Picoseconds NextTime() { return static_cast<Picoseconds>(static_cast<double>(count_++) * gap_ps_ + 0.5); }
  // Leaves out those before `now`: how many, and when the next one comes.
  Picoseconds SkipTo(Picoseconds now, std::uint64_t* skipped) {
    const std::uint64_t first = count_;
    const auto near = static_cast<std::uint64_t>(static_cast<double>(now) / gap_ps_);
    count_ = std::max(count_, near > 2 ? near - 2 : 0);
    Picoseconds next = NextTime();
    while (next < now) next = NextTime();
    *skipped += count_ - 1 - first;
    return next;
  }
  // Of the arrival whose time NextTime() gave last.
  std::uint32_t Tenant() const { return static_cast<std::uint32_t>((count_ - 1 - repeats_) % tenants_); }
  // That arrival was an earlier one's, come again: its slot is spent, the tenants' turns are as before.
  void Repeated() { ++repeats_; }

 private:
  double gap_ps_;
  std::uint64_t count_ = 0;
  std::uint64_t repeats_ = 0;
  std::uint32_t tenants_;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_ARRIVALS_H_

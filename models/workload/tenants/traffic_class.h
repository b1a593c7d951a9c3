// SPDX-License-Identifier: Apache-2.0
// A class of tenants as the traffic block keeps it: its configuration, its jobs and arrivals, and how many are where.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_TRAFFIC_CLASS_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_TRAFFIC_CLASS_H_

#include <optional>

#include "models/workload/tenants/arrivals.h"
#include "models/workload/tenants/job_factory.h"
#include "models/workload/tenants/traffic.h"

namespace siov {

struct Traffic::Class {
  Class(const TenantClassConfig& class_config, std::uint16_t index, std::uint32_t first_tenant_number,
        std::uint32_t first_slot_number, const RandomStream& stream)
      : config(class_config),
        first_tenant(first_tenant_number),
        first_slot(first_slot_number),
        factory(class_config, index, first_tenant_number),
        arrival_random(stream.Split("arrivals")),
        job_random(stream.Split("jobs")) {
    if (config.arrivals == ArrivalProcess::kPoisson) poisson.emplace(config.jobs_per_second, config.tenants);
    if (config.arrivals == ArrivalProcess::kFixedRate) fixed.emplace(config.jobs_per_second, config.tenants);
  }
  std::uint32_t slots() const {
    return config.arrivals == ArrivalProcess::kClosedLoop ? config.tenants * config.queue_depth : 0;
  }

  TenantClassConfig config;
  std::uint32_t first_tenant;
  std::uint32_t first_slot;
  JobFactory factory;
  RandomStream arrival_random;  // apart from the jobs', so that the same jobs come whatever the arrivals
  RandomStream job_random;
  std::optional<PoissonArrivals> poisson;
  std::optional<FixedRateArrivals> fixed;
  std::uint32_t ended_tenants = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t not_submitted = 0;
  bool full = false;           // as many of an open loop's jobs are in flight as are kept
  Submission* held = nullptr;  // came from the line and found no room in the device
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_TRAFFIC_CLASS_H_

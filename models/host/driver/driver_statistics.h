// SPDX-License-Identifier: Apache-2.0
// What the driver counts, by what it does.
#ifndef SIOV_MODELS_HOST_DRIVER_DRIVER_STATISTICS_H_
#define SIOV_MODELS_HOST_DRIVER_DRIVER_STATISTICS_H_

#include "models/base/latency_statistic.h"
#include "models/base/statistics.h"

namespace siov {

struct MappingCounts {
  explicit MappingCounts(StatGroup& group);
  Counter maps;
  Counter unmaps;
  Counter cpu_time;
};

struct SyncCounts {
  explicit SyncCounts(StatGroup& group);
  Counter syncs;
  Counter descriptors;
  LatencyStatistic latency;
  Counter lock_waits;
  Counter ring_waits;
};

struct PolicyCounts {
  explicit PolicyCounts(StatGroup& group);
  Counter flushes;
  Counter timer_flushes;
  Counter batches;
};

struct AbortCounts {
  explicit AbortCounts(StatGroup& group);
  Counter resubmitted;
  Counter abandoned;
};

// Groups of invalidations that lack what their change needs.
struct RecipeCounts {
  explicit RecipeCounts(StatGroup& group);
  Counter iotlb;
  Counter device_tlb;
  Counter wait;
  Counter order;
};

struct QueueLoad {
  QueueLoad(StatGroup& group, std::uint32_t queues);
  BusyTime locks;
  Occupancy in_flight;
  Occupancy lock_queue;
};

struct RangeLoad {
  explicit RangeLoad(StatGroup& group);
  Occupancy unflushed;
  Occupancy mapped;
  Occupancy parked;
};

struct DriverStatistics {
  DriverStatistics(StatGroup& group, std::uint32_t iommus);
  MappingCounts mapping;
  SyncCounts sync;
  PolicyCounts policy;
  AbortCounts aborts;
  Counter events;
  RecipeCounts missing;
  QueueLoad queues;
  RangeLoad ranges;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_DRIVER_STATISTICS_H_

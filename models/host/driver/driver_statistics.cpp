// SPDX-License-Identifier: Apache-2.0
#include "models/host/driver/driver_statistics.h"

namespace siov {

MappingCounts::MappingCounts(StatGroup& group)
    : maps(group, "maps", "ranges", "Buffers mapped for a job."),
      unmaps(group, "unmaps", "ranges", "Buffers unmapped after a job, or as a recording did."),
      cpu_time(group, "cpu_time", "ps",
               "CPU time spent on mapping, unmapping, and submitting and waiting for invalidations.") {}

SyncCounts::SyncCounts(StatGroup& group)
    : syncs(group, "syncs", "syncs", "Groups of invalidations submitted and waited for."),
      descriptors(group, "descriptors", "descriptors", "Descriptors given to the invalidation queues."),
      latency(group, "sync_latency",
              "From the start of a sync's submission until the CPU has seen its wait completed."),
      lock_waits(group, "lock_waits", "syncs", "Syncs that waited for the lock of their queue."),
      ring_waits(group, "ring_waits", "syncs", "Syncs that found the ring too full and waited.") {}

PolicyCounts::PolicyCounts(StatGroup& group)
    : flushes(group, "flushes", "flushes", "Flushes of deferred unmappings, of one domain each."),
      timer_flushes(group, "timer_flushes", "flushes", "Flushes started by the timer, not by a full queue."),
      batches(group, "batches", "syncs", "Batches of jobs that shared a wait.") {}

AbortCounts::AbortCounts(StatGroup& group)
    : resubmitted(group, "resubmitted", "syncs", "Syncs submitted again because their wait was aborted."),
      abandoned(group, "abandoned", "syncs", "Syncs given up after retry_limit aborted waits.") {}

RecipeCounts::RecipeCounts(StatGroup& group)
    : iotlb(group, "undef.missing_iotlb", "recipes", "UNDEF: tables changed without the IOTLB invalidation they need."),
      device_tlb(group, "undef.missing_device_tlb", "recipes",
                 "UNDEF: tables changed without the device-TLB invalidation they need."),
      wait(group, "undef.missing_wait", "recipes", "UNDEF: memory given back without waiting for its invalidations."),
      order(group, "undef.wrong_order", "recipes",
            "UNDEF: a device TLB invalidated before the IOTLB, from which it can refill.") {}

QueueLoad::QueueLoad(StatGroup& group, std::uint32_t queues)
    : locks(group, "queue_locks", "Share of the time the invalidation queues' locks are held.", queues),
      in_flight(group, "syncs_in_flight", "syncs", "Syncs submitted whose wait has not been seen.", 0),
      lock_queue(group, "lock_queue", "syncs", "Syncs that wait for the lock of their queue.", 0) {}

RangeLoad::RangeLoad(StatGroup& group)
    : unflushed(group, "unflushed", "ranges", "Ranges unmapped whose invalidation has not ended.", 0),
      mapped(group, "mapped", "ranges", "Buffers of jobs mapped at the moment.", 0),
      parked(group, "parked", "jobs", "Jobs that wait for their batch to fill.", 0) {}

DriverStatistics::DriverStatistics(StatGroup& group, std::uint32_t iommus)
    : mapping(group),
      sync(group),
      policy(group),
      aborts(group),
      events(group, "events", "interrupts", "Event interrupts of the IOMMUs."),
      missing(group),
      queues(group, iommus),
      ranges(group) {}

}  // namespace siov

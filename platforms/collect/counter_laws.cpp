// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/counter_laws.h"

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "models/base/ends_with.h"
#include "models/base/invariant.h"
#include "models/device/atc/atc.h"
#include "models/device/engine/engine.h"
#include "models/device/function/function.h"
#include "models/device/ims/ims.h"
#include "models/device/swq_arbiter/swq_arbiter.h"
#include "models/fabric/device_port/device_port.h"
#include "models/fabric/home_router/home_router.h"
#include "models/fabric/link/link.h"
#include "models/fabric/root_port/root_port.h"
#include "models/fabric/switch/switch.h"
#include "models/host/cpus/host.h"
#include "models/host/registers/register_accesses.h"
#include "models/iommu/fault_recording/fault_recording.h"
#include "models/iommu/interrupt_remapper/interrupt_remapper.h"
#include "models/iommu/invalidation_queue/invalidation_queue.h"
#include "models/iommu/iotlb/iotlb.h"
#include "models/iommu/page_walker/page_walker.h"
#include "models/iommu/pri_queue/pri_queue.h"
#include "models/memory/memory.h"

namespace siov {
namespace {

// One side of a law: how many, and of what.
struct Side {
  std::uint64_t count;
  const char* words;
};

class Laws {
 public:
  explicit Laws(const System& system) : blocks_(system.blocks()) {}

  // Sum of counters over all blocks of a kind. A name that begins with "*" stands for all that end so.
  template <class Kind>
  std::uint64_t Sum(std::initializer_list<std::string_view> names) const {
    std::uint64_t sum = 0;
    for (const Block* block : blocks_) {
      if (dynamic_cast<const Kind*>(block) == nullptr) continue;
      for (const std::string_view name : names) sum += SumOf(*block, name);
    }
    return sum;
  }
  void Equal(const Side& one, const Side& other) {
    if (one.count == other.count) return;
    broken_.push_back(std::to_string(one.count) + " " + one.words + ", but " + std::to_string(other.count) + " " +
                      other.words);
  }
  std::vector<std::string> broken() && { return std::move(broken_); }

 private:
  static std::uint64_t SumOf(const Block& block, std::string_view name) {
    const bool any = name.front() == '*';
    if (any) name.remove_prefix(1);
    std::uint64_t sum = 0;
    bool found = false;
    for (const Statistic* member : block.statistics().members()) {
      const auto* counter = dynamic_cast<const Counter*>(member);
      const std::string_view own = member->name();
      const bool meant = any ? EndsWith(own, name) : own == name;
      if (counter == nullptr || !meant) continue;
      found = true;
      sum += counter->value();
    }
    CheckInvariant(found, [&] { return block.path() + ": it has no counter " + std::string(name); });
    return sum;
  }

  std::vector<const Block*> blocks_;
  std::vector<std::string> broken_;
};

// Packets between host and devices.
void CheckPath(Laws& laws) {
  const std::uint64_t up = laws.Sum<DevicePort>({"upstream_requests"});
  laws.Equal({up + laws.Sum<Switch>({"upstream_requests"}), "requests were passed to links by devices and switches"},
             {laws.Sum<Link>({"upstream_posted_tlps", "upstream_nonposted_tlps"}), "were sent over them"});
  laws.Equal({up, "requests were passed to links by devices"},
             {laws.Sum<RootPort>(
                  {"to_memory", "to_iotlb", "page_requests", "interrupts", "invalidate_completions", "refused"}),
              "were passed on or refused by root ports"});
  laws.Equal({laws.Sum<Link>({"upstream_nonposted_tlps"}), "non-posted requests were sent by devices and switches"},
             {laws.Sum<DevicePort>({"answers", "completion_timeouts"}) + laws.Sum<Switch>({"downstream_completions"}),
              "were answered"});
  const std::uint64_t down = laws.Sum<RootPort>({"downstream_requests"});
  laws.Equal({down + laws.Sum<Switch>({"downstream_requests"}), "requests were sent down by root ports and switches"},
             {laws.Sum<Link>({"downstream_posted_tlps", "downstream_nonposted_tlps"}), "went over links"});
  laws.Equal({down, "requests were sent down by root ports"},
             {laws.Sum<DevicePort>({"downstream_requests"}) + laws.Sum<Switch>({"refused"}),
              "came to devices, or to nobody behind a switch"});
  laws.Equal({laws.Sum<Link>({"downstream_nonposted_tlps"}), "non-posted requests were sent to devices"},
             {laws.Sum<Link>({"upstream_completion_tlps"}), "were answered"});
  laws.Equal({down, "requests were sent down by root ports"},
             {laws.Sum<Host>({"enqcmds", "movdir64bs"}) - laws.Sum<Host>({"no_portal"}) +
                  laws.Sum<PriQueue>({"responses.success", "responses.invalid", "responses.failure"}) +
                  laws.Sum<InvalidationQueue>({"device_tlb"}) - laws.Sum<InvalidationQueue>({"unreachable"}) +
                  laws.Sum<RegisterAccesses>({"tlps"}),
              "were given to them"});
  laws.Equal({laws.Sum<RegisterAccesses>({"tlps"}), "register accesses were sent"},
             {laws.Sum<Function>({"reads", "writes"}) + laws.Sum<Switch>({"refused"}), "were served or refused"});
}

// Jobs from submission to end.
void CheckJobs(Laws& laws) {
  laws.Equal({laws.Sum<Host>({"enqcmds"}), "ENQCMD were issued"},
             {laws.Sum<Host>({"accepted", "retries"}), "were answered"});
  laws.Equal({laws.Sum<Host>({"submissions"}), "jobs were submitted"},
             {laws.Sum<Host>({"accepted", "movdir64bs", "rejected", "exceptions"}),
              "were accepted, written, given up or raised an exception"});
  const std::uint64_t dispatches = laws.Sum<SwqArbiter>({"*.dispatches"});
  laws.Equal({laws.Sum<SwqArbiter>({"*.accepted"}), "descriptors were accepted"}, {dispatches, "were dispatched"});
  laws.Equal({dispatches, "descriptors were dispatched"},
             {laws.Sum<Engine>({"jobs_succeeded", "jobs_page_fault", "jobs_translation_failed", "jobs_invalid_handle"}),
              "were executed"});
  laws.Equal({laws.Sum<Traffic>({"submitted"}), "jobs were submitted"},
             {laws.Sum<Traffic>(
                  {"succeeded", "page_faulted", "translation_failed", "rejected", "invalid_handle", "exceptions"}),
              "ended"});
}

void CheckPageRequests(Laws& laws) {
  const std::uint64_t sent = laws.Sum<Atc>({"page_requests", "stop_markers"});
  const std::uint64_t received = laws.Sum<PriQueue>({"requests"});
  if (laws.Sum<DevicePort>({"pasid_refused", "own_memory_refused"}) == 0) {
    laws.Equal({sent, "page requests were sent"}, {received, "came to page request queues"});
  }
  laws.Equal({laws.Sum<RootPort>({"page_requests"}), "page requests were passed on"},
             {received, "came to page request queues"});
  const std::uint64_t refused = laws.Sum<PriQueue>({"overflows", "table_errors"});
  laws.Equal({refused, "page requests were not queued"},
             {laws.Sum<PriQueue>({"responses.hardware", "dropped"}), "were answered by hardware or dropped"});
  const std::uint64_t responses = laws.Sum<PriQueue>({"responses.success", "responses.invalid", "responses.failure"});
  laws.Equal({responses, "page responses were sent"},
             {laws.Sum<PriQueue>({"responses.hardware"}) + laws.Sum<InvalidationQueue>({"page_responses"}),
              "came from hardware and software"});
  laws.Equal({responses, "page responses were sent"},
             {laws.Sum<Atc>({"page_responses.success", "page_responses.invalid", "page_responses.failure",
                             "page_responses.unexpected", "page_responses.stale"}),
              "came to devices"});
  laws.Equal({laws.Sum<PriQueue>({"events"}), "page request events were sent"},
             {laws.Sum<FaultService>({"events"}), "came to software"});
}

void CheckInvalidations(Laws& laws) {
  const std::uint64_t executed =
      laws.Sum<InvalidationQueue>({"context", "iotlb", "device_tlb", "interrupt_entry", "waits", "pasid_iotlb",
                                   "pasid_cache", "host_permission", "page_responses"});
  if (laws.Sum<InvalidationQueue>({"queue_errors"}) == 0) {
    laws.Equal({laws.Sum<InvalidationQueue>({"commands"}), "descriptors were given to invalidation queues"},
               {executed, "were executed"});
  }
  laws.Equal({laws.Sum<InvalidationQueue>({"waits"}), "waits were executed"},
             {laws.Sum<InvalidationQueue>({"waits_completed", "aborted_waits"}), "completed or were aborted"});
  laws.Equal({laws.Sum<InvalidationQueue>({"context", "iotlb", "pasid_iotlb", "pasid_cache", "host_permission"}),
              "invalidations were sent to IOTLBs"},
             {laws.Sum<Iotlb>({"invalidations"}), "were answered"});
  laws.Equal({laws.Sum<InvalidationQueue>({"interrupt_entry"}), "interrupt-entry invalidations were sent"},
             {laws.Sum<InterruptRemapper>({"invalidations"}), "came to remappers"});
  laws.Equal(
      {laws.Sum<InvalidationQueue>({"device_tlb"}) - laws.Sum<InvalidationQueue>({"unreachable"}),
       "invalidate requests were sent"},
      {laws.Sum<Atc>({"invalidate_requests"}) + laws.Sum<DevicePort>({"unsupported_messages"}), "came to devices"});
  const std::uint64_t completions = laws.Sum<InvalidationQueue>({"invalidate_completions"});
  laws.Equal({laws.Sum<Atc>({"invalidate_completions"}), "invalidate completions were sent"},
             {completions, "came to invalidation queues"});
  laws.Equal({laws.Sum<RootPort>({"invalidate_completions"}), "invalidate completions were passed on"},
             {completions, "came to invalidation queues"});
}

void CheckFaults(Laws& laws) {
  laws.Equal({laws.Sum<FaultRecording>({"faults"}), "faults came to be recorded"},
             {laws.Sum<FaultRecording>({"recorded", "suppressed", "collapsed", "lost"}), "were recorded or not"});
  if (laws.Sum<PriQueue>({"table_errors"}) != 0) return;  // not all of them are recorded
  laws.Equal({laws.Sum<FaultRecording>({"faults"}), "faults came to be recorded"},
             {laws.Sum<Iotlb>({"faults"}) + laws.Sum<RootPort>({"faults"}), "were met"});
}

void CheckInterrupts(Laws& laws) {
  laws.Equal({laws.Sum<Ims>({"hits", "misses", "unmasked_messages"}), "interrupt messages were looked up or unmasked"},
             {laws.Sum<Ims>({"messages", "failed_reads", "masked"}), "were sent, lost or masked"});
  const std::uint64_t good = laws.Sum<InterruptRemapper>({"interrupts"});
  laws.Equal(
      {laws.Sum<RootPort>({"interrupts"}), "interrupt messages were passed on"},
      {good + laws.Sum<InterruptRemapper>({"faults_compatibility_format", "faults_reserved_bits", "faults_index"}),
       "came to remappers"});
  laws.Equal({good, "interrupts were remapped"},
             {laws.Sum<InterruptRemapper>({"entry_hits", "entry_misses"}), "entries were looked up"});
  laws.Equal({good, "interrupts were remapped"},
             {laws.Sum<InterruptRemapper>(
                  {"notifications", "coalesced", "faults_entry_read", "faults_not_present", "faults_source"}),
              "were delivered or lost"});
}

// Reads of memory: tables, descriptors, entries and data.
void CheckReads(Laws& laws) {
  const std::uint64_t tables = laws.Sum<PageWalker>({"reads.structures", "reads.permissions"}) +
                               laws.Sum<PageWalker>({"*.l1", "*.l2", "*.l3", "*.l4", "*.l5"});
  const std::uint64_t data = laws.Sum<Engine>({"reads"}) - laws.Sum<Engine>({"failed_reads"}) +
                             laws.Sum<DevicePort>({"late_data"}) + laws.Sum<Ims>({"misses"}) -
                             laws.Sum<Ims>({"failed_reads"}) + laws.Sum<DeviceBridge>({"reads"}) -
                             laws.Sum<DeviceBridge>({"failed_reads"});
  if (laws.Sum<MemoryBridge>({"failed"}) != 0) return;   // reads that failed there were served and not answered
  if (laws.Sum<HomeRouter>({"unclaimed"}) != 0) return;  // and those of no memory's addresses answered without it
  laws.Equal({laws.Sum<Memory>({"reads"}) + laws.Sum<MemoryBridge>({"reads"}), "reads were served by memory"},
             {tables + data + laws.Sum<InvalidationQueue>({"fetches"}) + laws.Sum<InterruptRemapper>({"entry_misses"}),
              "were answered"});
  if (laws.Sum<RootPort>({"refused"}) + laws.Sum<DevicePort>({"pasid_refused", "own_memory_refused"}) != 0) return;
  laws.Equal({laws.Sum<Atc>({"translation_requests"}), "translation requests were sent"},
             {laws.Sum<Iotlb>({"translation_requests"}), "were answered"});
}

}  // namespace

std::vector<std::string> BrokenCounterLaws(const System& system) {
  Laws laws(system);
  CheckPath(laws);
  CheckJobs(laws);
  CheckPageRequests(laws);
  CheckInvalidations(laws);
  CheckFaults(laws);
  CheckInterrupts(laws);
  CheckReads(laws);
  return std::move(laws).broken();
}

}  // namespace siov

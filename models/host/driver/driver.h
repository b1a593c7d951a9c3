// SPDX-License-Identifier: Apache-2.0
// The driver's mapping work: streaming mappings of jobs' buffers, the invalidations their unmapping needs, and the
// software side of the invalidation queues. What it models and what not: models/host/README.md.
//
// A piece of work is a list of syncs, one after the other on one CPU; a sync is what goes into one queue at once,
// under its lock: some descriptors and the wait that ends them. The CPU polls for the wait.
#ifndef SIOV_MODELS_HOST_DRIVER_DRIVER_H_
#define SIOV_MODELS_HOST_DRIVER_DRIVER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/base/latency_statistic.h"
#include "models/base/ring_queue.h"
#include "models/host/driver/driver_config.h"
#include "models/host/driver/driver_recipes.h"
#include "models/host/driver/iova_pool.h"
#include "models/kernel/block.h"
#include "models/translation/address_spaces.h"

namespace siov {

// A device as the driver sees it, by Job::endpoint.
struct DriverDevice {
  RequesterId requester = 0;
  std::uint32_t iommu = 0;
  bool ats = false;
};

// The host, as the driver sees it.
struct DriverClient {
  virtual ~DriverClient() = default;
  // The buffers of this submission are unmapped: its tenant may be told.
  virtual void OnUnmapped(Submission& submission) = 0;
  // A CPU that came with Unmap() was busy for so long and is free now.
  virtual void OnCpuFree(Picoseconds busy) = 0;
  // A request of `kUnmap` or `kInvalidate` may be answered.
  virtual void OnMappingDone(MappingRequest& request) = 0;
};

class Driver final : public Block {
 public:
  Driver(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
         const DriverConfig& config, std::uint32_t iommus, std::uint32_t events, std::vector<DriverDevice> devices,
         AddressSpaces& spaces, DriverClient& client);

  std::vector<std::unique_ptr<InitiatorSocket<Driver, InvalidationCommand>>> to_invalidation;  // one an IOMMU
  std::vector<std::unique_ptr<TargetSocket<Driver, IommuEvent>>> from_iommu;

  // Gives the job's buffers I/O virtual addresses of their own, maps them, and returns the CPU time that takes.
  Picoseconds Map(Job& job);
  // Unmaps them again, from now on and on a CPU that is the driver's until OnCpuFree().
  void Unmap(Submission& submission);

  // A mapping request of traffic whose invalidations are the driver's: kUnmap (the tables have changed), kInvalidate.
  void ReplayUnmap(MappingRequest& request);
  void ReplayInvalidate(MappingRequest& request);

  std::vector<std::string> WaitsFor(const Occupancy& held) const override;

 private:
  enum Kind : std::uint32_t { kStart, kWritten, kPolled, kEvent, kEventCleared, kFlushTimer, kBatchTimer };
  static constexpr std::uint32_t kNoWork = ~std::uint32_t{0};

  struct Sync {
    std::uint32_t iommu = 0;
    Recipe recipe;
    std::vector<ChangedRange> changed;  // for the checker
  };
  // A range unmapped and not yet invalidated.
  struct Unmapped {
    ChangedRange changed;
    std::uint32_t iommu;
    IovaRange range;
  };
  struct FlushDomain {
    std::uint64_t key = 0;
    std::vector<std::vector<Unmapped>> rings;  // by CPU
    std::size_t ranges = 0;                    // in all of them
    bool timer = false;
  };
  struct Work {
    std::vector<Sync> syncs;
    std::size_t used = 0;  // of those allocated
    std::size_t next = 0;
    std::uint32_t attempts = 0;
    std::uint32_t unplaced = 0;  // descriptors of the current sync that are not in the ring yet
    Picoseconds began = 0;       // on this CPU
    Picoseconds submitted = 0;   // the current sync
    bool aborted = false;
    bool posted = false;                   // a single recorded descriptor instead of syncs
    bool holds_cpu = false;                // that of the last submission
    std::vector<Submission*> submissions;  // told at the end
    MappingRequest* request = nullptr;     // told at the end
    InvalidationCommand* post = nullptr;
    std::vector<Unmapped> unmapped;  // what the policy has not dealt with yet
    std::vector<IovaRange> ranges;   // free at the end
  };
  struct Queue {
    std::uint32_t holder = kNoWork;  // of its lock: the work that is being submitted
    RingQueue<std::uint32_t> waiting;
  };
  tlm::tlm_sync_enum OnEvent(std::uint32_t iommu, IommuEvent& event, Picoseconds delay);
  void OnQueue(std::uint32_t iommu, InvalidationCommand& command, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  // Mapping and policies (driver_mapping.cpp).
  std::uint64_t MapRange(Pasid pasid, std::uint64_t address, std::uint64_t bytes);
  void UnmapRange(Work& work, Pasid pasid, std::uint32_t endpoint, const IovaRange& range);
  void AddUnmapped(Work& work, Pasid pasid, std::uint32_t endpoint, std::uint64_t address, std::uint8_t shift,
                   const IovaRange& range);
  IovaRange RangeOf(Pasid pasid, std::uint64_t address, std::uint64_t bytes) const;
  unsigned LeafShift(Pasid pasid) const;
  void ApplyPolicy(std::uint32_t work);
  void Invalidate(Work& work);
  void Defer(std::uint32_t index);
  std::uint32_t FlushDomainOf(const AddressSpace& space);
  void ForgetFlushDomain(std::uint32_t index);
  void AddFlush(Work& work, FlushDomain& domain);
  void AddFlushOf(Work& work, const FlushDomain& domain, std::uint32_t iommu);
  void FlushTimer(std::uint32_t domain);
  void JoinBatch(std::uint32_t work);
  void BatchTimer(std::uint32_t serial);
  void CloseBatch();

  // Works and syncs (driver.cpp).
  std::uint32_t TakeWork();
  Work& WorkAt(std::uint32_t index) { return works_[index]; }
  Sync& AddSync(Work& work, std::uint32_t iommu);
  void AddRange(Sync& sync, const ChangedRange& changed);
  void Begin(std::uint32_t work, Picoseconds delay);
  void Go(std::uint32_t work);
  std::uint32_t QueueOf(const Work& work) const;
  std::uint32_t DescriptorsOf(const Work& work) const;
  void Write(std::uint32_t work);
  void SendDescriptors(std::uint32_t work);
  void SendDescriptor(const CacheInvalidation& step, std::uint32_t iommu, std::uint64_t context);
  void Placed(std::uint32_t iommu);
  bool Waits(const Work& work) const;
  void Unlock(std::uint32_t iommu);
  void Polled(std::uint32_t work);
  void EndWork(std::uint32_t work);
  void CountMissing(const Sync& sync);
  void MarkRunner(Work& work, Stage stage, Picoseconds until);
  bool riscv() const { return config_.descriptor_bytes == 16; }

  DriverConfig config_;
  std::vector<DriverDevice> devices_;
  AddressSpaces& spaces_;
  DriverClient& client_;
  IovaPool iovas_;
  std::uint64_t frames_ = 0;  // explicit tables: the next frame handed out
  std::uint64_t status_address_;
  std::vector<Queue> queues_;  // by IOMMU
  std::deque<Work> works_;
  std::vector<std::uint32_t> free_works_;
  std::deque<FlushDomain> flush_domains_;
  std::vector<std::uint32_t> free_flush_domains_;
  std::unordered_map<std::uint64_t, std::uint32_t> flush_domain_of_;  // by key
  std::uint32_t batch_ = kNoWork;
  std::uint32_t batch_serial_ = 0;

  Counter maps_{statistics_, "maps", "ranges", "Buffers mapped for a job."};
  Counter unmaps_{statistics_, "unmaps", "ranges", "Buffers unmapped after a job, or as a recording did."};
  Counter cpu_time_{statistics_, "cpu_time", "ps",
                    "CPU time spent on mapping, unmapping, and submitting and waiting for invalidations."};
  Counter syncs_{statistics_, "syncs", "syncs", "Groups of invalidations submitted and waited for."};
  Counter descriptors_{statistics_, "descriptors", "descriptors", "Descriptors given to the invalidation queues."};
  LatencyStatistic sync_latency_{statistics_, "sync_latency",
                                 "From the start of a sync's submission until the CPU has seen its wait completed."};
  Counter lock_waits_{statistics_, "lock_waits", "syncs", "Syncs that waited for the lock of their queue."};
  Counter ring_waits_{statistics_, "ring_waits", "syncs", "Syncs that found the ring too full and waited."};
  Counter flushes_{statistics_, "flushes", "flushes", "Flushes of deferred unmappings, of one domain each."};
  Counter timer_flushes_{statistics_, "timer_flushes", "flushes", "Flushes started by the timer, not by a full queue."};
  Counter batches_{statistics_, "batches", "syncs", "Batches of jobs that shared a wait."};
  Counter resubmitted_{statistics_, "resubmitted", "syncs", "Syncs submitted again because their wait was aborted."};
  Counter abandoned_{statistics_, "abandoned", "syncs", "Syncs given up after retry_limit aborted waits."};
  Counter events_{statistics_, "events", "interrupts", "Event interrupts of the IOMMUs."};
  Counter undef_iotlb_{statistics_, "undef.missing_iotlb", "recipes",
                       "UNDEF: tables changed without the IOTLB invalidation they need."};
  Counter undef_device_tlb_{statistics_, "undef.missing_device_tlb", "recipes",
                            "UNDEF: tables changed without the device-TLB invalidation they need."};
  Counter undef_wait_{statistics_, "undef.missing_wait", "recipes",
                      "UNDEF: memory given back without waiting for its invalidations."};
  Counter undef_order_{statistics_, "undef.wrong_order", "recipes",
                       "UNDEF: a device TLB invalidated before the IOTLB, from which it can refill."};
  BusyTime lock_held_;
  Occupancy working_{statistics_, "syncs_in_flight", "syncs", "Syncs submitted whose wait has not been seen.", 0};
  Occupancy lock_queue_{statistics_, "lock_queue", "syncs", "Syncs that wait for the lock of their queue.", 0};
  Occupancy deferred_{statistics_, "unflushed", "ranges", "Ranges unmapped whose invalidation has not ended.", 0};
  Occupancy mapped_{statistics_, "mapped", "ranges", "Buffers of jobs mapped at the moment.", 0};
  Occupancy parked_{statistics_, "parked", "jobs", "Jobs that wait for their batch to fill.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_DRIVER_H_

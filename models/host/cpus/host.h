// SPDX-License-Identifier: Apache-2.0
// The host's software and processors around the device: CPUs that submit jobs, tenants that notice completion. What it
// models and what not: models/host/README.md; page faults: models/host/fault_service/fault_service.h.
#ifndef SIOV_MODELS_HOST_CPUS_HOST_H_
#define SIOV_MODELS_HOST_CPUS_HOST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/base/fifo_pool.h"
#include "models/host/cpus/host_config.h"
#include "models/host/cpus/host_core.h"
#include "models/host/driver/driver.h"
#include "models/kernel/block.h"
#include "models/kernel/posted_writes.h"
#include "models/kernel/wake_ups.h"
#include "models/translation/address_spaces.h"

namespace siov {

// Who is connected to the host, in the order of the peers' names.
struct HostPeers {
  std::uint32_t ports = 1;
  std::uint32_t iommu_events = 0;  // blocks that record faults
  std::uint32_t interrupt_remappers = 0;
  std::vector<EndpointPortals> endpoints;  // by Job::endpoint
  std::uint32_t iommus = 0;                // invalidation queues
  std::vector<DriverDevice> devices;       // by Job::endpoint; needed where there are IOMMUs
  std::vector<bool> streaming;             // by Job::tenant_class: its jobs' buffers are mapped for each job
};

class Host final : public Block, private DriverClient, private LostEndWatch {
 public:
  Host(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const HostConfig& config,
       const HostPeers& peers, AddressSpaces& address_spaces);

  TargetSocket<Host, Submission> from_traffic;
  TargetSocket<Host, MappingRequest> from_replay;
  TargetSocket<Host, ObservedWrite> from_memory;
  std::vector<std::unique_ptr<TargetSocket<Host, Notification>>> from_interrupts;
  std::vector<std::unique_ptr<TargetSocket<Host, IommuEvent>>> from_iommu;    // event interrupts
  std::vector<std::unique_ptr<TargetSocket<Host, FaultRecord>>> from_faults;  // by which completion records were lost
  std::vector<std::unique_ptr<InitiatorSocket<Host>>> to_port;

  // Has the sockets towards the invalidation queues, and from them.
  Driver& driver() { return driver_; }

  std::vector<std::string> WaitsFor(const Occupancy& held) const override;
  std::vector<std::string> PassesOnTo() const override;

 private:
  enum Kind : std::uint32_t {
    kSubmit,        // traffic hands a job over
    kChange,        // traffic asks for a change of a mapping
    kAnswer,        // accepted or Retry is known
    kCpuFree,       // a MOVDIR64B has issued
    kCreditFree,    // a dedicated queue's slot is known to be free; argument: credit pool
    kMapped,        // the driver has mapped a job's buffers
    kUnmap,         // the driver is to unmap them: the tenant could notice now
    kBackoffOver,   // at least one submission may try again
    kRecord,        // a completion record became visible
    kNotify,        // an interrupt reached a CPU
    kHandlerStart,  // a vCPU turns to an interrupt that had to wait
    kIommuEvent,    // an IOMMU has something to tell; argument: socket
    kFault,         // the driver knows of a fault by which a job's completion record was lost
    kFaultEnd,      // and tells the tenant
    kGiveUp,        // a job that nothing will tell of; argument: its id's lower half
  };

  // Of sockets whose requests are not held in an input buffer and carry the kind of their requests as index.
  template <class Packet>
  tlm::tlm_sync_enum OnRequest(std::uint32_t kind, Packet& packet, Picoseconds delay) {
    Arrive(delay, kind, packet);
    return tlm::TLM_UPDATED;
  }
  tlm::tlm_sync_enum OnIommuEvent(std::uint32_t socket, IommuEvent& event, Picoseconds delay);
  tlm::tlm_sync_enum OnFault(std::uint32_t, FaultRecord& fault, Picoseconds delay);
  void OnPortAnswer(std::uint32_t port, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  // Submission, in order.
  void Submit(Submission& submission);
  void NeedCpu(Submission& submission);
  void Run(Submission& submission);
  void Issue(Submission& submission);
  void Answer(Tlp& write);
  void FreeCpu();
  void FreeCredit(std::uint32_t pool);
  void RetryOrGiveUp(Job& job);
  void BackOff(Job& job, Picoseconds pause);
  void BackoffOver();
  void ArmBackoff();

  // Streaming mappings (host_driver.cpp).
  bool Streams(const Job& job) const { return job.tenant_class < streaming_.size() && streaming_[job.tenant_class]; }
  void Map(Submission& submission);
  void Unmap(Submission& submission);
  void OnUnmapped(Submission& submission) override;
  void OnCpuFree(Picoseconds busy) override;
  void OnMappingDone(MappingRequest& request) override;

  // Completion.
  void ObserveRecord(ObservedWrite& record);
  void KnowEnd(Job& job, const Ledger& told);
  void Notify(Notification& interrupt);
  void ServeInterrupt(Notification& interrupt);
  void Finish(Job& job, Picoseconds delay);
  void EndJob(Job& job, Picoseconds delay);
  void AnswerSubmission(Job& job, Picoseconds delay);

  // Event interrupts of IOMMUs (host_events.cpp).
  void ServeEvent(IommuEvent& event, std::uint32_t socket);
  void EndJobWithoutRecord(FaultRecord& fault);
  void TellOfFault(FaultRecord& fault);
  void OnEndLost(Job& job) override;
  void GiveUp(Job& job, std::uint32_t id);
  // What tells of an end that the driver's time-out came before: the driver looks for the job and does not find it.
  template <class Packet>
  void IgnoreLate(Packet& notice) {
    late_notices_.Add();
    GivePacket(notice);
  }
  Picoseconds DeadlineOf(const Job& job) const;

  // The driver's mappings (host_mappings.cpp).
  void ChangeMapping(MappingRequest& change);
  void MapPages(const MappingRequest& change);
  void UnmapPages(Pasid pasid, std::uint64_t address, std::uint64_t bytes);

  const PortalQueue& QueueOf(const Job& job) const { return portals_[job.endpoint].queues[job.queue.value()]; }
  std::uint32_t CreditPoolOf(const Job& job) const { return first_credit_[job.endpoint] + job.queue.value(); }

  HostConfig config_;
  std::vector<EndpointPortals> portals_;
  AddressSpaces& address_spaces_;
  std::vector<bool> streaming_;
  Driver driver_;
  RandomStream backoff_random_;
  RandomStream wakeup_random_;
  FifoPool<Submission*> cpus_;
  std::vector<std::uint32_t> first_credit_;     // by endpoint, into credits_
  std::vector<FifoPool<Submission*>> credits_;  // by queue of all endpoints; those of shared queues stay unused
  WakeUps backoffs_;
  std::vector<Submission*> backing_off_;  // by back-off slot
  std::vector<std::uint32_t> free_backoff_slots_;
  VcpuBank vcpus_;
  std::vector<Notification*> early_interrupts_;  // that came before the record they announce

  Counter submissions_{statistics_, "submissions", "jobs", "Jobs handed over by tenants."};
  Counter enqcmds_{statistics_, "enqcmds", "instructions", "ENQCMD issued, retried ones included."};
  Counter movdir64bs_{statistics_, "movdir64bs", "instructions", "MOVDIR64B issued to dedicated queues."};
  Counter accepted_{statistics_, "accepted", "jobs", "ENQCMD answered with Success."};
  Counter retries_{statistics_, "retries", "answers", "ENQCMD answered with Retry (or any error)."};
  Counter rejected_{statistics_, "rejected", "jobs", "Jobs given up after retry_limit answers of Retry."};
  Counter cpu_time_{statistics_, "cpu_time", "ps",
                    "CPU time spent in submission instructions, waiting for ENQCMD included."};
  Counter enqcmd_round_trip_{statistics_, "enqcmd_round_trip", "ps",
                             "Sum over ENQCMD of the time from issue until accepted or Retry is known."};
  BusyTime cpus_busy_;
  Occupancy cpu_waiting_{statistics_, "cpu_waiting", "jobs", "Jobs that wait for a submitting CPU.", 0};
  Occupancy credit_waiting_{statistics_, "credit_waiting", "jobs", "Jobs that wait for a dedicated queue's slot.", 0};
  Occupancy credits_used_;
  Occupancy backing_off_jobs_{statistics_, "backing_off", "jobs", "Jobs that pause after a Retry.", 0};
  Occupancy enqcmds_in_flight_{statistics_, "enqcmds_in_flight", "instructions", "ENQCMD whose answer is not known.",
                               0};
  Counter polls_{statistics_, "polls", "jobs", "Completions noticed by polling."};
  Counter notifications_{statistics_, "notifications", "interrupts", "Completions noticed by interrupt."};
  Counter wakeups_{statistics_, "wakeups", "interrupts", "Interrupts that found their vCPU halted."};
  Counter early_{statistics_, "early_interrupts", "interrupts",
                 "Interrupts that came before the completion record they announce was visible."};
  std::unordered_map<const Job*, std::uint64_t> lost_ends_;  // jobs that end by time-out unless a fault record is read
  BusyTime vcpus_busy_;
  Occupancy interrupts_waiting_{statistics_, "interrupts_waiting", "interrupts",
                                "Interrupts behind other handlers of their vCPU.", 0};
  Counter pages_mapped_{statistics_, "pages_mapped", "pages", "Pages mapped on request of replaying tenants."};
  Counter pages_unmapped_{statistics_, "pages_unmapped", "pages", "Pages unmapped on request of replaying tenants."};
  Counter iommu_events_{statistics_, "iommu_events", "records", "Fault records and other events of IOMMUs served."};
  Counter lost_records_{statistics_, "lost_records", "jobs",
                        "Jobs the driver ended because the IOMMU dropped their completion record."};
  Counter late_notices_{statistics_, "late_notices", "notices",
                        "Interrupts and completion records of jobs that the driver's time-out had ended before."};
  Counter timeouts_{
      statistics_, "job_timeouts", "jobs",
      "Jobs the driver gave up after its time-out: nothing told of their end, or the device took no submission."};
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_HOST_H_

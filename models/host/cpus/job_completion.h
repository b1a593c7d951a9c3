// SPDX-License-Identifier: Apache-2.0
// How tenants notice that their jobs are done: records that become visible and are polled for, interrupts and the vCPUs
// that handle them, one after the other.
#ifndef SIOV_MODELS_HOST_CPUS_JOB_COMPLETION_H_
#define SIOV_MODELS_HOST_CPUS_JOB_COMPLETION_H_

#include <memory>
#include <unordered_map>
#include <vector>

#include "models/host/cpus/end_statistics.h"
#include "models/host/cpus/host_core.h"
#include "models/host/cpus/job_submission.h"
#include "models/kernel/block_parts.h"

namespace siov {

struct CompletionStatistics {
  CompletionStatistics(StatGroup& group, const VcpuBank& vcpus, std::uint32_t count);
  Counter polls;
  Counter notifications;
  Counter wakeups;
  Counter early;
  Counter coalesced;
  BusyTime vcpus_busy;
  Occupancy interrupts_waiting;
};

class JobCompletion final : public BlockPart {
 public:
  // `memories`: who tells of records; `remappers`: interrupt remappers.
  JobCompletion(PartedBlock& host, StatGroup& statistics, const HostConfig& config, std::uint32_t memories,
                std::uint32_t remappers, JobSubmission& submission, EndStatistics& ends);

  std::vector<std::unique_ptr<TargetSocket<JobCompletion, ObservedWrite>>> from_memory;
  std::vector<std::unique_ptr<TargetSocket<JobCompletion, Notification>>> from_interrupts;

  // The driver can tell the tenant: the record is there, or a fault says why it never will be. `told`: how that came.
  void KnowEnd(Job& job, const Ledger& told);
  // Another's interrupt tells of the job's end, too: the handler finds its record, or what stands in its place.
  void Coalesced(Job& job);
  // Nobody waits any more for a notification of the job's.
  void ForgetInterrupt(const Job& job);

 private:
  enum : std::uint32_t {
    kRecord,        // a completion record became visible
    kNotify,        // an interrupt reached a CPU
    kHandlerStart,  // a vCPU turns to an interrupt that had to wait
  };

  tlm::tlm_sync_enum OnRecord(std::uint32_t, ObservedWrite& record, Picoseconds delay);
  tlm::tlm_sync_enum OnNotification(std::uint32_t, Notification& interrupt, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  void ObserveRecord(ObservedWrite& record);
  void Notify(Notification& interrupt);
  void ServeInterrupt(Notification& interrupt);
  void ServeCoalesced(const Job& told, const VcpuBank::Service& service);
  std::vector<Job*> TakeCoalesced(const Job& told);
  // The entry of its device's message store that a job's interrupt is of.
  static std::uint64_t VectorOf(const Job& job) { return std::uint64_t{job.endpoint} << 32 | job.interrupt_handle; }
  Notification* TakeEarly(const Job& job);
  // What tells of an end that the driver's time-out came before: the driver looks for the job and does not find it.
  template <class Packet>
  void IgnoreLate(Packet& notice) {
    ends_.late_notices.Add();
    GivePacket(notice);
  }

  const HostConfig& config_;
  JobSubmission& submission_;
  EndStatistics& ends_;
  VcpuBank vcpus_;
  RandomStream wakeup_random_;
  // By vector: jobs whose end the driver can find when it looks at their records, before it has heard of them.
  std::unordered_map<std::uint64_t, std::vector<Job*>> found_;
  std::vector<Notification*> early_interrupts_;  // that came before the record they announce
  CompletionStatistics statistics_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_JOB_COMPLETION_H_

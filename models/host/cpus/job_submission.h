// SPDX-License-Identifier: Apache-2.0
// The host's way of a job to its device, and its end: a CPU and, for a dedicated queue, a credit; its buffers mapped;
// ENQCMD or MOVDIR64B; back-off and another try after a Retry. When the end is known the credit is given back, buffers
// are unmapped, and traffic is told.
#ifndef SIOV_MODELS_HOST_CPUS_JOB_SUBMISSION_H_
#define SIOV_MODELS_HOST_CPUS_JOB_SUBMISSION_H_

#include <memory>
#include <string>
#include <vector>

#include "models/base/fifo_pool.h"
#include "models/base/lending.h"
#include "models/base/ring_queue.h"
#include "models/host/cpus/back_offs.h"
#include "models/host/cpus/end_statistics.h"
#include "models/host/cpus/enqueue_unit.h"
#include "models/host/cpus/host_config.h"
#include "models/host/cpus/host_core.h"
#include "models/host/cpus/job_deadlines.h"
#include "models/host/cpus/portal_slots.h"
#include "models/host/cpus/queue_credits.h"
#include "models/host/driver/driver.h"
#include "models/kernel/block_parts.h"
#include "models/kernel/posted_writes.h"

namespace siov {

struct SubmissionStatistics {
  SubmissionStatistics(StatGroup& group, const HostConfig& config, std::uint64_t credits);
  Counter submissions;
  Counter enqcmds;
  Counter movdir64bs;
  Counter exceptions;
  Counter enqcmd_exits;
  Counter enqcmds_exits;
  Counter no_portal;
  Counter early_reads;
  Counter slot_stalls;
  Counter posted_stalls;
  Counter spin_time;
  Counter umwait_time;
  Counter accepted;
  Counter retries;
  Counter rejected;
  Counter cpu_time;
  Counter enqcmd_round_trip;
  BusyTime cpus_busy;
  Occupancy cpu_waiting;
  Occupancy credit_waiting;
  Occupancy credits_used;
  Occupancy posted_waiting;
  Occupancy backing_off;
  Occupancy enqcmds_in_flight;
};

class JobSubmission final : public BlockPart {
 public:
  // Who else is in the host: the driver that maps buffers, who hears of lost ends, and what is known of those.
  struct Neighbours {
    Driver& driver;
    LostEndWatch& lost_ends;
    JobDeadlines& deadlines;
    EndStatistics& ends;
  };

  // `ports`: root ports. `portals`: by Job::endpoint. `streaming`: by Job::tenant_class. `guests`: by their first VM.
  JobSubmission(PartedBlock& host, StatGroup& statistics, const HostConfig& config, std::uint32_t ports,
                const std::vector<EndpointPortals>& portals, const std::vector<bool>& streaming,
                const std::vector<GuestProcesses>& guests, const Neighbours& neighbours);

  TargetSocket<JobSubmission, Submission> from_traffic;
  std::vector<std::unique_ptr<InitiatorSocket<JobSubmission>>> to_port;

  // The tenant can notice the job's end `delay` from now: nothing will tell of it any more.
  void Finish(Job& job, Picoseconds delay);
  // Of a job whose completion record is visible, or whose end the driver knows: until its tenant sees it. kNever: its
  // thread still waits for ENQCMD, and looks when that has returned.
  Picoseconds NoticeAfter(const Job& job) const;
  // The tenant is told.
  void Answer(Job& job, Picoseconds delay);
  // A CPU is free again.
  void FreeCpu();

  std::vector<std::string> Ports() const;  // paths of the blocks behind to_port
  // Is `held`, a statistic of this part, held by what is on its way to a device?
  bool HeldByDevices(const Occupancy& held) const {
    return &held == &statistics_.enqcmds_in_flight || &held == &statistics_.credits_used ||
           &held == &statistics_.posted_waiting;
  }

 private:
  // A MOVDIR64B: the slot of its portal that its thread writes, and from when on.
  struct PostedWrite {
    Submission* submission = nullptr;
    PortalSlots::Turn turn;
    Picoseconds prepared = 0;
  };
  // The way of those from the CPUs to the wire of a root port.
  struct PostedPath {
    Lending places;
    RingQueue<PostedWrite> waiting;
  };
  enum : std::uint32_t {
    kSubmit,       // traffic hands a job over
    kAnswer,       // accepted or Retry is known
    kCpuFree,      // a MOVDIR64B has issued
    kNotAccepted,  // an ENQCMD to memory is known to have vanished
    kException,    // a thread has heard of its exception
    kExitServed,   // the hypervisor is done with an exit of ENQCMD or ENQCMDS
    kCreditFree,   // a dedicated queue's slot is known to be free; argument: credit pool
    kMapped,       // the driver has mapped a job's buffers
    kUnmap,        // the driver is to unmap them: the tenant could notice now
    kBackoffOver,  // at least one submission may try again
  };

  tlm::tlm_sync_enum OnSubmission(std::uint32_t, Submission& submission, Picoseconds delay);
  void OnPortAnswer(std::uint32_t port, Tlp& write, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  void Submit(Submission& submission);
  void NeedCpu(Submission& submission);
  void Run(Submission& submission);
  void Map(Submission& submission);
  void Unmap(Submission& submission);
  void Issue(Submission& submission);
  Picoseconds Prepare(Submission& submission);
  std::uint64_t PortalOf(const Job& job) const;
  void Enqueue(Submission& submission);
  void SendCommand(Submission& submission, const EnqueueCommand& command, Picoseconds prepared, Picoseconds leaves);
  void Vanish(Submission& submission, Picoseconds prepared, Picoseconds known);
  void NotAccepted(Submission& submission);
  void RaiseException(Submission& submission, Picoseconds after);
  void EndByException(Submission& submission);
  void ExitToHypervisor(Submission& submission, Picoseconds prepared);
  void ExitServed(Submission& submission);
  void Post(Submission& submission);
  void Write(const PostedWrite& write, Picoseconds from);
  void WriteLeft(std::uint32_t port, Picoseconds at);
  bool KeepCpu(const Submission& submission);
  void StartWaiting(Job& job);
  void StopWaiting(Job& job, Picoseconds delay);
  void Answered(Tlp& write);
  void FreeCredit(std::uint32_t pool);
  void RetryOrGiveUp(Job& job);
  void BackOff(Job& job, Picoseconds pause);
  void BackoffOver();
  void ArmBackoff();
  void End(Job& job, Picoseconds delay);
  bool Streams(const Job& job) const { return job.tenant_class < streaming_.size() && streaming_[job.tenant_class]; }
  const PortalQueue& QueueOf(const Job& job) const { return portals_[job.endpoint].queues[job.queue.value()]; }

  const HostConfig& config_;
  std::vector<EndpointPortals> portals_;
  std::vector<bool> streaming_;
  Neighbours others_;
  FifoPool<Submission*> cpus_;
  QueueCredits credits_;
  EnqueueUnit enqueue_;
  PortalSlots slots_;
  std::vector<PostedPath> paths_;  // by root port
  BackOffs back_offs_;
  SubmissionStatistics statistics_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_JOB_SUBMISSION_H_

// SPDX-License-Identifier: Apache-2.0
// A job: what one tenant asks of the device in one submission, from its submission to the tenant noticing completion.
//
// Jobs live in a JobPool; traffic takes one, it travels by reference inside payloads, and traffic gives it back when
// its latency is closed. Pure: no SystemC.
#ifndef SIOV_MODELS_PROTOCOL_JOB_H_
#define SIOV_MODELS_PROTOCOL_JOB_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/base/pool.h"
#include "models/base/units.h"
#include "models/protocol/carried.h"
#include "models/protocol/descriptor.h"
#include "models/protocol/ledger.h"

namespace siov {

class PostedWriteWatch;
class LostEndWatch;
class Tlp;
template <class Header>
class Packet;
struct SubmissionHeader;
using Submission = Packet<SubmissionHeader>;

// Everything but the ledger: plain values, reset as a whole when a job is taken from its pool.
struct JobHeader : Work {
  std::uint64_t id = 0;
  TenantId tenant;
  Pasid pasid;         // of the address space it is for: what the thread's PASID register holds
  Pasid stated_pasid;  // what software writes into a descriptor for a dedicated queue, which ignores it
  QueueId queue;       // portal the job is submitted to; SWQ or DWQ is the queue's property
  JobStatus status = JobStatus::kPending;
  bool write_dropped = false;  // a posted write of it was dropped on its way; the device does not know
  bool from_device =
      false;  // began in the device: wants neither record nor interrupt, ends when its writes are visible
  std::uint16_t tenant_class = 0;
  std::uint16_t endpoint = 0;  // index of the endpoint in the platform, by name order
  std::uint32_t bytes_completed = 0;
  std::uint64_t fault_address = 0;
  std::uint16_t retries = 0;  // Retry answers to its submission
  std::uint16_t faults = 0;   // page requests raised for it

  // Its owner's own (the host's, or the arbiter's if it began in the device); nobody else touches them.
  Submission* submission = nullptr;    // to answer when the tenant has noticed completion
  PostedWriteWatch* watch = nullptr;   // who is to hear of its posted writes, if anybody
  LostEndWatch* end_watch = nullptr;   // who is to hear if nothing will tell of its end
  std::uint32_t writes_in_flight = 0;  // watched posted writes issued that are neither visible nor dropped
  Tlp* last_write = nullptr;           // the one of them that was visible last
  bool executed = false;               // its engine is done with it
  bool record_observed = false;
  bool interrupt_coalesced = false;  // that of a later job tells of its end
  Picoseconds prepared_ps = 0;       // when what the CPU wrote for it is visible to devices
  Picoseconds waits_from_ps = 0;     // its thread keeps the CPU and looks for the record from then on; kNever: not yet
  bool keeps_cpu = false;
  bool read_early = false;  // by its device, before then
  bool mapped = false;      // its buffers have I/O virtual addresses of their own
  bool unmapping = false;   // the device is done with it; the driver is not
};

struct Job : JobHeader {
  Ledger ledger;  // opened at submission

  // What its record says, or the device's error register in its stead.
  void Report(const CompletionRecord& record) {
    status = record.status;
    bytes_completed = record.bytes_completed;
    fault_address = record.fault_address;
  }

  // What the device reports as done is not, if a write was lost behind its back.
  void FailIfWriteDropped() {
    if (!write_dropped || status != JobStatus::kSuccess) return;
    status = JobStatus::kTranslationFailed;
    bytes_completed = 0;
  }

  void Reset() { static_cast<JobHeader&>(*this) = JobHeader{}; }
};

inline Ledger& JobRef::ledger() const { return job_->ledger; }

// What a device leaves for software to find, without looking at the job.
inline void Tell(const JobRef& job, const CompletionRecord& record) { job.OfSoftware()->Report(record); }
// ... in its error register: the record could not be written, and an interrupt says so.
inline void TellByErrorRegister(const JobRef& job, const CompletionRecord& record) {
  Tell(job, record);
  job.OfSoftware()->wants_record = false;
  job.OfSoftware()->wants_interrupt = true;
}
// ... in its record alone: there is no interrupt that it could send.
inline void TellWithoutInterrupt(const JobRef& job) { job.OfSoftware()->wants_interrupt = false; }
inline TenantRef TenantOf(const JobRef& job) { return job.OfSoftware()->tenant; }
inline std::uint64_t NumberOf(const JobRef& job) { return job.OfSoftware()->id; }
inline void CountFault(const JobRef& job) {
  if (job.any()) ++job.OfSoftware()->faults;
}

// ... and what software will not find, though the run tells of it.
inline void NoteReadAt(const JobRef& job, Picoseconds when) {
  if (job.any() && when < job.OfSoftware()->prepared_ps) job.OfSoftware()->read_early = true;
}

class JobPool {
 public:
  Job* Take() {
    Job& job = pool_.Take();
    job.Reset();
    return &job;
  }
  void Give(Job* job) { pool_.Give(*job); }
  std::size_t in_use() const { return pool_.in_use(); }

 private:
  Pool<Job> pool_;
};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_JOB_H_

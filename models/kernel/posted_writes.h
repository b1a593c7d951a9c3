// SPDX-License-Identifier: Apache-2.0
// What becomes of a job's posted writes once they have left the device. PCIe answers none of them, so whoever makes a
// write visible (the memory) or drops it (device port, root port, IOTLB) says so here: a job that nobody's completion
// record ends is over when the last of its writes is visible, and none may end as a success that lost one.
#ifndef SIOV_MODELS_KERNEL_POSTED_WRITES_H_
#define SIOV_MODELS_KERNEL_POSTED_WRITES_H_

#include "models/kernel/packet_pool.h"
#include "models/protocol/job.h"

namespace siov {

// The owner of jobs that wait for their writes.
class PostedWriteWatch {
 public:
  // `write`, whose ledger ends when it is visible (now or later), is the watcher's from here on.
  virtual void OnWriteVisible(Tlp& write, Job& job) = 0;
  virtual void OnWriteDropped(Job& job) = 0;

 protected:
  ~PostedWriteWatch() = default;
};

// Whoever waits for a completion record or an interrupt that tells of a job's end.
class LostEndWatch {
 public:
  virtual void OnEndLost(Job& job) = 0;
  // Its interrupt is not sent: the one of a later job tells of both.
  virtual void OnEndCoalesced(Job& job) = 0;

 protected:
  ~LostEndWatch() = default;
};

// For whoever loses what would have told of the job's end: a submission that the device did not take, a completion
// record, an interrupt. Only the driver's time-out is left then.
inline void NoteLostEnd(const JobRef& carried) {
  Job* const job = carried.OfSoftware();
  if (job != nullptr && job->end_watch != nullptr) job->end_watch->OnEndLost(*job);
}

// For whoever has or loses an interrupt (its request, message or notification): the job it tells of, or null if the
// driver's time-out ended that before and it may be another by now.
inline Job* WaitingJob(const JobRef& carried, std::uint64_t id) {
  Job* const job = carried.OfSoftware();
  return job != nullptr && job->end_watch != nullptr && job->id == id ? job : nullptr;
}
inline Job* JobOfInterrupt(const InterruptRequestHeader& request) { return WaitingJob(request.job, request.job_id); }
inline Job* JobOfInterrupt(const TlpHeader& message) { return WaitingJob(message.job, message.context); }
inline Job* JobOfInterrupt(const NotificationHeader& notification) {
  return WaitingJob(notification.job, notification.job_id);
}

// For whoever lets another message tell of the request's job as well: software looks for all records then.
inline void NoteCoalesced(const InterruptRequestHeader& request) {
  Job* const job = JobOfInterrupt(request);
  if (job == nullptr) return;
  job->interrupt_coalesced = true;
  job->end_watch->OnEndCoalesced(*job);
}

// For memories, of a completion record that is visible when its ledger ends: what tells the host takes its place.
inline ObservedWrite& EndRecord(Tlp& record, PacketPools* packets) {
  ObservedWrite& observed = *packets->Take<ObservedWrite>(record.ledger.cursor());
  observed.job = record.job;
  observed.address = record.address;
  observed.ledger = record.ledger;
  packets->Give(record);
  return observed;
}

// For whoever issues a posted write of a job: true if somebody is to hear of it.
inline bool NoteIssuedWrite(const JobRef& job) {
  if (job.OfSoftware()->watch == nullptr) return false;
  ++job.OfSoftware()->writes_in_flight;
  return true;
}
// ... and got it back untranslated.
inline void NoteReturnedWrite(const TlpHeader& write) {
  if (write.watched) --write.job.OfSoftware()->writes_in_flight;
}

// For memories, of a write that is visible when its ledger ends: true if somebody waits for it, whose it is now.
inline bool TellVisible(Tlp& write) {
  if (!write.watched) return false;
  Job& job = *write.job.OfSoftware();
  job.watch->OnWriteVisible(write, job);
  return true;
}

// For memories, of a posted write that is visible when its ledger ends: what the host is to be told, of a completion
// record; null: it is none, and who waits for it has heard.
inline ObservedWrite* EndWrite(Tlp& write, PacketPools* packets) {
  if (write.completes_job) return &EndRecord(write, packets);
  if (!TellVisible(write)) packets->Give(write);  // nobody looks at it any more
  return nullptr;
}

// For whoever drops a posted write. What becomes of a completion record is NoteLostEnd's.
inline void NoteDroppedWrite(const TlpHeader& write) {
  Job* const job = write.job.OfSoftware();
  if (job == nullptr || write.completes_job) return;
  job->write_dropped = true;
  if (write.watched) job->watch->OnWriteDropped(*job);
}

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_POSTED_WRITES_H_

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
#include "models/protocol/ledger.h"
#include "models/protocol/packet_shape.h"

namespace siov {

class PostedWriteWatch;
class LostEndWatch;
class Tlp;
template <class Header>
class Packet;
struct SubmissionHeader;
using Submission = Packet<SubmissionHeader>;

enum class JobOp : std::uint8_t {
  kNoop,    // descriptor only
  kRead,    // device reads host memory: source range
  kWrite,   // device writes host memory: destination range
  kMove,    // reads source, writes destination
  kFill,    // writes destination from a pattern in the descriptor
  kPacket,  // the accesses of its PacketShape, all at once
};

enum class JobStatus : std::uint8_t {
  kPending,
  kSuccess,
  kPageFault,          // stopped at a page fault (no block-on-fault, or PRI off)
  kTranslationFailed,  // non-recoverable translation fault, Invalid response or too many retries
  kRejected,           // submission given up after the retry limit, or lost by a full dedicated queue
  kInvalidHandle,      // names an interrupt message that does not exist; not executed, no interrupt
};

// Everything but the ledger: plain values, reset as a whole when a job is taken from its pool.
struct JobHeader {
  std::uint64_t id = 0;
  TenantId tenant;
  Pasid pasid;
  QueueId queue;  // portal the job is submitted to; SWQ or DWQ is the queue's property
  JobOp op = JobOp::kNoop;
  JobStatus status = JobStatus::kPending;
  bool write_dropped = false;    // a posted write of it was dropped on its way; the device does not know
  bool wants_record = true;      // completion record write
  bool wants_interrupt = false;  // else the tenant polls
  bool from_device = false;      // began in the device: wants neither, and ends when its writes are visible
  std::uint16_t tenant_class = 0;
  std::uint16_t endpoint = 0;  // index of the endpoint in the platform, by name order
  std::uint32_t interrupt_handle = 0;
  std::uint64_t source = 0;  // virtual addresses in the tenant's address space
  std::uint64_t destination = 0;
  std::uint64_t record_address = 0;  // 32 B aligned
  std::uint32_t size_bytes = 0;
  std::uint32_t bytes_completed = 0;
  std::uint64_t fault_address = 0;
  const PacketShape* packet = nullptr;  // of a packet: what it does
  std::uint32_t packet_number = 0;      // among its tenant's
  std::uint16_t retries = 0;            // Retry answers to its submission
  std::uint16_t faults = 0;             // page requests raised for it

  // Its owner's own (the host's, or the arbiter's if it began in the device); nobody else touches them.
  Submission* submission = nullptr;    // to answer when the tenant has noticed completion
  PostedWriteWatch* watch = nullptr;   // who is to hear of its posted writes, if anybody
  LostEndWatch* end_watch = nullptr;   // who is to hear if nothing will tell of its end
  std::uint32_t writes_in_flight = 0;  // watched posted writes issued that are neither visible nor dropped
  Tlp* last_write = nullptr;           // the one of them that was visible last
  bool executed = false;               // its engine is done with it
  bool record_observed = false;
  bool mapped = false;     // its buffers have I/O virtual addresses of their own
  bool unmapping = false;  // the device is done with it; the driver is not
};

struct Job : JobHeader {
  Ledger ledger;  // opened at submission

  // What the device reports as done is not, if a write was lost behind its back.
  void FailIfWriteDropped() {
    if (!write_dropped || status != JobStatus::kSuccess) return;
    status = JobStatus::kTranslationFailed;
    bytes_completed = 0;
  }

  void Reset() { static_cast<JobHeader&>(*this) = JobHeader{}; }
};

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

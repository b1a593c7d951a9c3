// SPDX-License-Identifier: Apache-2.0
// A work descriptor: the 64 bytes that software writes to a queue's portal, as a value. A device knows of a job what
// stands here, and nothing else. Layout and meaning follow the DSA architecture specification (descriptors: chapters
// 3.6 and 8; linux/idxd.h). Pure.
#ifndef SIOV_MODELS_PROTOCOL_DESCRIPTOR_H_
#define SIOV_MODELS_PROTOCOL_DESCRIPTOR_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/protocol/packet_shape.h"

namespace siov {

inline constexpr std::uint32_t kDescriptorBytes = 64;

// The opcode.
enum class JobOp : std::uint8_t {
  kNoop,    // descriptor only
  kRead,    // device reads host memory: source range
  kWrite,   // device writes host memory: destination range
  kMove,    // reads source, writes destination
  kFill,    // writes destination from a pattern in the descriptor
  kPacket,  // the accesses of its PacketShape, all at once
  // Writes its destination range, and reads it back when all of that has left: posted order says that what was written
  // is visible then. What devices do to know, and benchmarks to measure a write.
  kWriteRead,
};

// A buffer of its own is read...
inline bool Reads(JobOp op) { return op == JobOp::kRead || op == JobOp::kMove; }
// ... or written.
inline bool Writes(JobOp op) {
  return op == JobOp::kWrite || op == JobOp::kMove || op == JobOp::kFill || op == JobOp::kWriteRead;
}

// What software asks for, but for whom.
struct Work {
  JobOp op = JobOp::kNoop;
  bool wants_record = true;      // flag: completion record write, on success too
  bool wants_interrupt = false;  // flag: completion interrupt; else the tenant polls
  std::uint32_t interrupt_handle = 0;
  std::uint64_t source = 0;  // virtual addresses in the tenant's address space
  std::uint64_t destination = 0;
  std::uint64_t record_address = 0;  // 32 B aligned
  std::uint32_t size_bytes = 0;
  std::uint32_t packet_number = 0;      // of a packet: among its tenant's
  const PacketShape* packet = nullptr;  // and what it does
};

struct WorkDescriptor : Work {
  WorkDescriptor() = default;
  WorkDescriptor(const Work& work, Pasid whose) : Work(work), pasid(whose) {}
  // ENQCMD puts the thread's PASID here; what MOVDIR64B carries is whatever software wrote, and a dedicated queue does
  // not look at it.
  Pasid pasid;
};
static_assert(sizeof(WorkDescriptor) <= kDescriptorBytes);

// What a completion record says, of 32 bytes (or the device's error register, if the record could not be written).
enum class JobStatus : std::uint8_t {
  kPending,
  kSuccess,
  kPageFault,          // stopped at a page fault (no block-on-fault, or PRI off)
  kTranslationFailed,  // non-recoverable translation fault, Invalid response or too many retries
  kRejected,           // submission given up after the retry limit, or lost by a full dedicated queue
  kInvalidHandle,      // names no interrupt message of its PASID; not executed, no interrupt
  kException,          // its submission raised an exception in its thread; never left the CPU
};

struct CompletionRecord {
  JobStatus status = JobStatus::kPending;
  std::uint32_t bytes_completed = 0;
  std::uint64_t fault_address = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_DESCRIPTOR_H_

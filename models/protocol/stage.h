// SPDX-License-Identifier: Apache-2.0
// The stages a job's latency is made of. Every picosecond between submission and completion belongs to exactly one.
//
// A stage is either waiting (for a shared resource that somebody else holds) or service (work done for this job):
// waiting is what sharing costs, so the two are never one number.
#ifndef SIOV_MODELS_PROTOCOL_STAGE_H_
#define SIOV_MODELS_PROTOCOL_STAGE_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace siov {

enum class Stage : std::uint8_t {
  kMap,             // the driver maps or pins the job's buffers before submission
  kSubmitWait,      // a job waits for a submitting CPU
  kSubmit,          // the CPU prepares the descriptor and executes the submission instruction
  kExit,            // VM exit and software in the submission path
  kRetryBackoff,    // after a Retry, until the next attempt
  kLinkWait,        // a TLP waits for the serialiser
  kLinkCreditWait,  // a TLP waits for flow-control credits
  kTagWait,         // a non-posted request waits for a free tag
  kLinkWire,        // serialisation and propagation
  kPort,            // fixed latency of device port, switches and root port
  kQueueWait,       // accepted job waits in its work queue
  kArbitration,     // portal decode, admission and dispatch
  kEngineWait,      // waits for a buffer, its turn to be issued or moved in the device, or an in-order predecessor
  kEngine,          // descriptor set-up, storing and staging in the device, compute, completion generation
  kAtcWait,         // waits for the ATC's lookup port or a free outstanding-request slot
  kAtc,             // ATC lookup
  kAtsWait,         // merged behind another job's translation request for the same page
  kIotlbWait,       // waits for the IOTLB's lookup port or a miss slot
  kIotlb,           // IOTLB lookup
  kWalkWait,        // waits for a walker, or merged behind an equal walk
  kWalk,            // walker and paging-structure-cache logic
  kWalkMemory,      // dependent reads of table entries
  kOrderWait,       // a posted write waits for an older posted write of its stream
  kSocketLinkWait,  // waits for the wire to another socket, or back
  kSocketLink,      // serialisation and latency between sockets
  kMemoryWait,      // waits for a memory channel
  kMemory,          // LLC or DRAM access
  kPageRequest,     // page request at the IOMMU, until its descriptor is visible in the ring
  kPageEvent,       // page request event: interrupt and wake-up of the thread that reads the ring
  kPageFaultWait,   // page request waits for a credit, for others of its group, or for a handler
  kPageFault,       // the handler: reads the request, finds the page, maps it
  kPageResponse,    // response descriptor until the page group response leaves the IOMMU
  kInterruptWait,   // coalesced or pending behind another notification
  kInterrupt,       // IMS, remapping, delivery to the vCPU
  kCompletion,      // the tenant notices: poll or handler
  kUnmap,           // the driver unmaps the job's buffers and submits invalidations
  kInvalidateWait,  // the driver waits for its invalidations to complete
  kCount
};

inline constexpr std::size_t kStageCount = static_cast<std::size_t>(Stage::kCount);

enum class StageKind : std::uint8_t { kWait, kService };

struct StageInfo {
  const char* name;  // as it appears in stages.csv
  StageKind kind;
  const char* sentence;
};

const StageInfo& Describe(Stage stage);

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_STAGE_H_

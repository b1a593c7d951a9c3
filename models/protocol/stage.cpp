// SPDX-License-Identifier: Apache-2.0
#include "models/protocol/stage.h"

namespace siov {
namespace {

constexpr auto kWait = StageKind::kWait;
constexpr auto kService = StageKind::kService;

// In the order of the enumeration.
constexpr std::array<StageInfo, kStageCount> kStages{{
    {"map", kService, "Driver maps or pins the job's buffers before submission."},
    {"submit_wait", kWait, "Job waits for a submitting CPU."},
    {"submit", kService, "The CPU prepares the descriptor and executes the submission instruction."},
    {"exit", kService, "VM exit and software in the submission path."},
    {"retry_backoff", kWait, "After a Retry from a full shared queue, until the next attempt."},
    {"link_wait", kWait, "TLP waits for the link's serialiser."},
    {"link_credit_wait", kWait, "TLP waits for flow-control credits."},
    {"tag_wait", kWait, "Non-posted request waits for a free tag."},
    {"link_wire", kService, "Serialisation and propagation on the link."},
    {"port", kService, "Fixed latency of device port and switches and root port."},
    {"queue_wait", kWait, "Accepted job waits in its work queue."},
    {"arbitration", kService, "Portal decode, admission and dispatch."},
    {"engine_wait", kWait,
     "Waits for a read or write buffer, its turn to be issued, stored or moved in the device, or an in-order "
     "predecessor."},
    {"engine", kService, "Descriptor set-up, storing and staging in the device, compute and completion generation."},
    {"atc_wait", kWait, "Waits for the ATC lookup port or a free translation-request slot."},
    {"atc", kService, "ATC lookup."},
    {"ats_wait", kWait, "Merged behind another request's translation of the same page."},
    {"iotlb_wait", kWait, "Waits for the IOTLB lookup port or a miss slot."},
    {"iotlb", kService, "IOTLB lookup."},
    {"walk_wait", kWait, "Waits for a page walker, or merged behind an equal walk."},
    {"walk", kService, "Page walker and paging-structure-cache logic."},
    {"walk_memory", kService, "Dependent reads of table entries from memory."},
    {"order_wait", kWait, "Posted write waits for an older posted write of its stream."},
    {"socket_link_wait", kWait, "Waits for the wire between sockets, there or back."},
    {"socket_link", kService, "Serialisation and latency between sockets, there and back."},
    {"memory_wait", kWait, "Waits for a memory channel."},
    {"memory", kService, "LLC or DRAM access."},
    {"page_request", kService, "Page request at the IOMMU, until its descriptor is visible in the ring."},
    {"page_event", kService, "Page request event: interrupt and wake-up of the thread that reads the ring."},
    {"page_fault_wait", kWait, "Page request waits for a credit, for others of its group, or for a handler."},
    {"page_fault", kService, "The page-fault handler: reads the request, finds the page, maps it."},
    {"page_response", kService, "Response descriptor until the page group response leaves the IOMMU."},
    {"interrupt_wait", kWait, "Interrupt coalesced or pending behind another notification."},
    {"interrupt", kService, "IMS, interrupt remapping and delivery to the vCPU."},
    {"completion", kService, "Tenant notices the completion: poll or handler."},
    {"unmap", kService, "Driver unmaps the job's buffers and submits invalidations."},
    {"invalidate_wait", kWait, "Driver waits for its invalidations to complete."},
}};

}  // namespace

const StageInfo& Describe(Stage stage) { return kStages[static_cast<std::size_t>(stage)]; }

}  // namespace siov

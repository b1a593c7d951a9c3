// SPDX-License-Identifier: Apache-2.0
// What an IOMMU is made of.
#include "platforms/kinds/block_kind.h"
#include "platforms/kinds/words.h"

namespace siov {
namespace {

using Role = ResourceRole;

// Of a device with an ATC only what is checked passes the IOTLB with every access.
bool AllLookUp(const Place& place) {
  if (place.iommu().iotlb.containment != Containment::kNone) return true;
  const ResolvedPlatform& platform = place.platform;
  for (NodeRef device{NodeKind::kEndpoint, 0}; device.index < platform.endpoints.size(); ++device.index) {
    const bool below = platform.Above(device, NodeKind::kIommu) == place.node;
    if (below && platform.endpoints[device.index].atc.has_value()) return false;
  }
  return true;
}

BlockKind Iotlb() {
  BlockKind kind{"iotlb", 90};
  kind.ports = {In("from_port").Each(),        In("from_invalidation"), In("from_pri_queue"), Out("to_walker"),
                Out("to_walker_invalidation"), Out("to_memory"),        Out("to_faults")};
  kind.resources = {{"port", Role::kIotlbPort}, {"walks", Role::kMissSlots}};
  kind.translates = BlockKind::Translates::kForAll;
  kind.pass = [](const Place& place, const Passage&) -> Services {
    const IotlbConfig& iotlb = place.iommu().iotlb;
    return {{Stage::kIotlb, iotlb.lookup_latency_ps, Service::Keeps::kForInterval, Stage::kIotlbWait,
             iotlb.lookup_interval_ps}};
  };
  kind.picture = [](const Place& place) -> Words { return {"IOTLB: " + EntriesText(place.iommu().iotlb.geometry)}; };
  kind.capacity = [](const Place& place) -> std::vector<Capacity> {
    const Picoseconds interval = AllLookUp(place) ? place.iommu().iotlb.lookup_interval_ps : 0;
    return {{place.path + " lookups", OneEach(interval), &JobDemand::accesses}};
  };
  return kind;
}

BlockKind PageWalker() {
  BlockKind kind{"page_walker", 100};
  kind.ports = {In("from_iotlb"), In("from_invalidation"), Out("to_memory").AsksAs(AccessSource::kPageWalk)};
  kind.resources = {{"walkers", Role::kWalkers}, {".slots", Role::kWalkerCache}};
  kind.picture = [](const Place& place) -> Words {
    return {"walkers: " + std::to_string(place.iommu().page_walker.walkers)};
  };
  return kind;
}

BlockKind PriQueue() {
  BlockKind kind{"pri_queue", 110};
  kind.ports = {In("from_port").Each(),
                In("from_invalidation"),
                In("from_page_responses"),
                In("from_software"),
                Out("to_iotlb"),
                Out("to_port").Each(),
                Out("to_memory").AsksAs(AccessSource::kPageRequestQueue),
                Out("to_host"),
                Out("to_faults")};
  kind.ring = true;
  kind.pass = [](const Place& place, const Passage& packet) -> Services {
    const PriQueueConfig& queue = place.iommu().pri_queue;
    if (packet.way == Passage::Way::kDown) return {{Stage::kPageResponse, queue.response_latency_ps}};
    return {{Stage::kPageRequest, queue.enqueue_latency_ps}};
  };
  kind.picture = [](const Place& place) -> Words {
    return {"page requests: " + std::to_string(place.iommu().pri_queue.entries - 1)};
  };
  return kind;
}

BlockKind FaultRecording() {
  BlockKind kind{"fault_recording"};
  kind.ports = {In("in").Each(), Out("to_memory").AsksAs(AccessSource::kFaultQueue), Out("to_host"), Out("to_reader")};
  kind.ring = true;
  return kind;
}

BlockKind InvalidationQueue() {
  BlockKind kind{"invalidation_queue", 120};
  kind.ports = {
      In("from_driver"),     In("from_fault_service"), In("from_port").Each(),
      Out("to_port").Each(), Out("to_iotlb"),          Out("to_interrupts"),
      Out("to_pri_queue"),   Out("to_page_responses"), Out("to_memory").AsksAs(AccessSource::kInvalidationQueue),
      Out("to_host")};
  kind.resources = {{"ring", Role::kInvalidationRing}, {"busy", Role::kInvalidation}, {"itags", Role::kItags}};
  kind.ring = true;
  kind.picture = [](const Place& place) -> Words {
    return {"invalidations: " + std::to_string(place.iommu().invalidation_queue.entries - 1)};
  };
  kind.capacity = [](const Place& place) -> std::vector<Capacity> {
    return {{place.path + " lock", PerSecond(1), &JobDemand::queue_lock_ps}};
  };
  return kind;
}

BlockKind InterruptRemapper() {
  BlockKind kind{"interrupt_remapper", 130};
  kind.ports = {In("from_port").Each(), In("from_invalidation"),
                Out("to_memory").AsksAs(AccessSource::kInterruptRemapping), Out("to_host")};
  kind.pass = [](const Place& place, const Passage&) -> Services {
    return {{Stage::kInterrupt, place.iommu().interrupt_remapper.lookup_latency_ps}};
  };
  kind.picture = [](const Place& place) -> Words {
    const bool posted = place.iommu().interrupt_remapper.delivery == InterruptDelivery::kPosted;
    return {std::string("interrupts: ") + (posted ? "posted" : "remapped")};
  };
  return kind;
}

}  // namespace

std::vector<BlockKind> IommuKinds() {
  return {Iotlb(), PageWalker(), PriQueue(), FaultRecording(), InvalidationQueue(), InterruptRemapper()};
}

}  // namespace siov

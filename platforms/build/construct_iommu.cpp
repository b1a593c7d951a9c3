// SPDX-License-Identifier: Apache-2.0
// Constructors of the parts of an IOMMU.
#include <map>

#include "models/iommu/fault_recording/fault_recording.h"
#include "models/iommu/interrupt_remapper/interrupt_remapper.h"
#include "models/iommu/invalidation_queue/invalidation_queue.h"
#include "models/iommu/iotlb/iotlb.h"
#include "models/iommu/page_walker/page_walker.h"
#include "models/iommu/pri_queue/pri_queue.h"
#include "platforms/build/site.h"

namespace siov {
namespace {

Made MakeIotlb(const Site& site) {
  return Make<Iotlb>(site, site.place.iommu().iotlb, site.Sockets("from_port"), site.spaces(),
                     CachePartitions(site.experiment().address_spaces), site.place.platform.asks_memory());
}

Made MakePageWalker(const Site& site) {
  return Make<PageWalker>(site, site.place.iommu().page_walker, site.spaces(),
                          CachePartitions(site.experiment().address_spaces));
}

Made MakePriQueue(const Site& site) {
  return Make<PriQueue>(site, site.place.iommu().pri_queue, site.Sockets("from_port"), site.spaces());
}

Made MakeFaultRecording(const Site& site) {
  return Make<FaultRecording>(site, site.place.iommu().fault_recording, site.Sockets("in"));
}

Made MakeInterruptRemapper(const Site& site) {
  return Make<InterruptRemapper>(site, site.place.iommu().interrupt_remapper, site.Sockets("from_port"),
                                 site.place.platform.host.config.vcpus);
}

// The devices below an IOMMU, by the socket they are reached by; and of all devices how many invalidations they hold.
Made MakeInvalidationQueue(const Site& site) {
  const Topology& topology = site.construction.topology;
  InvalidationQueue::Devices devices;
  InvalidationQueue::Devices depths;
  std::map<NodeRef, std::uint32_t> sockets;  // by root port
  for (const NodeRef port : topology.NodesOf(NodeKind::kRootPort)) {
    const auto next = static_cast<std::uint32_t>(sockets.size());
    if (topology.Nearest(port, NodeKind::kIommu) == site.place.node) sockets.emplace(port, next);
  }
  for (const NodeRef endpoint : topology.NodesOf(NodeKind::kEndpoint)) {
    const ResolvedEndpoint& device = topology.At(endpoint).endpoint();
    const auto socket = sockets.find(topology.Nearest(endpoint, NodeKind::kRootPort));
    if (socket != sockets.end()) devices[device.port.requester] = socket->second;
    if (device.atc) depths[device.port.requester] = device.atc->invalidate_queue_depth;
  }
  return Make<InvalidationQueue>(site, site.place.iommu().invalidation_queue, site.Sockets("from_port"), devices,
                                 depths);
}

}  // namespace

std::vector<ConstructorRow> IommuConstructors() {
  return {{"iotlb", MakeIotlb},
          {"page_walker", MakePageWalker},
          {"pri_queue", MakePriQueue},
          {"fault_recording", MakeFaultRecording},
          {"interrupt_remapper", MakeInterruptRemapper},
          {"invalidation_queue", MakeInvalidationQueue}};
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/check_requesters.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/translation/translation_structures.h"

namespace siov {
namespace {

class RequesterCheck {
 public:
  RequesterCheck(const ResolveContext& context, const ResolvedPlatform& platform)
      : context_(context), platform_(platform), behind_(platform.root_ports.size()) {}

  void Run() {
    bool different = true;
    for (NodeRef device{NodeKind::kEndpoint, 0}; device.index < platform_.endpoints.size(); ++device.index) {
      const ResolvedEndpoint& endpoint = platform_.endpoints[device.index];
      bool taken = false;
      for (const ResolvedFunction& one : endpoint.functions) taken |= !seen_.insert(endpoint.Requester(one)).second;
      if (taken) {
        different = false;
        context_.Add(endpoint.Path() + ".port.requester_id", std::to_string(endpoint.port.requester),
                     "another endpoint has this requester id" +
                         std::string(endpoint.functions_listed ? ", or that of another of its functions" : ""));
      }
      CheckDeviceDirectory(endpoint, platform_.IommuOf(device));
      NoteBus(device, endpoint);
    }
    if (different) CheckBuses();
  }

 private:
  struct Buses : BusRange {
    std::string path;  // of a device there
  };

  void CheckDeviceDirectory(const ResolvedEndpoint& endpoint, const ResolvedIommu& iommu) {
    const unsigned levels = iommu.page_walker.device_directory_levels;
    if (iommu.iotlb.profile != IommuProfile::kRiscv ||
        TranslationStructures::DeviceDirectoryReaches(levels, endpoint.port.requester)) {
      return;
    }
    context_.Add("nodes[name=" + iommu.name + "].iommu.device_directory_levels", std::to_string(levels),
                 "endpoint \"" + endpoint.name + "\" has the requester id " + std::to_string(endpoint.port.requester),
                 "enough for it: 1 level reaches 127, 2 all");
  }

  // Integrated endpoints lie on the root complex's own buses, each found by its number.
  void NoteBus(NodeRef device, const ResolvedEndpoint& endpoint) {
    if (platform_.LinkAbove(device).kind == LinkKind::kOnDie) return;
    const std::uint8_t bus = BusOf(endpoint.port.requester);
    std::optional<Buses>& buses = behind_[platform_.Above(device, NodeKind::kRootPort).index];
    if (!buses) buses = Buses{{bus, bus}, endpoint.Path()};
    buses->first = std::min(buses->first, bus);
    buses->last = std::max(buses->last, bus);
  }

  void CheckBuses() {
    for (std::size_t i = 0; i < behind_.size(); ++i) {
      for (std::size_t j = 0; j < i && behind_[i]; ++j) {
        if (!behind_[j] || !behind_[j]->Overlaps(*behind_[i])) continue;
        context_.Add(behind_[i]->path + ".port.requester_id", "",
                     BusesMustDiffer(platform_.root_ports[j].name, platform_.root_ports[i].name) +
                         ": the root complex finds a root port by the bus");
      }
    }
  }

  const ResolveContext& context_;
  const ResolvedPlatform& platform_;
  std::set<RequesterId> seen_;
  std::vector<std::optional<Buses>> behind_;  // each root port
};

}  // namespace

void CheckRequesters(const ResolveContext& context, const ResolvedPlatform& platform) {
  RequesterCheck(context, platform).Run();
}

}  // namespace siov

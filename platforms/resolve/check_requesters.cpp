// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/check_requesters.h"

#include <algorithm>
#include <map>
#include <optional>
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
      CheckPlace(device, endpoint);
      std::string owner;
      for (const ResolvedFunction& one : endpoint.functions) Take(endpoint, one, &owner);
      if (!owner.empty()) {
        different = false;
        context_.Add(endpoint.Path() + ".port.requester_id", std::to_string(endpoint.port.requester),
                     "another endpoint has this requester id" +
                         std::string(endpoint.functions_listed ? ", or that of another of its functions" : "") + ": " +
                         owner);
      }
      CheckDeviceDirectory(endpoint, platform_.IommuOf(device));
      NoteBus(device, endpoint);
    }
    if (different) CheckBuses();
  }

 private:
  // An endpoint's id is that of its function 0, which every device has. In a slot it is the only device of its bus,
  // whose number is 0, and bus 0 is the root complex's own.
  void CheckPlace(NodeRef device, const ResolvedEndpoint& endpoint) {
    constexpr unsigned kFunctions = 8, kOfABus = 256;
    const RequesterId id = endpoint.port.requester;
    const bool integrated = platform_.LinkAbove(device).kind == LinkKind::kOnDie;
    if (id != 0 && id % (integrated ? kFunctions : kOfABus) == 0) return;
    context_.Add(endpoint.Path() + ".port.requester_id", std::to_string(id),
                 integrated ? "an endpoint's id is that of its function 0"
                            : "an endpoint in a slot is device 0 of a bus behind its root port, and its id that of its "
                              "function 0",
                 integrated ? "a multiple of 8" : "a multiple of 256, from 256 on");
  }

  // The ids of a function and of its virtual functions. `owner`: who has the function's own, if somebody has.
  void Take(const ResolvedEndpoint& endpoint, const ResolvedFunction& one, std::string* owner) {
    const RequesterId own = endpoint.Requester(one);
    const auto [holder, is_first] = seen_.emplace(own, "\"" + endpoint.name + "\"");
    if (!is_first) *owner = holder->second;
    if (!one.config.sriov || !one.config.sriov->num_vfs) return;
    const SriovCapability& virtuals = *one.config.sriov;
    const std::string path =
        endpoint.Path() + ".functions[number=" + std::to_string(one.config.number) + "].sriov.num_vfs";
    if (LastRequester(own, virtuals) > 0xFFFF) {
      context_.Add(path, std::to_string(virtuals.num_vfs),
                   "the last of them has the requester id " + std::to_string(LastRequester(own, virtuals)),
                   "at most 65535: they follow first_offset behind their function, a stride apart");
      return;
    }
    for (std::uint32_t i = 0; i < virtuals.num_vfs; ++i) {
      const auto id = static_cast<RequesterId>(own + virtuals.first_offset + i * virtuals.stride);
      const auto [of, is_free] = seen_.emplace(id, "VFs of \"" + endpoint.name + "\"");
      if (is_free) continue;
      context_.Add(
          path, std::to_string(virtuals.num_vfs),
          "VF " + std::to_string(i) + " has the requester id " + std::to_string(id) + ", which is of " + of->second,
          "ids of their own: they follow first_offset behind their function, a stride apart");
      break;
    }
  }
  static std::uint64_t LastRequester(RequesterId own, const SriovCapability& virtuals) {
    return own + virtuals.first_offset + (std::uint64_t{virtuals.num_vfs} - 1) * virtuals.stride;
  }

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
    const std::uint8_t bus = BusOf(endpoint.port.requester);
    const Buses own{{bus, LastBus(endpoint)}, endpoint.Path()};
    if (platform_.LinkAbove(device).kind == LinkKind::kOnDie) return integrated_.push_back(own);
    std::optional<Buses>& buses = behind_[platform_.Above(device, NodeKind::kRootPort).index];
    if (!buses) buses = own;
    buses->first = std::min(buses->first, own.first);
    buses->last = std::max(buses->last, own.last);
  }
  static std::uint8_t LastBus(const ResolvedEndpoint& endpoint) {
    std::uint64_t last = endpoint.port.requester;
    for (const ResolvedFunction& one : endpoint.functions) {
      if (!one.config.sriov || !one.config.sriov->num_vfs) continue;
      last = std::max(last, std::min<std::uint64_t>(0xFFFF, LastRequester(endpoint.Requester(one), *one.config.sriov)));
    }
    return BusOf(static_cast<RequesterId>(last));
  }

  void CheckBuses() {
    for (std::size_t i = 0; i < behind_.size(); ++i) {
      for (std::size_t j = 0; j < i && behind_[i]; ++j) {
        if (!behind_[j] || !behind_[j]->Overlaps(*behind_[i])) continue;
        context_.Add(behind_[i]->path + ".port.requester_id", "",
                     BusesMustDiffer(platform_.root_ports[j].name, platform_.root_ports[i].name) +
                         ": the root complex finds a root port by the bus");
      }
      for (const Buses& one : integrated_) {
        if (!behind_[i] || !behind_[i]->Overlaps(one)) continue;
        context_.Add(one.path + ".port.requester_id", "",
                     "an integrated endpoint is on a bus of the root complex, and this one is behind \"" +
                         platform_.root_ports[i].name + "\"",
                     "another bus: the root complex finds a root port by the bus");
      }
    }
  }

  const ResolveContext& context_;
  const ResolvedPlatform& platform_;
  std::map<RequesterId, std::string> seen_;   // and whose they are
  std::vector<std::optional<Buses>> behind_;  // each root port
  std::vector<Buses> integrated_;
};

}  // namespace

void CheckRequesters(const ResolveContext& context, const ResolvedPlatform& platform) {
  RequesterCheck(context, platform).Run();
}

}  // namespace siov

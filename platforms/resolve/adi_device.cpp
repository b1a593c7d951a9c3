// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/adi_device.h"

#include "models/device/swq_arbiter/portal_map.h"

namespace siov {

std::string AdiDevice::WhyNone(const ResolvedEndpoint& endpoint) {
  if (endpoint.outside) return "it is a model from outside, of whose ADIs nothing is known";
  const ResolvedFunction* const function = endpoint.JobFunction();
  if (function == nullptr || !function->config.siov) return "its function has no S-IOV capability";
  if (function->adis_enabled) return {};
  if (function->config.sriov && function->config.sriov->num_vfs != 0) {
    return "its function has VFs, and SR-IOV and S-IOV exclude each other (SIOV-25)";
  }
  if (function->enable_adis.has_value() && !*function->enable_adis) return "its function's siov.enable is false";
  return "PASIDs have to be enabled before ADIs, and a link to it carries none (SIOV-04)";
}

AdiDevice::AdiDevice(const ResolvedEndpoint& endpoint)
    : endpoint_(endpoint),
      map_(endpoint.JobFunction()->adis, endpoint.JobFunction()->config.siov->system_page_bytes),
      config_(WithPortals()),
      core_(config_, map_) {}

std::optional<std::uint32_t> AdiDevice::FindType(const std::string& name) const {
  for (std::uint32_t type = 0; type < config_.types.size(); ++type) {
    if (config_.types[type].name == name) return type;
  }
  return std::nullopt;
}

AdiConfig AdiDevice::WithPortals() {
  AdiConfig config = endpoint_.JobFunction()->adis;
  for (std::uint32_t i = 0; i < config.types.size(); ++i) portal_faults_.push_back(BindPortals(i, &config.types[i]));
  return config;
}

// By the page that is submitted to; one that a VMM traps is none.
std::vector<std::vector<std::uint32_t>> AdiDevice::QueuesByPlace(std::uint32_t type) const {
  std::vector<std::vector<std::uint32_t>> queues(map_.Limit(type));
  const std::uint32_t bar = endpoint_.JobFunction()->config.portal_bar;
  for (std::uint32_t queue = 0; queue < endpoint_.arbiter.queues.size(); ++queue) {
    const AdiMap::Place place = map_.Find(bar, PortalAddress(queue, PortalLimit::kLimited));
    if (place.owner != AdiMap::Owner::kAdi || place.type != type || place.reserved) continue;
    if (place.path == RegisterPath::kDirect) queues[place.index].push_back(queue);
  }
  return queues;
}

std::string AdiDevice::BindPortals(std::uint32_t index, AdiType* type) const {
  const std::uint32_t wanted = type->CountOf(kAdiQueues);
  if (wanted == 0) return {};
  const std::vector<std::vector<std::uint32_t>> found = QueuesByPlace(index);
  for (std::size_t place = 0; place < found.size(); ++place) {
    const std::vector<std::uint32_t>& queues = found[place];
    const bool in_a_row = !queues.empty() && queues.back() - queues.front() + 1 == queues.size();
    if (queues.size() != wanted || !in_a_row) {
      return "the direct registers of ADI " + std::to_string(place) + " of this type hold the portals of " +
             std::to_string(queues.size()) + " queues, and it takes " + std::to_string(wanted) +
             ": a queue is submitted to by its limited IMS page in BAR " +
             std::to_string(endpoint_.JobFunction()->config.portal_bar);
    }
    type->portals.push_back(queues.front());
  }
  return {};
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_paging.h"

#include <algorithm>
#include <set>
#include <string>

#include "platforms/resolve/number_text.h"

namespace siov {
namespace {

// Pages can come by a page request: some are absent at the start, and their device may ask for them.
bool Pages(const ResolvedExperiment& resolved, std::size_t tenant_class, std::size_t endpoint) {
  const ResolvedEndpoint& device = resolved.platform.endpoints[endpoint];
  return resolved.address_spaces[tenant_class].resident_fraction < 1.0 && device.atc && device.atc->pri.enabled;
}

void CheckSwapping(const ResolveContext& context, const siovsim::Experiment& experiment,
                   const ResolvedExperiment& resolved) {
  const double rate = resolved.platform.host.config.faults.swap_out_per_second;
  if (rate == 0.0) return;
  for (std::size_t i = 0; i < resolved.traffic.classes.size(); ++i) {
    if (Pages(resolved, i, resolved.traffic.classes[i].endpoint)) return;
  }
  const bool replays = experiment.workload().has_replay();
  if (replays && Pages(resolved, resolved.address_spaces.size() - 1, resolved.traffic.replay.endpoint)) return;
  context.Add("nodes[name=" + resolved.platform.host.name + "].host.swap_out_per_second", NumberText(rate),
              "no page comes by a page request, so none can be swapped out: give tenants paging ON_DEMAND on a device "
              "with page_requests");
}

class ExitResolver {
 public:
  ExitResolver(const ResolveContext& context, ResolvedExperiment* resolved) : context_(context), resolved_(*resolved) {}

  void Resolve(const siovsim::Workload& workload) {
    std::uint32_t first_tenant = 0;
    for (int i = 0; i < workload.tenant_classes_size(); ++i) {
      const siovsim::TenantClass& tenants = workload.tenant_classes(i);
      const TenantClassConfig& config = resolved_.traffic.classes[static_cast<std::size_t>(i)];
      const std::string path = "tenant_classes[name=" + tenants.name() + "].exits";
      for (int e = 0; e < tenants.exits_size(); ++e) {
        Add(path + "[" + std::to_string(e) + "]", tenants.exits(e), config, first_tenant);
      }
      first_tenant += config.tenants;
    }
    resolved_.platform.host.config.faults.processes_exit = !resolved_.exits.empty();
  }

 private:
  void Add(const std::string& path, const siovsim::ProcessExit& exit, const TenantClassConfig& config,
           std::uint32_t first_tenant) {
    const ResolvedEndpoint& device = resolved_.platform.endpoints[config.endpoint];
    if (!device.atc) {
      return context_.Add(path, "", "device " + device.name + " has no ATC, and only that can stop a PASID");
    }
    const std::uint64_t end = std::uint64_t{exit.first_tenant()} + exit.tenants();
    if (end > config.tenants) {
      return context_.Add(
          path + ".tenants", std::to_string(exit.tenants()),
          "the class has " + std::to_string(config.tenants) + (config.tenants == 1 ? " tenant" : " tenants"));
    }
    for (std::uint32_t i = 0; i < exit.tenants(); ++i) {
      const std::uint32_t tenant = first_tenant + exit.first_tenant() + i;
      if (!seen_.insert(tenant).second) {
        return context_.Add(path + ".first_tenant", std::to_string(exit.first_tenant()), "a process exits only once");
      }
      ProcessExit resolved;
      resolved.at_ps = FromUs(exit.at_us());
      resolved.tenant = TenantId(tenant);
      resolved.pasid = PasidOfTenant(tenant);
      resolved.endpoint = config.endpoint;
      resolved.requester = device.port.requester;
      resolved.iommu = static_cast<std::uint32_t>(
          resolved_.platform.Above({NodeKind::kEndpoint, config.endpoint}, NodeKind::kIommu).index);
      resolved.poll_ps = FromUs(exit.poll_us());
      // Without page requests there is nothing a marker could mark.
      resolved.stop_marker = device.atc->pri.enabled && exit.stop() == siovsim::ProcessExit::STOP_MARKER;
      resolved_.exits.push_back(resolved);
    }
  }

  const ResolveContext& context_;
  ResolvedExperiment& resolved_;
  std::set<std::uint32_t> seen_;
};

}  // namespace

void ResolvePaging(const ResolveContext& context, const siovsim::Experiment& experiment, ResolvedExperiment* resolved) {
  ExitResolver(context, resolved).Resolve(experiment.workload());
  CheckSwapping(context, experiment, *resolved);
}

}  // namespace siov

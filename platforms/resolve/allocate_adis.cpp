// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/allocate_adis.h"

#include <algorithm>

#include "platforms/config/nearest_name.h"
#include "platforms/resolve/quoted.h"
#include "platforms/resolve/read_parameters.h"

namespace siov {
bool AdiAllocator::Allocate(const siovsim::TenantClass& tenants, std::uint32_t first_tenant,
                            TenantClassConfig* config) {
  AdiDevice* const device = DeviceOf(tenants, config->endpoint);
  if (device == nullptr) return false;
  const std::string& name = tenants.adi().type();
  const std::optional<std::uint32_t> type = device->FindType(name);
  if (!type) {
    std::vector<std::string> known;
    for (const AdiType& one : device->config().types) known.push_back(one.name);
    context_.Add("tenant_classes[name=" + tenants.name() + "].adi.type", Quoted(name), "",
                 "the name of a type of ADIs of endpoint " + tenants.endpoint(), NearestName(name, known));
    return false;
  }
  const Wish wish{tenants, first_tenant, *config, *device, device->config().types[*type]};
  if (!CheckType(wish) || !CheckQueues(wish)) return false;
  TenantAdisConfig adis;
  Read(tenants.adi(), &adis);
  adis.type = *type;
  adis.shared = wish.type.shared_queue_only;
  adis.records_of_host = tenants.adi().has_completions_of();
  for (std::uint32_t tenant = 0; tenant < config->tenants; ++tenant) {
    for (std::uint32_t number = 0; number < adis.per_tenant; ++number) {
      if (!Grant(wish, tenant, number, &adis)) return false;
    }
  }
  if (!adis.shared && !CheckModes(wish, adis)) return false;
  for (const AdiGrant& grant : adis.grants) {
    for (std::uint32_t q = 0; q < grant.queues && !adis.shared; ++q) config->queues.emplace_back(grant.first_queue + q);
  }
  config->adis = std::move(adis);
  return true;
}

AdiDevice* AdiAllocator::DeviceOf(const siovsim::TenantClass& tenants, std::size_t endpoint) {
  const ResolvedEndpoint& found = platform_.endpoints[endpoint];
  if (!found.outside && !found.enumerated) return nullptr;  // what is wrong with its functions has been said
  if (const std::string why = AdiDevice::WhyNone(found); !why.empty()) {
    Add(tenants, "adi", "", "device " + Quoted(found.name) + " has no ADIs to give: " + why);
    return nullptr;
  }
  std::unique_ptr<AdiDevice>& device = devices_[endpoint];
  if (!device) {
    device = std::make_unique<AdiDevice>(found);
    ReserveNamedQueues(endpoint, device.get());
  }
  return device.get();
}

// Those that tenants are given, or that ADIs without queues submit to.
void AdiAllocator::ReserveNamedQueues(std::size_t endpoint, AdiDevice* device) const {
  const ResolvedEndpoint& found = platform_.endpoints[endpoint];
  const auto reserve = [&](const std::string& user, const auto& names) {
    if (user != found.name) return;
    for (std::uint32_t queue = 0; queue < found.arbiter.queues.size(); ++queue) {
      const bool named = std::find(names.begin(), names.end(), found.arbiter.queues[queue].name) != names.end();
      if (named) device->core().Reserve(kAdiQueues, queue);
    }
  };
  for (const siovsim::TenantClass& one : workload_.tenant_classes()) reserve(one.endpoint(), one.queues());
  if (workload_.has_replay()) reserve(workload_.replay().endpoint(), workload_.replay().queues());
}

bool AdiAllocator::CheckType(const Wish& wish) const {
  const siovsim::TenantAdis& adi = wish.tenants.adi();
  const std::size_t before = wish.type.CountOf(kAdiContexts);
  const auto refuse = [&](bool holds, const std::string& field, const std::string& value, const std::string& why,
                          const std::string& allowed) {
    if (holds) Add(wish.tenants, field, value, why, allowed);
    return holds;
  };
  const std::string name = Quoted(wish.type.name);
  bool refused = refuse(wish.config.origin == JobOrigin::kDevice, "origin", "DEVICE",
                        "jobs that begin in the device are submitted to no ADI", "HOST with adi");
  refused |= refuse(wish.config.wants_interrupt && wish.type.messages == 0, "wants_interrupt", "true",
                    "ADIs of type " + name + " have no interrupt messages", "false (they poll)");
  refused |= refuse(adi.has_completions_of() && !adi.pasid(), "adi.completions_of", Quoted(adi.completions_of()),
                    "the device finds it by the PASID of the ADI, which has none", "adi.pasid: true, or left out");
  refused |= refuse(before != 0 && platform_.endpoints[wish.config.endpoint].arbiter.groups > 1, "adi.type", name,
                    "its ADIs have contexts of their own, which is modelled on devices with one group of queues",
                    "a type without contexts");
  return !refused;
}

bool AdiAllocator::CheckQueues(const Wish& wish) const {
  const std::string type = Quoted(wish.type.name);
  if (!wish.type.shared_queue_only) {
    const std::uint32_t own = wish.type.CountOf(kAdiQueues);
    const auto device = static_cast<std::size_t>(wish.config.endpoint);
    const auto index = wish.device.FindType(wish.type.name).value();
    if (own == 0) {
      Add(wish.tenants, "adi.type", type, "its ADIs have no queues, and are not shared_queue_only");
    } else if (wish.tenants.queues_size() != 0) {
      Add(wish.tenants, "queues[0]", Quoted(wish.tenants.queues(0)),
          "ADIs of type " + type + " have queues of their own", "none");
    } else if (const std::string& fault = wish.device.PortalFault(index); !fault.empty()) {
      Add(wish.tenants, "adi.type", type, fault + " of " + Quoted(platform_.endpoints[device].name));
    } else {
      return true;
    }
    return false;
  }
  if (wish.config.queues.empty()) {
    Add(wish.tenants, "queues", "none", "ADIs of type " + type + " submit through shared queues alone",
        "at least one queue of the endpoint");
    return false;
  }
  for (std::size_t i = 0; i < wish.config.queues.size(); ++i) {
    if (QueuesOf(wish.config)[wish.config.queues[i].value()].mode == QueueMode::kShared) continue;
    Add(wish.tenants, "queues[" + std::to_string(i) + "]", Quoted(wish.tenants.queues(static_cast<int>(i))),
        "ADIs of type " + type + " submit through shared queues alone", "a SHARED queue");
    return false;
  }
  return true;
}

bool AdiAllocator::Grant(const Wish& wish, std::uint32_t tenant, std::uint32_t number, TenantAdisConfig* adis) const {
  AdiCore& core = wish.device.core();
  const AdiResult result = core.Allocate(adis->type);
  if (!result.done()) {
    Refuse(wish, tenant, result.reason);
    return false;
  }
  AdiGrant grant;
  grant.adi = result.adi;
  grant.index = core.IndexOf(grant.adi);
  grant.first_message = core.Messages(grant.adi).first;
  grant.messages = core.Messages(grant.adi).count;
  for (std::size_t i = 0; i < wish.type.resources.size(); ++i) {
    const AdiCore::Range range = core.Resources(grant.adi, i);
    const bool queues = wish.type.resources[i].kind == kAdiQueues;
    (queues ? grant.first_queue : grant.first_context) = range.first;
    (queues ? grant.queues : grant.contexts) = range.count;
  }
  if (adis->shared && !Submit(wish, tenant, std::size_t{tenant} * adis->per_tenant + number, &grant)) return false;
  if (!Activate(wish, tenant, &grant)) return false;
  adis->grants.push_back(grant);
  return true;
}

// Through a shared queue. It knows of a submission its PASID, and nothing of an ADI.
bool AdiAllocator::Submit(const Wish& wish, std::uint32_t tenant, std::size_t number, AdiGrant* grant) const {
  const QueueId queue = wish.config.queues[number % wish.config.queues.size()];
  grant->first_queue = queue.value();
  grant->queues = 1;
  const Pasid pasid = PasidOfTenant(wish.first_tenant + tenant);
  if (wish.device.AddSubmitter(queue.value(), pasid)) return true;
  const std::string queues = std::to_string(wish.config.queues.size());
  Add(wish.tenants, "adi.per_tenant", std::to_string(wish.tenants.adi().per_tenant()),
      "tenant " + std::to_string(tenant) + " of " + Quoted(wish.tenants.name()) +
          " has two ADIs that submit to shared queue " + Quoted(QueuesOf(wish.config)[queue.value()].name) +
          " under one PASID (" + std::to_string(pasid.value()) + "), and nothing tells them apart there",
      "at most " + queues + ", as the class names " + queues + " shared queues");
  return false;
}

// PASIDs before it is active (SIOV-04).
bool AdiAllocator::Activate(const Wish& wish, std::uint32_t tenant, AdiGrant* grant) const {
  AdiCore& core = wish.device.core();
  AdiResult result;
  const auto set = [&](AdiAccess access, Pasid pasid) {
    if (result.done() && pasid.valid()) result = core.SetPasid(grant->adi, access, pasid);
  };
  const auto step = [&](AdiStep what) {
    if (result.done()) result = core.Step(grant->adi, what);
  };
  grant->pasid = wish.tenants.adi().pasid() ? PasidOfTenant(wish.first_tenant + tenant) : Pasid();
  grant->completion = CompletionPasid(wish);
  set(AdiAccess::kData, grant->pasid);
  set(AdiAccess::kCompletion, grant->completion);
  step(AdiStep::kConfigure);
  step(AdiStep::kActivate);
  if (result.done()) return true;
  const bool none = result.refusal == AdiRefusal::kNoPasid;
  Add(wish.tenants, none ? "adi.pasid" : "adi", none ? "false" : "",
      "tenant " + std::to_string(tenant) + " of " + Quoted(wish.tenants.name()) + " gets no ADI of type " +
          Quoted(wish.type.name) + ": " + Describe(result.refusal) + (none ? " (SIOV-04)" : ""),
      none ? "true, or a type that is shared_queue_only" : "");
  return false;
}

int AdiAllocator::PositionOf(const std::string& tenant_class) const {
  int at = 0;
  while (at < workload_.tenant_classes_size() && workload_.tenant_classes(at).name() != tenant_class) ++at;
  return at;
}

Pasid AdiAllocator::CompletionPasid(const Wish& wish) const {
  if (!wish.tenants.adi().has_completions_of()) return {};
  std::uint32_t first = 0;
  const int end = PositionOf(wish.tenants.adi().completions_of());
  for (int i = 0; i < end; ++i) first += workload_.tenant_classes(i).tenants();
  return PasidOfTenant(first);
}

// A driver knows how to submit to a queue by its mode, which its ADIs may differ in as the device has it.
bool AdiAllocator::CheckModes(const Wish& wish, const TenantAdisConfig& adis) const {
  const std::vector<WorkQueueConfig>& queues = QueuesOf(wish.config);
  const QueueMode first = queues[adis.grants.front().first_queue].mode;
  for (std::size_t i = 0; i < adis.grants.size(); ++i) {
    for (std::uint32_t q = 0; q < adis.grants[i].queues; ++q) {
      const WorkQueueConfig& queue = queues[adis.grants[i].first_queue + q];
      if (queue.mode == first) continue;
      Add(wish.tenants, "adi.type", Quoted(wish.type.name),
          "its ADIs have queues of both modes: " + Quoted(queue.name) + " is " +
              (queue.mode == QueueMode::kShared ? "SHARED" : "DEDICATED") + ", " +
              Quoted(queues[adis.grants.front().first_queue].name) + " is not",
          "a type over queues of one mode");
      return false;
    }
  }
  return true;
}

void AdiAllocator::Refuse(const Wish& wish, std::uint32_t tenant, const std::string& why) const {
  Add(wish.tenants, "tenants", std::to_string(wish.config.tenants),
      "tenant " + std::to_string(tenant) + " of " + Quoted(wish.tenants.name()) + " gets no ADI of type " +
          Quoted(wish.type.name) + ": " + why,
      tenant == 0 ? "" : "at most " + std::to_string(tenant) + " here");
}

// Whoever has no contexts of its own needs one that nobody has.
void AdiAllocator::CheckContexts(const TrafficConfig& traffic) const {
  std::vector<std::uint64_t> taken(platform_.endpoints.size());
  const auto contexts = [](const TenantClassConfig& one) {
    return one.adis ? one.adis->grants.size() * one.adis->grants.front().contexts : 0;
  };
  for (const TenantClassConfig& one : traffic.classes) taken[one.endpoint] += contexts(one);
  const auto check = [&](const std::string& path, std::size_t endpoint) {
    const std::uint32_t all = platform_.endpoints[endpoint].engine.slots();
    if (taken[endpoint] == 0 || taken[endpoint] < all) return;
    context_.Add(path + ".endpoint", Quoted(platform_.endpoints[endpoint].name),
                 "all " + std::to_string(all) + " contexts of its engines belong to ADIs, and none is left for these",
                 "a device with contexts that no ADI has");
  };
  for (const TenantClassConfig& one : traffic.classes) {
    if (contexts(one) == 0) check("tenant_classes[name=" + one.name + "]", one.endpoint);
  }
  if (!traffic.replay.trace_file.empty()) check("replay", traffic.replay.endpoint);
}

void AdiAllocator::CheckAll(const TrafficConfig& traffic, const std::vector<AddressSpaceClass>& address_spaces) const {
  CheckContexts(traffic);
  for (int i = 0; i < workload_.tenant_classes_size(); ++i) {
    const siovsim::TenantClass& tenants = workload_.tenant_classes(i);
    const auto own = static_cast<std::size_t>(i);
    if (!traffic.classes[own].adis || !traffic.classes[own].adis->records_of_host) continue;
    const auto host = static_cast<std::size_t>(PositionOf(tenants.adi().completions_of()));
    if (address_spaces[host].pages_home == address_spaces[own].pages_home &&
        address_spaces[host].page_tables_home == address_spaces[own].page_tables_home) {
      continue;
    }
    Add(tenants, "adi.completions_of", Quoted(tenants.adi().completions_of()),
        "its pages or their tables lie in another memory than this class's", "a class whose pages lie where these do");
  }
}

void AdiAllocator::Add(const siovsim::TenantClass& tenants, const std::string& field, const std::string& value,
                       const std::string& message, const std::string& allowed) const {
  context_.Add("tenant_classes[name=" + tenants.name() + "]." + field, value, message, allowed);
}

}  // namespace siov

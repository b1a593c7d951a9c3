// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/assign_identities.h"

#include <algorithm>
#include <map>
#include <utility>

#include "platforms/resolve/quoted.h"

namespace siov {
namespace {

class Assigner {
 public:
  Assigner(ResolvedPlatform* platform, TrafficConfig* traffic) : platform_(*platform), traffic_(*traffic) {}

  std::vector<Shortage> Run() {
    for (ResolvedIommu& iommu : platform_.iommus) iommu.interrupt_remapper.entries.clear();
    for (std::size_t i = 0; i < platform_.endpoints.size(); ++i) BeginDevice(i);
    const std::vector<Group> groups = Groups();
    for (const Group& group : groups) {
      if (group.adis != nullptr) BindAdis(group);
    }
    for (const Group& group : groups) {
      if (group.adis != nullptr) continue;
      if (!group.own) BindQueues(group);
      if (group.wants_interrupt) AllocateMessages(group);
    }
    return std::move(shortages_);
  }

 private:
  // Tenants of a class, or those of the replay.
  struct Group {
    std::size_t index;
    std::string name;
    std::uint32_t first;
    std::uint32_t tenants;
    std::uint16_t endpoint;
    const std::vector<QueueId>& queues;
    bool own;  // their jobs begin in the device, which knows whose they are
    bool wants_interrupt;
    std::uint32_t& first_handle;
    const TenantAdisConfig* adis = nullptr;  // null: they have none
    bool may_poll = true;
    bool by_domain =
        false;  // tenants of one domain of a recording have one PASID (ordered_replay.h checks their queues)

    std::string Tenant(std::uint32_t i) const { return "tenant " + std::to_string(i) + " of " + name; }
  };

  std::vector<Group> Groups() {
    std::vector<Group> groups;
    std::uint32_t first = 0;
    for (TenantClassConfig& one : traffic_.classes) {
      const bool own = one.origin == JobOrigin::kDevice;
      groups.push_back({groups.size(), Quoted(one.name), first, one.tenants, one.endpoint, one.queues, own,
                        one.wants_interrupt, one.first_handle, one.adis ? &*one.adis : nullptr});
      first += one.tenants;
    }
    ReplayConfig& replay = traffic_.replay;
    if (replay.trace_file.empty()) return groups;
    const bool in_order = replay.order == ReplayOrder::kAsRecorded;  // what was recorded ends by interrupts
    groups.push_back({groups.size(), "the replay", first, replay.tenants, replay.endpoint, replay.queues, false,
                      replay.wants_interrupt || in_order, replay.first_handle, nullptr, !in_order, in_order});
    return groups;
  }

  // Its own driver comes first: it wants to hear of the device's errors.
  void BeginDevice(std::size_t index) {
    ResolvedEndpoint& device = platform_.endpoints[index];
    device.ims.programmed.clear();
    device.arbiter.shares.clear();
    device.adis = {};
    device.arbiter.queue_pasids.assign(device.arbiter.queues.size(), Pasid());
    if (device.outside) return;
    const std::optional<std::uint32_t> entry = TakeEntry(index, 0);
    if (entry) {
      device.ims.function_message = EncodeInterrupt(*entry);
      return;
    }
    const ResolvedIommu& iommu = IommuOf(index);
    shortages_.push_back(
        {std::nullopt, "nodes[name=" + iommu.name + "].iommu.interrupt_remapper.table_entries",
         std::to_string(iommu.interrupt_remapper.table_entries),
         "no entry of the interrupt remapping table is left for the errors of device " + Quoted(device.name),
         "an entry for each device, and one for each tenant that wants interrupts"});
  }

  ResolvedIommu& IommuOf(std::size_t device) {
    return platform_.iommus[platform_.Above({NodeKind::kEndpoint, device}, NodeKind::kIommu).index];
  }

  // A free entry of the remapping table above the device; none: there is none left.
  std::optional<std::uint32_t> TakeEntry(std::size_t device, std::uint32_t vcpu) {
    InterruptRemapperConfig& remapper = IommuOf(device).interrupt_remapper;
    if (remapper.entries.size() >= remapper.table_entries) return std::nullopt;
    remapper.entries.push_back({true, platform_.endpoints[device].port.requester, vcpu});
    return static_cast<std::uint32_t>(remapper.entries.size() - 1);
  }

  // Tenant i uses the i-th queue, and begins again at the first when there are no more.
  void BindQueues(const Group& group) {
    ResolvedEndpoint& device = platform_.endpoints[group.endpoint];
    // Who comes after the second round of queues meets only those who came before.
    const std::size_t most = std::min<std::size_t>(group.tenants, 2 * group.queues.size());
    for (std::uint32_t i = 0; i < most; ++i) {
      const QueueId queue = group.queues[i % group.queues.size()];
      if (!queue.valid() || device.arbiter.queues[queue.value()].mode == QueueMode::kShared) continue;
      const std::string tenant = group.Tenant(i);
      const auto [holder, free] =
          holders_.emplace(std::pair(group.endpoint, queue.value()), Holder{group.index, tenant});
      if (free) {
        device.arbiter.queue_pasids[queue.value()] = PasidOfTenant(group.first + i);
        continue;
      }
      if (group.by_domain && holder->second.group == group.index) continue;
      shortages_.push_back({group.index, "queues", Quoted(device.arbiter.queues[queue.value()].name),
                            tenant + " finds this dedicated queue bound to the PASID of " + holder->second.tenant +
                                ": a dedicated queue's requests all carry its one PASID",
                            "a dedicated queue for each tenant, or a shared one"});
      return;
    }
  }

  // What the driver has programmed of ADIs: queues, contexts, messages, and which ADI is which.
  void BindAdis(const Group& group) {
    ResolvedEndpoint& device = platform_.endpoints[group.endpoint];
    const std::uint32_t type = TypeOf(*group.adis, &device);
    for (std::size_t i = 0; i < group.adis->grants.size(); ++i) {
      const AdiGrant& one = group.adis->grants[i];
      const auto tenant = static_cast<std::uint32_t>(i / group.adis->per_tenant);
      device.adis.adis.push_back(
          {one.adi, type, one.first_queue, one.queues, group.adis->shared, one.pasid, one.completion, one.contexts});
      if (one.contexts != 0) {
        device.arbiter.shares.push_back({one.first_queue, one.queues, one.first_context, one.contexts});
      }
      for (std::uint32_t q = 0; q < one.queues && !group.adis->shared; ++q) {
        const bool dedicated = device.arbiter.queues[one.first_queue + q].mode == QueueMode::kDedicated;
        if (dedicated) device.arbiter.queue_pasids[one.first_queue + q] = one.pasid;
      }
      if (!ProgramMessages(group, tenant, one)) return;
    }
  }

  static std::uint32_t TypeOf(const TenantAdisConfig& adis, ResolvedEndpoint* device) {
    const std::string& name = device->JobFunction()->adis.types[adis.type].name;
    std::vector<std::string>& types = device->adis.types;
    const auto found = std::find(types.begin(), types.end(), name);
    if (found != types.end()) return static_cast<std::uint32_t>(found - types.begin());
    types.push_back(name);
    return static_cast<std::uint32_t>(types.size() - 1);
  }

  // Those of an ADI, which no other has: only work under its tenant's PASID may ask for them; nobody's, if it polls.
  bool ProgramMessages(const Group& group, std::uint32_t tenant, const AdiGrant& adi) {
    std::vector<ImsEntry>& programmed = platform_.endpoints[group.endpoint].ims.programmed;
    const std::size_t end = adi.first_message + adi.messages;
    if (programmed.size() < end) programmed.resize(end);
    if (!group.wants_interrupt) return true;
    for (std::size_t handle = adi.first_message; handle < end; ++handle) {
      const std::uint32_t vcpu = (group.first + tenant) % platform_.host.config.vcpus;
      const std::optional<std::uint32_t> entry = TakeEntry(group.endpoint, vcpu);
      if (!entry) {
        Refuse(group, tenant, EntriesOf(IommuOf(group.endpoint)));
        return false;
      }
      programmed[handle] = {EncodeInterrupt(*entry), PasidOfTenant(group.first + tenant)};
    }
    return true;
  }

  void AllocateMessages(const Group& group) {
    ResolvedEndpoint& device = platform_.endpoints[group.endpoint];
    ImsConfig& store = device.ims;
    group.first_handle = static_cast<std::uint32_t>(store.programmed.size());
    for (std::uint32_t i = 0; i < group.tenants; ++i) {
      if (store.programmed.size() >= store.entries) return Refuse(group, i, MessagesOf(device));
      const std::uint32_t tenant = group.first + i;
      const std::optional<std::uint32_t> entry = TakeEntry(group.endpoint, tenant % platform_.host.config.vcpus);
      if (!entry) return Refuse(group, i, EntriesOf(IommuOf(group.endpoint)));
      store.programmed.push_back({EncodeInterrupt(*entry), PasidOfTenant(tenant)});
    }
  }

  static std::string MessagesOf(const ResolvedEndpoint& device) {
    return "interrupt message of device " + Quoted(device.name) + ", which has " + std::to_string(device.ims.entries) +
           (device.outside ? " (interrupt_messages)" : " (ims.entries)");
  }
  static std::string EntriesOf(const ResolvedIommu& iommu) {
    return "entry in the interrupt remapping table of " + Quoted(iommu.name) + ", which has " +
           std::to_string(iommu.interrupt_remapper.table_entries) + " (interrupt_remapper.table_entries)";
  }
  void Refuse(const Group& group, std::uint32_t i, const std::string& what) {
    const std::string fewer = i == 0 ? "" : "at most " + std::to_string(i) + " here";
    const std::string polling = group.may_poll ? "wants_interrupt: false (they poll)" : "";
    const std::string either = fewer.empty() || polling.empty() ? "" : ", or ";
    shortages_.push_back({group.index, "tenants", std::to_string(group.tenants),
                          group.Tenant(i) + " finds no free " + what + "; messages are not shared",
                          fewer + either + polling});
  }

  ResolvedPlatform& platform_;
  TrafficConfig& traffic_;
  struct Holder {
    std::size_t group;
    std::string tenant;
  };
  std::map<std::pair<std::uint16_t, std::uint32_t>, Holder> holders_;  // of dedicated queues: of endpoint, queue
  std::vector<Shortage> shortages_;
};

}  // namespace

std::vector<Shortage> AssignIdentities(ResolvedPlatform* platform, TrafficConfig* traffic) {
  return Assigner(platform, traffic).Run();
}

}  // namespace siov

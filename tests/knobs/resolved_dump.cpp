// SPDX-License-Identifier: Apache-2.0
#include "tests/knobs/resolved_dump.h"

#include <array>
#include <cstdio>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace siov::testing {
namespace {

// All members of a structure, in their order: a structured binding names every one of them or does not compile.
#define SIOV_MEMBERS(Type, ...)                        \
  void Put(const std::string& at, const Type& whole) { \
    const auto& [__VA_ARGS__] = whole;                 \
    Each(at, #__VA_ARGS__, __VA_ARGS__);               \
  }

// Stands for a value of any type, so that the members of a structure can be counted: it can be initialised with so
// many.
struct Anything {
  template <class T>
  operator T() const;  // NOLINT(google-explicit-constructor)
};
// An optional takes it by a constructor of its own before it is asked for one, which is all the same here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
template <class T, class Void, class... Values>
struct CanHold : std::false_type {};
template <class T, class... Values>
struct CanHold<T, std::void_t<decltype(T{std::declval<Values>()...})>, Values...> : std::true_type {};
#pragma GCC diagnostic pop
template <class T, class... Values>
constexpr std::size_t MembersOf() {
  if constexpr (CanHold<T, void, Values..., Anything>::value) {
    return MembersOf<T, Values..., Anything>();
  } else {
    return sizeof...(Values);
  }
}

// A structure of parameters that the schema generates.
#define SIOV_GENERATED(Type)                                                                    \
  void Put(const std::string& at, const Type& whole) {                                          \
    whole.ForEach([&](const char* name, const auto& member) { Put(at + "." + name, member); }); \
  }

// One to which members are added by hand: these, counted, since a binding cannot name those of both parts.
#define SIOV_EXTENDED(Type, ...)                                                                                     \
  void Put(const std::string& at, const Type& whole) {                                                               \
    struct View : Type {                                                                                             \
      void PutTo(Dumper* dumper, const std::string& place) const {                                                   \
        static_assert(MembersOf<Type>() == 1 + std::tuple_size_v<decltype(std::tie(__VA_ARGS__))>, "name them all"); \
        dumper->Each(place, #__VA_ARGS__, __VA_ARGS__);                                                              \
      }                                                                                                              \
    };                                                                                                               \
    whole.ForEach([&](const char* name, const auto& member) { Put(at + "." + name, member); });                      \
    View{whole}.PutTo(this, at);                                                                                     \
  }

class Dumper {
 public:
  SIOV_MEMBERS(Distribution, kind, mean_ps, spread_ps, slow_probability)
  SIOV_MEMBERS(CacheGeometry, entries, ways, policy, seed, partitions, index, index_shift)
  SIOV_GENERATED(PrefetchConfig)
  SIOV_MEMBERS(PagePrefetchConfig, next_pages, stride_pages, stride_streams)
  SIOV_MEMBERS(AtcEvent, at_ps, kind, pasid)
  SIOV_GENERATED(PageRequestConfig)
  SIOV_EXTENDED(AtcConfig, events, pri)
  SIOV_GENERATED(WorkQueueConfig)
  SIOV_MEMBERS(ContextShare, first_queue, queues, first_context, contexts)
  SIOV_EXTENDED(SwqArbiterConfig, portal_base, queues, queue_pasids, shares, events)
  SIOV_EXTENDED(EngineConfig, group_of_engine, group_read_buffers_allowed, group_read_buffers_reserved,
                traffic_class_of_queue, max_payload_bytes, max_read_request_bytes)
  SIOV_MEMBERS(InterruptMessage, address, data)
  SIOV_MEMBERS(ImsEntry, message, owner)
  SIOV_GENERATED(MessageMask)
  SIOV_EXTENDED(ImsConfig, table_address, masks, programmed, function_message)
  SIOV_MEMBERS(MemoryRange, first, end)
  SIOV_EXTENDED(DevicePortConfig, ats, own_memory)
  SIOV_GENERATED(BarConfig)
  SIOV_GENERATED(MsixCapability)
  SIOV_GENERATED(AcsCapability)
  SIOV_EXTENDED(SriovCapability, vf_bars)
  SIOV_EXTENDED(SiovCapability, message_store)
  SIOV_MEMBERS(ExpressCapability, integrated, max_payload_bytes, generation, lanes, tags)
  SIOV_MEMBERS(AtsCapability, queue_depth, page_aligned, global_invalidate)
  SIOV_MEMBERS(PriCapability, capacity, response_pasid_required)
  SIOV_MEMBERS(PasidCapability, width, execute, privileged)
  SIOV_MEMBERS(FunctionCapabilities, express, msix, ats, pri, pasid, acs, sriov, siov)
  SIOV_GENERATED(AdiRegion)
  SIOV_GENERATED(AdiResource)
  SIOV_EXTENDED(AdiType, regions, resources, portals)
  SIOV_MEMBERS(AdiBinding, adi, type, first_queue, queues, shared, pasid, completion, contexts)
  SIOV_MEMBERS(AdiBindings, types, adis)
  SIOV_MEMBERS(AdiAperture, bar, size_bytes, function_bytes, wide, prefetchable)
  SIOV_MEMBERS(AdiConfig, apertures, pools, messages, pasid_width, types)
  SIOV_GENERATED(LinkCredits)
  SIOV_MEMBERS(OnDieWire, bytes_per_second, header_bytes)
  SIOV_EXTENDED(LinkConfig, on_die, switch_above, switch_below, cpus_above)
  SIOV_MEMBERS(BridgeWindow, first_address, end_address, narrow_first_address, narrow_end_address, first_bus, last_bus,
               ends_at_device)
  SIOV_EXTENDED(RootPortConfig, fabric_latency_ps, host_address_bits, read_completion_boundary_bytes, profile, below,
                device_memory, containment)
  SIOV_EXTENDED(PageWalkerConfig, profile, device_directory_levels, process_directory_levels, host_permission_shift,
                context_cache, pasid_cache, first_stage_cache, second_stage_cache, nested_cache)
  SIOV_EXTENDED(IotlbConfig, profile, containment, device_memory)
  SIOV_EXTENDED(PriQueueConfig, descriptor_bytes, riscv, device_directory_levels, tables_home)
  SIOV_MEMBERS(RemappingEntry, present, source, vcpu)
  SIOV_EXTENDED(InterruptRemapperConfig, entries, table_address, descriptor_address)
  SIOV_EXTENDED(FaultRecordingConfig, profile, tables_home)
  SIOV_EXTENDED(InvalidationQueueConfig, descriptor_bytes, tables_home)
  SIOV_GENERATED(MemoryConfig)
  SIOV_GENERATED(MemoryBridgeConfig)
  SIOV_EXTENDED(FaultServiceConfig, processes_exit, descriptor_bytes, devices)
  SIOV_EXTENDED(DriverConfig, flush_queues, max_page_shift, descriptor_bytes, memory_home)
  SIOV_EXTENDED(HostConfig, faults, driver, coalesced_interrupts)
  SIOV_MEMBERS(ProcessExit, at_ps, tenant, pasid, endpoint, requester, iommu, poll_ps, stop_marker)
  SIOV_GENERATED(LeafRange)
  SIOV_EXTENDED(AddressSpaceClass, first_pasid, count, leaf_ranges, explicit_pages, explicit_second_stage, pages_home,
                page_tables_home)
  SIOV_MEMBERS(PacketAccess, address, stride_bytes, region_bytes, size_bytes, write, relaxed_ordering)
  SIOV_MEMBERS(PacketShape, accesses)
  SIOV_MEMBERS(GuestPasidsConfig, first, entries, first_vm, processes)
  SIOV_MEMBERS(AdiGrant, adi, index, first_queue, queues, first_message, messages, first_context, contexts, pasid,
               completion)
  SIOV_EXTENDED(TenantAdisConfig, type, shared, records_of_host, grants)
  SIOV_EXTENDED(TenantClassConfig, endpoint, queues, jobs, first_handle, guest_pasids, adis)
  SIOV_EXTENDED(ReplayConfig, endpoint, queues, dedicated, record_address, first_handle, device_tlb, first_stage,
                address_bits)
  SIOV_MEMBERS(TrafficConfig, classes, replay, job_limit, per_tenant_histograms)
  SIOV_GENERATED(RunConfig)
  SIOV_MEMBERS(Target, metric, minimum, maximum)
  SIOV_MEMBERS(ResolvedHost, name, config)
  SIOV_MEMBERS(ResolvedMemory, name, config, outside)
  SIOV_MEMBERS(ResolvedIommu, name, tables_home, iotlb, page_walker, pri_queue, interrupt_remapper, fault_recording,
               invalidation_queue)
  SIOV_MEMBERS(ResolvedRootPort, name, config)
  SIOV_EXTENDED(SwitchConfig, above, ports)
  SIOV_MEMBERS(ResolvedSwitch, name, config)
  SIOV_GENERATED(FunctionTimes)
  SIOV_MEMBERS(ResolvedEndpoint, name, outside, port, atc, arbiter, engine, ims, functions, functions_listed, registers,
               adis, enumerated)
  SIOV_MEMBERS(RegisterAccess, at_ps, configuration, write, function, address, size_bytes, value)
  SIOV_MEMBERS(ResolvedRegisterAccess, access, function, bar, offset, set_up)
  SIOV_MEMBERS(ResolvedSetUp, function, first, count)
  SIOV_GENERATED(SocketLinkConfig)
  SIOV_MEMBERS(ResolvedSocketLink, name, config)
  SIOV_MEMBERS(ResolvedPlatform, name, wired, host, memories, socket_links, iommus, root_ports, switches, endpoints,
               links)
  SIOV_MEMBERS(NodeRef, kind, index)
  SIOV_MEMBERS(ResolvedLink, name, kind, below, above, config)
  SIOV_MEMBERS(JobKind, op, size_bytes, weight, packet)
  SIOV_MEMBERS(MemoryAtStart, resident_bytes, pinned_bytes, pinned_pages)

  // A cache with something of its own, which is generated.
  void Put(const std::string& at, const WalkerCacheConfig& cache) {
    Put(at, static_cast<const CacheGeometry&>(cache));
    cache.ForEach([&](const char* name, const auto& member) { Put(at + "." + name, member); });
  }
  void Put(const std::string& at, const FunctionConfig& function) {
    static_assert(MembersOf<FunctionConfig>() == 2 + 3, "name them all");
    function.ForEach([&](const char* name, const auto& member) { Put(at + "." + name, member); });
    Put(at, static_cast<const FunctionCapabilities&>(function));
    Each(at, "multi_function, strict, bars", function.multi_function, function.strict, function.bars);
  }
  void Put(const std::string& at, const SwitchPortConfig& port) {
    static_assert(MembersOf<SwitchPortConfig>() == 1 + 2, "name them all");
    Put(at, static_cast<const BridgeWindow&>(port));
    Each(at, "link_name, link", port.link_name, port.link);
  }
  // What software writes to it follows from the rest of the function.
  void Put(const std::string& at, const ResolvedFunction& function) {
    Put(at + ".config", function.config);
    Put(at + ".adis", function.adis);
    Put(at + ".adis_enabled", function.adis_enabled);
    if (function.set_up_in_time) Put(at + ".set_up_in_time", true);
  }
  // The name of the run, its text and its list of guesses repeat the configuration; the rest is what is simulated.
  void Put(const ResolvedExperiment& experiment) {
    Put("platform", experiment.platform);
    Put("traffic", experiment.traffic);
    Put("address_spaces", experiment.address_spaces);
    Put("memory_at_start", experiment.memory_at_start);
    Put("exits", experiment.exits);
    Put("register_accesses", experiment.register_accesses);
    Put("set_ups", experiment.set_ups);
    Put("run", experiment.run);
    Put("targets", experiment.targets);
  }
  std::map<std::string, std::string> Take() { return std::move(lines_); }

 private:
  template <class T>
  std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>> Put(const std::string& at, const T& value) {
    if constexpr (std::is_floating_point_v<T>) {
      char text[40];
      std::snprintf(text, sizeof text, "%.15g", value);
      lines_[at] = text;
    } else if constexpr (std::is_same_v<T, bool>) {
      lines_[at] = value ? "true" : "false";
    } else if constexpr (std::is_enum_v<T>) {
      lines_[at] = std::to_string(static_cast<long long>(value));
    } else {
      lines_[at] = std::to_string(value);
    }
  }
  template <class Tag>
  void Put(const std::string& at, const Id<Tag>& id) {
    lines_[at] = std::to_string(id.value());
  }
  void Put(const std::string& at, const std::string& text) { lines_[at] = text; }
  template <class T>
  void Put(const std::string& at, const std::optional<T>& value) {
    lines_[at + ".present"] = value.has_value() ? "true" : "false";
    if (value.has_value()) Put(at, *value);
  }
  template <class T>
  void Put(const std::string& at, const std::vector<T>& values) {
    PutAll(at, values);
  }
  template <class T, std::size_t kCount>
  void Put(const std::string& at, const std::array<T, kCount>& values) {
    PutAll(at, values);
  }
  template <class List>
  void PutAll(const std::string& at, const List& values) {
    lines_[at + ".count"] = std::to_string(values.size());
    std::size_t index = 0;
    for (const auto& value : values) Put(at + "[" + std::to_string(index++) + "]", value);
  }

  // `names`: those of `members`, separated by commas.
  template <class... Members>
  void Each(const std::string& at, const std::string& names, const Members&... members) {
    std::size_t from = 0;
    const auto next_name = [&] {
      const std::size_t end = names.find(',', from);
      std::string name = names.substr(from, end - from);
      from = names.find_first_not_of(", ", end == std::string::npos ? names.size() : end);
      return name;
    };
    (Put(at + "." + next_name(), members), ...);
  }

  std::map<std::string, std::string> lines_;
};
#undef SIOV_MEMBERS
#undef SIOV_GENERATED
#undef SIOV_EXTENDED

}  // namespace

std::map<std::string, std::string> DumpOf(const ResolvedExperiment& experiment) {
  Dumper dumper;
  dumper.Put(experiment);
  return dumper.Take();
}

}  // namespace siov::testing

// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_workload.h"

#include <google/protobuf/repeated_ptr_field.h>

#include <algorithm>
#include <set>
#include <utility>

#include "models/translation/memory_map.h"
#include "models/translation/table_layout.h"
#include "platforms/config/nearest_name.h"
#include "platforms/config/rules.h"
#include "platforms/resolve/allocate_adis.h"
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_address_space.h"
#include "platforms/resolve/resolve_submission.h"
#include "platforms/resolve/workload_places.h"

namespace siov {
namespace {

class WorkloadResolver {
 public:
  WorkloadResolver(const ResolveContext& context, const siovsim::Workload& workload, const ResolvedPlatform& platform,
                   TrafficConfig* traffic, std::vector<AddressSpaceClass>* address_spaces)
      : context_(context),
        workload_(workload),
        platform_(platform),
        traffic_(*traffic),
        address_spaces_(*address_spaces),
        places_(context, platform),
        adis_(context, workload, platform) {}

  void Resolve() {
    for (const siovsim::TenantClass& tenants : workload_.tenant_classes()) {
      ResolveClass(tenants);
    }
    if (workload_.has_replay()) {
      ResolveReplay(workload_.replay());
    }
    if (const auto domains = FindTooManyDomains(address_spaces_)) {
      const auto index = static_cast<int>(domains->index);
      const bool in_class = index < workload_.tenant_classes_size();
      context_.Add((in_class ? ClassPath(workload_.tenant_classes(index)) : std::string("replay")) +
                       ".address_space.tenants_per_vm",
                   std::to_string(address_spaces_[domains->index].pasids_per_domain), "", domains->allowed);
    }
    places_.CheckRoomForOwnJobs();
    adis_.CheckAll(traffic_, address_spaces_);
  }

 private:
  static std::string ClassPath(const siovsim::TenantClass& tenants) {
    return "tenant_classes[name=" + tenants.name() + "]";
  }

  void ResolveClass(const siovsim::TenantClass& tenants) {
    const std::string path = ClassPath(tenants);
    TenantClassConfig config;
    Read(tenants, &config);
    bool placed =
        ResolvePlace(path, tenants.endpoint(), tenants.queues(), config.tenants, &config.endpoint, &config.queues);
    if (tenants.has_adi() && placed) {
      placed = adis_.Allocate(tenants, static_cast<std::uint32_t>(total_tenants_), &config);
      if (!placed) config.queues.emplace_back();  // so that nobody complains about a lack of queues as well
    }
    config.jobs.clear();
    for (const siovsim::JobKind& job : tenants.jobs()) {
      config.jobs.push_back(ResolveJob(job));
    }
    RefuseUnusedPattern(path, tenants, config);
    if (tenants.has_guest_pasids()) ResolveGuestPasids(tenants, &config);
    if (placed) {
      CheckPlace(path, config);
      places_.CheckOrigins(path, config.endpoint, config.queues, config.origin);
      RefuseWithoutEnqcmd(context_, path, tenants, platform_, config);
    }
    if (config.mapping == BufferMapping::kStreaming) RefuseStreaming(context_, path, config, tenants.address_space());
    traffic_.classes.push_back(config);
    AddAddressSpace(path, tenants.address_space(), config.tenants, config.endpoint);
    PlacePassThrough(path, config.base_address);
    CheckContainment(path, config.endpoint);
  }

  void ResolveGuestPasids(const siovsim::TenantClass& tenants, TenantClassConfig* config) {
    GuestPasidsConfig& guest = config->guest_pasids.emplace();
    guest.first = tenants.guest_pasids().first();
    guest.entries = ModelOf(tenants.guest_pasids().entries());
    guest.first_vm = vms_;
    guest.processes = tenants.address_space().tenants_per_vm();
    RefuseGuestPasids(context_, ClassPath(tenants) + ".guest_pasids", tenants.address_space(), *config);
    vms_ += static_cast<std::uint32_t>(CeilDiv(config->tenants, std::max(guest.processes, 1u)));
  }

  // Packets say themselves where they go.
  void RefuseUnusedPattern(const std::string& path, const siovsim::TenantClass& tenants,
                           const TenantClassConfig& config) {
    const auto packet = [](const JobKind& kind) { return kind.op == JobOp::kPacket; };
    if (config.jobs.empty() || !std::all_of(config.jobs.begin(), config.jobs.end(), packet)) return;
    constexpr const char* kWhy = "has no effect here: PACKET jobs say themselves where they go";
    if (tenants.pattern() != siovsim::TenantClass::UNIFORM) {
      context_.Add(path + ".pattern", siovsim::TenantClass::Pattern_Name(tenants.pattern()), kWhy, "UNIFORM");
    }
    const std::string alignment = std::to_string(tenants.alignment_bytes());
    const std::string unset = RuleOf(siovsim::TenantClass::descriptor()->FindFieldByName("alignment_bytes")).default_();
    if (alignment != unset) context_.Add(path + ".alignment_bytes", alignment, kWhy, unset);
  }

  static JobKind ResolveJob(const siovsim::JobKind& job) {
    JobKind kind{ModelOf(job.op()), job.size_bytes(), job.weight()};
    for (const siovsim::Access& access : job.accesses()) {
      PacketAccess resolved;
      resolved.address = access.offset_bytes();
      resolved.stride_bytes = access.stride_bytes();
      resolved.region_bytes = access.region_bytes();
      resolved.size_bytes = access.size_bytes();
      resolved.write = access.op() == siovsim::Access::WRITE;
      resolved.relaxed_ordering = access.relaxed_ordering();
      kind.packet.accesses.push_back(resolved);
      kind.size_bytes += access.size_bytes();
    }
    return kind;
  }

  // What a device whose reads need no buffers must say of them; null: it does.
  static const char* ReadLimitOf(const EngineConfig& engine) {
    if (engine.read_buffers != 0) return "read_buffers = 0";
    if (engine.read_buffer_bytes != 0) return "read_buffer_bytes = 0";
    return engine.divides_read_buffers() ? "group_read_buffers_allowed = []" : nullptr;
  }

  // What a class asks of its device and its queues.
  void CheckPlace(const std::string& path, const TenantClassConfig& config) {
    const ResolvedEndpoint& endpoint = platform_.endpoints[config.endpoint];
    if (endpoint.outside) return CheckOutside(path, config);
    for (const JobKind& kind : config.jobs) {
      const char* const limit = ReadLimitOf(endpoint.engine);
      if (kind.op != JobOp::kPacket || limit == nullptr) continue;
      context_.Add(path + ".jobs", "PACKET",
                   "packets read without read buffers: endpoint \"" + endpoint.name + "\" needs engine." + limit);
    }
    if (config.origin == JobOrigin::kDevice) places_.AddOwnJobs(path, config);
  }

  // What a model from outside cannot be asked for.
  void CheckOutside(const std::string& path, const TenantClassConfig& config) {
    const std::string& name = platform_.endpoints[config.endpoint].name;
    for (const JobKind& kind : config.jobs) {
      if (kind.op != JobOp::kPacket && kind.op != JobOp::kWriteRead) continue;
      context_.Add(path + ".jobs", kind.op == JobOp::kPacket ? "PACKET" : "WRITE_READ",
                   "device \"" + name + "\" is a model from outside, which is told of one buffer each way",
                   "NOOP, READ, WRITE, MOVE or FILL");
    }
    if (config.origin == JobOrigin::kDevice) {
      context_.Add(path + ".origin", "DEVICE",
                   "device \"" + name + "\" is a model from outside: what begins in it, it begins itself", "HOST");
    }
  }

  void ResolveReplay(const siovsim::Replay& replay) {
    ReplayConfig& config = traffic_.replay;
    Read(replay, &config);
    if (ResolvePlace("replay", replay.endpoint(), replay.queues(), config.tenants, &config.endpoint, &config.queues)) {
      places_.CheckOrigins("replay", config.endpoint, config.queues, JobOrigin::kHost);
      const std::vector<WorkQueueConfig>& queues = platform_.endpoints[config.endpoint].arbiter.queues;
      for (const QueueId queue : config.queues) {
        config.dedicated.push_back(queues[queue.value()].mode == QueueMode::kDedicated);
      }
    }
    if (config.order == ReplayOrder::kAsRecorded) ResolveOrder(replay, &config);
    AddAddressSpace("replay", replay.address_space(), config.tenants, config.endpoint);
    CheckContainment("replay", config.endpoint);
    if (config.order == ReplayOrder::kAsRecorded && config.pages == ReplayPages::kRecorded) {
      UseRecordedPages(context_, replay.address_space(), &address_spaces_.back());
      config.address_bits = AddressBits(address_spaces_.back());
    }
  }

  // The lower half of what a first stage reaches: recorded I/O addresses are never negative.
  static unsigned AddressBits(const AddressSpaceClass& space) {
    const bool first = space.first_format != TableFormat::kNone;
    const TableLayout layout =
        first ? LayoutOf(space.first_format, TableStage::kFirst) : LayoutOf(space.second_format, TableStage::kSecond);
    return layout.sign_extended ? layout.input_bits - 1u : layout.input_bits;
  }

  void ResolveOrder(const siovsim::Replay& replay, ReplayConfig* config) {
    const ResolvedEndpoint& endpoint = platform_.endpoints[config->endpoint];
    config->device_tlb = endpoint.atc.has_value();
    config->first_stage = replay.address_space().stages() != siovsim::AddressSpace::SECOND;
    const std::uint32_t one_request =
        std::min(endpoint.engine.max_payload_bytes, endpoint.engine.max_read_request_bytes);
    if (config->access_bytes > one_request) {
      context_.Add("replay.access_bytes", std::to_string(config->access_bytes),
                   "an access would be several requests, each with a translation of its own",
                   "at most " + std::to_string(one_request) + ", the smaller of max_payload and max_read_request");
    }
  }

  using Names = google::protobuf::RepeatedPtrField<std::string>;

  // Device and queues of a group of tenants, and whether the device can tell so many tenants apart. False if a queue is
  // none of the device: nothing can be said of the place then.
  bool ResolvePlace(const std::string& path, const std::string& endpoint_name, const Names& queue_names,
                    std::uint32_t tenants, std::uint16_t* endpoint_index, std::vector<QueueId>* queues) {
    for (std::size_t i = 0; i < platform_.endpoints.size(); ++i) {
      if (platform_.endpoints[i].name == endpoint_name) {
        *endpoint_index = static_cast<std::uint16_t>(i);
      }
    }
    const ResolvedEndpoint& endpoint = platform_.endpoints[*endpoint_index];
    std::set<std::string> named;
    bool placed = true;
    for (int i = 0; i < queue_names.size(); ++i) {
      const std::string& name = queue_names.Get(i);
      const std::string at = path + ".queues[" + std::to_string(i) + "]";
      placed = AddQueue(at, endpoint, name, queues) && placed;
      if (!named.insert(name).second) context_.Add(at, "\"" + name + "\"", "is named twice");
    }
    const std::uint64_t last_pasid = total_tenants_ + tenants;
    if (endpoint.port.pasid_width < 20 && last_pasid >= (std::uint64_t{1} << endpoint.port.pasid_width)) {
      context_.Add(path + ".tenants", std::to_string(tenants),
                   "tenants of this group have PASIDs up to " + std::to_string(last_pasid) + ", and endpoint \"" +
                       endpoint.name + "\" has a pasid_width of " + std::to_string(endpoint.port.pasid_width));
    }
    places_.CheckPasidsReach(path, *endpoint_index, tenants, last_pasid);
    return placed;
  }

  bool AddQueue(const std::string& path, const ResolvedEndpoint& endpoint, const std::string& name,
                std::vector<QueueId>* queues) {
    for (std::size_t q = 0; q < endpoint.arbiter.queues.size(); ++q) {
      if (endpoint.arbiter.queues[q].name == name) {
        queues->push_back(QueueId(static_cast<std::uint32_t>(q)));
        return true;
      }
    }
    std::vector<std::string> known;
    for (const WorkQueueConfig& queue : endpoint.arbiter.queues) known.push_back(queue.name);
    queues->emplace_back();  // so that nobody complains about a lack of queues as well
    context_.Add(path, "\"" + name + "\"", "", "the name of a queue of endpoint " + endpoint.name,
                 NearestName(name, known));
    return false;
  }

  void AddAddressSpace(const std::string& path, const siovsim::AddressSpace& space, std::uint32_t tenants,
                       std::size_t endpoint) {
    const auto first_pasid = static_cast<std::uint32_t>((total_tenants_ + 1) % kMaxPasids);
    address_spaces_.push_back(ResolveAddressSpace(context_, path, space, first_pasid, tenants));
    PlaceAddressSpace(space, endpoint, &address_spaces_.back());
    total_tenants_ += tenants;
  }

  // A pass-through address names its memory itself; one above the host's addresses faults.
  void PlacePassThrough(const std::string& path, std::uint64_t base_address) {
    AddressSpaceClass& space = address_spaces_.back();
    if (space.stages != TranslationStages::kPassThrough || !platform_.has_sockets()) return;
    const std::uint64_t home = memory_map::HomeOf(base_address);
    if (home < platform_.memories.size()) {
      space.pages_home = static_cast<std::uint32_t>(home);
    } else if (home < memory_map::kMostMemories) {
      context_.Add(path + ".base_address", std::to_string(base_address),
                   "bits 51:48 of an address that is passed through name its memory",
                   "below " + std::to_string(platform_.memories.size()) + " x 2^48");
    }
  }

  void PlaceAddressSpace(const siovsim::AddressSpace& space, std::size_t endpoint, AddressSpaceClass* resolved) const {
    if (resolved->stages == TranslationStages::kPassThrough) return;
    const std::uint32_t socket = platform_.SocketOf({NodeKind::kEndpoint, endpoint});
    resolved->pages_home = platform_.FindMemory(space.pages_memory()).value_or(socket);
    resolved->page_tables_home = platform_.FindMemory(space.page_tables_memory()).value_or(socket);
  }

  // A device that holds guest-physical addresses (T2GPA) works for guests only.
  void CheckContainment(const std::string& path, std::size_t endpoint) {
    const ResolvedIommu& iommu = platform_.IommuOf({NodeKind::kEndpoint, endpoint});
    const bool guests = address_spaces_.back().has_second_stage();
    if (iommu.iotlb.containment != Containment::kSecondStage || guests) return;
    context_.Add(path + ".address_space.stages", "",
                 iommu.name + " has translated_requests = GUEST_PHYSICAL: its tenants need a second stage",
                 "SECOND or NESTED");
  }

  const ResolveContext& context_;
  const siovsim::Workload& workload_;
  const ResolvedPlatform& platform_;
  TrafficConfig& traffic_;
  std::vector<AddressSpaceClass>& address_spaces_;
  std::uint64_t total_tenants_ = 0;
  std::uint32_t vms_ = 0;  // whose processes have PASIDs of their own
  WorkloadPlaces places_;
  AdiAllocator adis_;
};

}  // namespace

void ResolveWorkload(const ResolveContext& context, const siovsim::Workload& workload, const ResolvedPlatform& platform,
                     TrafficConfig* traffic, std::vector<AddressSpaceClass>* address_spaces) {
  WorkloadResolver(context, workload, platform, traffic, address_spaces).Resolve();
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "platforms/build/system.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "models/device/atc/function_stops.h"
#include "platforms/build/system_note.h"

namespace siov {
namespace {

// SystemC names may not hold dots; reports use the dotted path.
std::string ModuleName(std::string path) {
  std::replace(path.begin(), path.end(), '.', '_');
  return path;
}

template <class Module, class... Arguments>
std::unique_ptr<Module> Make(Simulation& simulation, const std::string& path, Arguments&&... arguments) {
  return std::make_unique<Module>(ModuleName(path).c_str(), simulation, path, std::forward<Arguments>(arguments)...);
}

std::vector<EndpointPortals> PortalsOf(const ResolvedPlatform& platform) {
  std::vector<EndpointPortals> portals;
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    EndpointPortals entry;
    entry.port = static_cast<std::uint32_t>(endpoint.root_port);
    for (const WorkQueueConfig& queue : endpoint.arbiter.queues) {
      entry.queues.push_back({queue.mode == QueueMode::kShared, queue.size});
    }
    portals.push_back(std::move(entry));
  }
  return portals;
}

}  // namespace

namespace {

// From when on no device takes jobs any more, of a run that ends with its jobs.
Picoseconds RefusedFrom(const ResolvedExperiment& experiment) {
  if (experiment.run.duration_ps != kNever) return kNever;
  Picoseconds all = 0;
  const auto add = [&](std::uint16_t endpoint) {
    const std::optional<AtcConfig>& atc = experiment.platform.endpoints[endpoint].atc;
    all = std::max(all, atc ? RefusesJobsFrom(atc->events) : kNever);
  };
  for (const TenantClassConfig& tenants : experiment.traffic.classes) add(tenants.endpoint);
  if (!experiment.traffic.replay.trace_file.empty()) add(experiment.traffic.replay.endpoint);
  return all;
}

// Far beyond what all jobs that begin at one instant need, so that jobs which take no time are found out in seconds.
std::uint64_t MostEventsAtOnce(const TrafficConfig& traffic) {
  constexpr std::uint64_t kFloor = std::uint64_t{1} << 22;
  constexpr std::uint64_t kEventsPerJob = 64;
  std::uint64_t jobs = std::uint64_t{traffic.replay.tenants} * std::max(traffic.replay.outstanding, 1u);
  for (const TenantClassConfig& source : traffic.classes) jobs += std::uint64_t{source.tenants} * source.queue_depth;
  return kFloor + kEventsPerJob * jobs;
}

}  // namespace

System::System(const ResolvedExperiment& experiment, const TraceOpener& open_trace, Elaboration elaboration)
    : experiment_(experiment),
      simulation_(experiment.run.in_step_with_kernel ? Agenda::Mode::kInStep : Agenda::Mode::kAhead,
                  experiment.run.seed),
      address_spaces_(experiment.address_spaces, experiment.run.seed) {
  simulation_.agenda.set_instant_limit(MostEventsAtOnce(experiment.traffic));
  Construct(open_trace);
  Wire();
  if (!experiment.exits.empty()) ConstructExits();
  ConstructHostBridge();
  if (elaboration == Elaboration::kIfWhole && OutsideParts(experiment).empty()) Elaborate();
}

void System::Elaborate() {
  if (elaborated_) return;
  CheckBound();
  elaborated_ = true;
  // Every block may push to its due queue from now on.
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
}

void System::ConstructHostBridge() {
  const auto& classes = experiment_.traffic.classes;
  const auto outside = [](const TenantClassConfig& tenants) { return tenants.arrivals == ArrivalProcess::kOutside; };
  if (std::none_of(classes.begin(), classes.end(), outside)) return;
  host_bridge_ = Make<HostBridge>(
      simulation_, "software",
      HostBridge::Submit([this](std::uint32_t tenant, std::uint32_t slot, const std::function<void(Job*)>& change) {
        return traffic_->SubmitOutside(tenant, slot, change);
      }));
  traffic_->set_outside([this](std::uint32_t slot, const Job& job) { host_bridge_->End(slot, job); });
}

void System::CheckBound() const {
  const auto check = [](bool bound, const std::string& node, const std::string& what) {
    if (bound) return;
    throw UnboundNode(node + ": a model from outside, and none is bound to " + what +
                      "; this takes a program that brings one (docs/bridge.md)");
  };
  if (memory_bridge_) check(memory_bridge_->outside.port.bound(), "node " + memory_bridge_->path(), "it");
  if (host_bridge_) check(host_bridge_->software.entry.bound(), OutsideParts(experiment_).back(), "software");
  for (const Endpoint& endpoint : endpoints_) {
    if (!endpoint.bridge) continue;
    check(endpoint.bridge->dma.entry.bound(), "node " + endpoint.bridge->path(), "its dma");
    check(endpoint.bridge->mmio.port.bound(), "node " + endpoint.bridge->path(), "its mmio");
  }
}

DeviceBridge* System::device_bridge(const std::string& node) {
  for (const Endpoint& endpoint : endpoints_) {
    if (endpoint.bridge && endpoint.bridge->path() == node) return endpoint.bridge.get();
  }
  return nullptr;
}

System::~System() {
  NoteSystem(!experiment_.text.empty(), simulation_.agenda.events(), traffic_->submitted() - traffic_->in_flight());
}

// One line per node kind. The steps are independent of each other, so a shuffled order must give the same results.
void System::Construct(const TraceOpener& open_trace) {
  const ResolvedPlatform& platform = experiment_.platform;
  iommus_.resize(platform.iommus.size());
  root_ports_.resize(platform.root_ports.size());
  endpoints_.resize(platform.endpoints.size());
  for (std::size_t i = 0; i < platform.root_ports.size(); ++i)
    iommus_[platform.root_ports[i].iommu].root_ports.push_back(i);

  std::vector<std::function<void()>> steps;
  steps.push_back([&] { ConstructMemory(); });
  steps.push_back([&] { ConstructHost(); });
  steps.push_back([&] {
    traffic_ = Make<Traffic>(simulation_, "traffic", experiment_.traffic, open_trace);
    traffic_->set_refused_from(RefusedFrom(experiment_));
  });
  for (std::size_t i = 0; i < iommus_.size(); ++i) steps.push_back([this, i] { ConstructIommu(i); });
  for (std::size_t i = 0; i < root_ports_.size(); ++i) {
    steps.push_back([&, i] {
      const ResolvedRootPort& port = platform.root_ports[i];
      root_ports_[i] = Make<RootPort>(simulation_, port.name, port.config, static_cast<std::uint8_t>(i),
                                      &address_spaces_.structures());
    });
  }
  for (std::size_t i = 0; i < endpoints_.size(); ++i) steps.push_back([this, i] { ConstructEndpoint(i); });

  if (experiment_.run.shuffle_elaboration) {
    RandomStream random = simulation_.random.Split("elaboration order");
    for (std::size_t i = steps.size(); i > 1; --i) std::swap(steps[i - 1], steps[random.Below(i)]);
  }
  for (const auto& step : steps) step();
}

// In the order in which WireIommu and WireRootPort take them.
void System::ConstructMemory() {
  const ResolvedMemory& memory = experiment_.platform.memory;
  std::vector<AccessSource> users;
  for (std::size_t i = 0; i < iommus_.size(); ++i) {
    users.insert(users.end(),
                 {AccessSource::kDevice, AccessSource::kPageWalk, AccessSource::kPageRequestQueue,
                  AccessSource::kInterruptRemapping, AccessSource::kFaultQueue, AccessSource::kInvalidationQueue});
  }
  users.insert(users.end(), root_ports_.size(), AccessSource::kDevice);
  if (memory.outside) {
    memory_bridge_ = Make<MemoryBridge>(simulation_, memory.name, *memory.outside, users);
    simulation_.memory_outside = true;
  } else {
    memory_ = Make<Memory>(simulation_, memory.name, memory.config, static_cast<std::uint32_t>(users.size()));
  }
}

void System::ConstructHost() {
  const ResolvedPlatform& platform = experiment_.platform;
  HostPeers peers;
  peers.ports = static_cast<std::uint32_t>(root_ports_.size());
  peers.interrupt_remappers = static_cast<std::uint32_t>(iommus_.size());
  peers.iommu_events = static_cast<std::uint32_t>(iommus_.size());
  peers.endpoints = PortalsOf(platform);
  peers.iommus = static_cast<std::uint32_t>(iommus_.size());
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    const auto iommu = static_cast<std::uint32_t>(platform.root_ports[endpoint.root_port].iommu);
    peers.devices.push_back({endpoint.port.requester, iommu, endpoint.atc.has_value()});
  }
  for (const TenantClassConfig& tenants : experiment_.traffic.classes) {
    peers.streaming.push_back(tenants.mapping == BufferMapping::kStreaming);
  }
  host_ = Make<Host>(simulation_, platform.host.name, platform.host.config, peers, address_spaces_);
  fault_service_ =
      Make<FaultService>(simulation_, platform.host.name + ".fault_service", platform.host.config.faults,
                         static_cast<std::uint32_t>(iommus_.size()), address_spaces_, experiment_.memory_at_start);
}

void System::ConstructIommu(std::size_t index) {
  const ResolvedIommu& config = experiment_.platform.iommus[index];
  Iommu& iommu = iommus_[index];
  const auto ports = static_cast<std::uint32_t>(iommu.root_ports.size());
  iommu.iotlb = Make<Iotlb>(simulation_, config.name + ".iotlb", config.iotlb, ports, address_spaces_,
                            CachePartitions(experiment_.address_spaces));
  iommu.page_walker = Make<PageWalker>(simulation_, config.name + ".page_walker", config.page_walker, address_spaces_,
                                       CachePartitions(experiment_.address_spaces));
  iommu.pri_queue = Make<PriQueue>(simulation_, config.name + ".pri_queue", config.pri_queue, ports, address_spaces_,
                                   std::vector<TranslationInvalidator*>{iommu.iotlb.get(), iommu.page_walker.get()});
  iommu.fault_recording =
      Make<FaultRecording>(simulation_, config.name + ".fault_recording", config.fault_recording, 2 + ports);
  iommu.interrupt_remapper =
      Make<InterruptRemapper>(simulation_, config.name + ".interrupt_remapper", config.interrupt_remapper, ports,
                              experiment_.platform.host.config.vcpus);
  iommu.invalidation_queue =
      Make<InvalidationQueue>(simulation_, config.name + ".invalidation_queue", config.invalidation_queue, ports,
                              DevicesBelow(iommu), QueueDepths());
}

// Software that has the device stop a PASID submits nothing more under it.
void System::EndTenantsOf(std::size_t endpoint, Pasid pasid) {
  for (const TenantRange& range : TenantsOf(experiment_.traffic, endpoint)) {
    if (const auto tenant = range.TenantOf(pasid)) traffic_->EndTenant(*tenant);
  }
}

InvalidationQueue::Devices System::DevicesBelow(const Iommu& iommu) const {
  InvalidationQueue::Devices devices;
  for (const ResolvedEndpoint& endpoint : experiment_.platform.endpoints) {
    const auto port = std::find(iommu.root_ports.begin(), iommu.root_ports.end(), endpoint.root_port);
    if (port == iommu.root_ports.end()) continue;
    devices[endpoint.port.requester] = static_cast<std::uint32_t>(port - iommu.root_ports.begin());
  }
  return devices;
}

InvalidationQueue::Devices System::QueueDepths() const {
  InvalidationQueue::Devices depths;
  for (const ResolvedEndpoint& endpoint : experiment_.platform.endpoints) {
    if (endpoint.atc) depths[endpoint.port.requester] = endpoint.atc->invalidate_queue_depth;
  }
  return depths;
}

void System::ConstructEndpoint(std::size_t index) {
  const ResolvedEndpoint& config = experiment_.platform.endpoints[index];
  if (config.outside) return ConstructOutsideEndpoint(index);
  Endpoint& endpoint = endpoints_[index];
  EngineSlots slots;
  slots.group_of_engine = config.engine.group_of_engine;
  slots.jobs_per_engine = config.engine.jobs_per_engine;
  endpoint.link = Make<Link>(simulation_, config.link_name, config.link);
  endpoint.port = Make<DevicePort>(simulation_, config.name + ".port", config.port, 2u);
  if (config.atc) {
    endpoint.atc =
        Make<Atc>(simulation_, config.name + ".atc", *config.atc, CachePartitions(experiment_.address_spaces));
    endpoint.atc->set_on_stop([this, index](Pasid pasid) { EndTenantsOf(index, pasid); });
  }
  const auto own = [index](const TenantClassConfig& source) {
    return source.origin == JobOrigin::kDevice && source.endpoint == index;
  };
  const auto& classes = experiment_.traffic.classes;
  endpoint.arbiter = Make<SwqArbiter>(simulation_, config.name + ".swq_arbiter", config.arbiter, slots,
                                      std::any_of(classes.begin(), classes.end(), own));
  endpoint.engine = Make<Engine>(simulation_, config.name + ".engine", config.engine, config.ims.entries);
  endpoint.ims = Make<Ims>(simulation_, config.name + ".ims", config.ims);
}

void System::ConstructOutsideEndpoint(std::size_t index) {
  const ResolvedEndpoint& config = experiment_.platform.endpoints[index];
  Endpoint& endpoint = endpoints_[index];
  endpoint.link = Make<Link>(simulation_, config.link_name, config.link);
  endpoint.port = Make<DevicePort>(simulation_, config.name + ".port", config.port, 1u);
  DeviceBridgeConfig bridge;
  bridge.max_payload_bytes = config.link.max_payload_bytes;
  bridge.max_read_request_bytes = config.link.max_read_request_bytes;
  bridge.first_remapping_index = config.ims.first_remapping_index;
  endpoint.bridge = Make<DeviceBridge>(simulation_, config.name, bridge);
}

void System::Wire() {
  traffic_->to_host.bind(host_->from_traffic);
  memory_ ? memory_->to_host.bind(host_->from_memory) : memory_bridge_->to_host.bind(host_->from_memory);
  for (std::size_t i = 0; i < iommus_.size(); ++i) WireIommu(i);
  for (std::size_t i = 0; i < root_ports_.size(); ++i) WireRootPort(i);
  for (std::size_t i = 0; i < endpoints_.size(); ++i) WireEndpoint(i);
}

System::MemorySocket& System::NextMemorySocket() {
  const std::size_t next = next_memory_socket_++;
  if (memory_) return *memory_->in[next];
  return *memory_bridge_->in[next];
}

void System::WireIommu(std::size_t index) {
  Iommu& iommu = iommus_[index];
  iommu.iotlb->to_walker.bind(iommu.page_walker->from_iotlb);
  iommu.iotlb->to_memory.bind(NextMemorySocket());
  iommu.page_walker->to_memory.bind(NextMemorySocket());
  iommu.pri_queue->to_memory.bind(NextMemorySocket());
  iommu.interrupt_remapper->to_memory.bind(NextMemorySocket());
  iommu.iotlb->to_faults.bind(*iommu.fault_recording->in[0]);
  iommu.fault_recording->to_memory.bind(NextMemorySocket());
  iommu.fault_recording->to_host.bind(*host_->from_iommu[index]);
  InvalidationQueue& queue = *iommu.invalidation_queue;
  queue.to_memory.bind(NextMemorySocket());
  queue.to_interrupts.bind(iommu.interrupt_remapper->from_invalidation);
  queue.to_iotlb.bind(iommu.iotlb->from_invalidation);
  queue.to_pri_queue.bind(iommu.pri_queue->from_invalidation);
  queue.to_host.bind(*host_->driver().from_iommu[index]);
  host_->driver().to_invalidation[index]->bind(queue.from_driver);
  iommu.pri_queue->to_faults.bind(*iommu.fault_recording->in[1 + iommu.root_ports.size()]);
  iommu.pri_queue->to_host.bind(*fault_service_->from_pri_queue[index]);
  fault_service_->to_iommu[index]->bind(queue.from_fault_service);
  fault_service_->UseRegisters(static_cast<std::uint32_t>(index), *iommu.pri_queue);
  iommu.interrupt_remapper->to_host.bind(*host_->from_interrupts[index]);
}

void System::WireRootPort(std::size_t index) {
  RootPort& port = *root_ports_[index];
  Iommu& iommu = iommus_[experiment_.platform.root_ports[index].iommu];
  const auto below = static_cast<std::size_t>(std::find(iommu.root_ports.begin(), iommu.root_ports.end(), index) -
                                              iommu.root_ports.begin());
  host_->to_port[index]->bind(port.from_host);
  port.to_iotlb.bind(*iommu.iotlb->from_port[below]);
  port.to_pri_queue.bind(*iommu.pri_queue->from_port[below]);
  port.to_interrupts.bind(*iommu.interrupt_remapper->from_port[below]);
  port.to_faults.bind(*iommu.fault_recording->in[1 + below]);
  port.to_invalidation.bind(*iommu.invalidation_queue->from_port[below]);
  iommu.pri_queue->to_port[below]->bind(port.from_pri_queue);
  iommu.invalidation_queue->to_port[below]->bind(port.from_invalidation);
  port.to_memory.bind(NextMemorySocket());
}

void System::WireEndpoint(std::size_t index) {
  Endpoint& endpoint = endpoints_[index];
  RootPort& root_port = *root_ports_[experiment_.platform.endpoints[index].root_port];
  root_port.to_link.bind(endpoint.link->downstream_in);
  endpoint.link->upstream_out.bind(root_port.from_link);
  endpoint.link->downstream_out.bind(endpoint.port->from_link);
  endpoint.port->to_link.bind(endpoint.link->upstream_in);
  if (endpoint.bridge) {
    endpoint.port->to_portal.bind(endpoint.bridge->from_port);
    endpoint.bridge->to_port.bind(*endpoint.port->from_block[0]);
    return unused_.Terminate(endpoint.port->to_atc);
  }
  endpoint.port->to_portal.bind(endpoint.arbiter->from_port);
  if (endpoint.arbiter->from_device) traffic_->to_device[index]->bind(*endpoint.arbiter->from_device);
  endpoint.arbiter->to_engine.bind(endpoint.engine->from_arbiter);
  endpoint.engine->to_ims.bind(endpoint.ims->from_engine);
  endpoint.ims->to_port.bind(*endpoint.port->from_block[1]);
  if (endpoint.atc) {
    endpoint.engine->to_memory.bind(endpoint.atc->from_engine);
    endpoint.atc->to_port.bind(*endpoint.port->from_block[0]);
    endpoint.port->to_atc.bind(endpoint.atc->from_port);
  } else {
    endpoint.engine->to_memory.bind(*endpoint.port->from_block[0]);
    unused_.Terminate(endpoint.port->to_atc);
  }
}

// After everything they act on: a stop request goes to the device's ATC, which is where a PASID's requests pass.
void System::ConstructExits() {
  ProcessExits::Peers peers;
  peers.end_tenant = [this](TenantId tenant) { traffic_->EndTenant(tenant); };
  peers.stop_device = [this](const ProcessExit& exit, ProcessExits::Done done) {
    const auto how = exit.stop_marker ? Atc::PasidStop::kStopMarker : Atc::PasidStop::kWaitForResponses;
    Atc& atc = *endpoints_[exit.endpoint].atc;
    atc.StopPasid(0, exit.pasid, how, [&atc, pasid = exit.pasid, done = std::move(done)] {
      atc.RetirePasid(pasid);
      done();
    });
  };
  peers.tear_down = [this](const ProcessExit& exit, ProcessExits::Done done) {
    fault_service_->TearDownPasid(exit.iommu, exit.requester, exit.pasid, std::move(done));
  };
  process_exits_ = Make<ProcessExits>(simulation_, experiment_.platform.host.name + ".process_exits", experiment_.exits,
                                      std::move(peers));
}

std::vector<Block*> System::AllBlocks() const {
  std::vector<Block*> blocks{host_.get(), &host_->driver(), fault_service_.get(), traffic_.get()};
  if (memory_) blocks.push_back(memory_.get());
  if (memory_bridge_) blocks.insert(blocks.end(), {memory_bridge_.get(), &memory_bridge_->outside});
  for (const Iommu& iommu : iommus_) {
    blocks.insert(blocks.end(),
                  {iommu.iotlb.get(), iommu.page_walker.get(), iommu.pri_queue.get(), iommu.interrupt_remapper.get(),
                   iommu.fault_recording.get(), iommu.invalidation_queue.get()});
  }
  if (process_exits_) blocks.push_back(process_exits_.get());
  if (host_bridge_) blocks.insert(blocks.end(), {host_bridge_.get(), &host_bridge_->software});
  for (const auto& port : root_ports_) blocks.push_back(port.get());
  for (const Endpoint& endpoint : endpoints_) {
    blocks.insert(blocks.end(), {endpoint.link.get(), endpoint.port.get()});
    if (endpoint.bridge) {
      blocks.insert(blocks.end(), {endpoint.bridge.get(), &endpoint.bridge->mmio, &endpoint.bridge->dma});
      continue;
    }
    blocks.insert(blocks.end(), {endpoint.arbiter.get(), endpoint.engine.get(), endpoint.ims.get()});
    if (endpoint.atc) blocks.push_back(endpoint.atc.get());
  }
  return blocks;
}

std::vector<const Block*> System::blocks() const {
  const std::vector<Block*> blocks = AllBlocks();
  return {blocks.begin(), blocks.end()};
}

std::vector<StatGroup*> System::statistics() const {
  std::vector<StatGroup*> groups;
  for (Block* block : AllBlocks()) groups.push_back(&block->statistics());
  std::sort(groups.begin(), groups.end(), [](const StatGroup* a, const StatGroup* b) { return a->path() < b->path(); });
  return groups;
}

}  // namespace siov

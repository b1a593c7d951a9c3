// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_blocks.h"

#include "models/device/swq_arbiter/swq_arbiter_core.h"
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/translate.h"

namespace siov {
namespace {

SwqArbiterConfig ResolveArbiter(const NodeScope& scope, const siovsim::SwqArbiter& arbiter) {
  const BlockReader reader = Reader(scope, arbiter, "endpoint.swq_arbiter");
  SwqArbiterConfig config;
  for (const siovsim::Queue& queue : arbiter.queues()) {
    WorkQueueConfig resolved;
    resolved.name = queue.name();
    resolved.mode = queue.mode() == siovsim::Queue::SHARED ? QueueMode::kShared : QueueMode::kDedicated;
    resolved.size = queue.size();
    resolved.threshold = queue.has_threshold() ? queue.threshold() : queue.size();
    resolved.priority = queue.priority();
    resolved.group = queue.group();
    config.queues.push_back(resolved);
  }
  config.groups = arbiter.groups();
  config.total_entries = arbiter.total_entries();
  config.accept_latency_ps = reader.Time("accept_latency");
  config.dispatch_latency_ps = reader.Time("dispatch_latency");
  reader.Report(config.Validate());
  return config;
}

EngineConfig ResolveEngine(const NodeScope& scope, const siovsim::Engine& engine) {
  const BlockReader reader = Reader(scope, engine, "endpoint.engine");
  EngineConfig config;
  if (engine.group_of_engine_size() > 0) {
    config.group_of_engine.assign(engine.group_of_engine().begin(), engine.group_of_engine().end());
  }
  config.jobs_per_engine = engine.jobs_per_engine();
  config.in_order = engine.in_order();
  config.pending_translations = engine.pending_translations();
  config.read_buffers = engine.read_buffers();
  config.setup_latency_ps = reader.Time("setup_latency");
  config.completion_latency_ps = reader.Time("completion_latency");
  config.compute_time = DistributionOf(engine.compute_time());
  config.bytes_per_second = engine.gbytes_per_second() * kBytesPerGbyte;
  config.device_bytes_per_second = engine.device_gbytes_per_second() * kBytesPerGbyte;
  reader.Report(config.Validate());
  return config;
}

// What the queues' and the engines' configurations cannot check alone.
void CheckGroups(const NodeScope& scope, const ResolvedEndpoint& endpoint) {
  const EngineSlots slots{endpoint.engine.group_of_engine, endpoint.engine.jobs_per_engine};
  for (const ConfigFault& fault : ValidateGroups(endpoint.arbiter, slots)) {
    const char* block = fault.field == "queues" ? ".endpoint.swq_arbiter" : ".endpoint.engine";
    scope.context.AddBlockFaults(scope.node + block, {fault});
  }
}

ImsConfig ResolveIms(const NodeScope& scope, const siovsim::Ims& ims) {
  const BlockReader reader = Reader(scope, ims, "endpoint.ims");
  ImsConfig config;
  Read(reader, ims, &config);
  reader.Report(config.Validate());
  return config;
}

FaultServiceConfig ResolveFaultService(const BlockReader& reader, const siovsim::Host& host) {
  FaultServiceConfig config;
  config.handlers = host.fault_handlers();
  config.wakeup_ps = reader.Time("fault_wakeup");
  config.batch_entries = host.fault_batch_entries();
  config.entry_ps = reader.Time("fault_entry");
  config.minor_service = DistributionOf(host.fault_service());
  config.major_service = DistributionOf(host.major_fault_service());
  config.major_fraction = host.major_fault_fraction();
  config.guest_inject_ps = reader.Time("guest_fault_inject");
  config.guest_service = DistributionOf(host.guest_fault_service());
  config.guest_respond_ps = reader.Time("guest_fault_respond");
  config.pin_page_ps = reader.Time("pin_page");
  config.swap_out_per_second = host.swap_out_per_second();
  return config;
}

// Devices answer no reads and send no atomic operations: a limit on such packets would limit nothing.
void RefuseUnusedCredits(const BlockReader& reader, LinkCredits* upstream) {
  ConfigFaults faults;
  const auto refuse = [&faults](const char* field, std::uint32_t* credits, const char* why) {
    if (*credits != 0) faults.push_back({field, std::to_string(*credits), std::string("0 (infinite): ") + why});
    *credits = 0;
  };
  refuse("upstream.nonposted_data", &upstream->nonposted_data, "devices send no non-posted request with data");
  refuse("upstream.completion_data", &upstream->completion_data, "devices send no completion with data");
  reader.Report(faults);
}

LinkCredits CreditsOf(const siovsim::Credits& credits) {
  LinkCredits resolved;
  resolved.posted_header = credits.posted_header();
  resolved.posted_data = credits.posted_data();
  resolved.nonposted_header = credits.nonposted_header();
  resolved.nonposted_data = credits.nonposted_data();
  resolved.completion_header = credits.completion_header();
  resolved.completion_data = credits.completion_data();
  return resolved;
}

}  // namespace

HostConfig ResolveHost(const NodeScope& scope, const siovsim::Host& host) {
  const BlockReader reader = Reader(scope, host, "host");
  HostConfig config;
  config.cpus = host.cpus();
  config.enqcmd_latency_ps = reader.Time("enqcmd_latency");
  config.movdir64b_latency_ps = reader.Time("movdir64b_latency");
  config.retry_backoff_ps = reader.Time("retry_backoff");
  config.retry_backoff_max_ps = reader.Time("retry_backoff_max");
  config.retry_limit = host.retry_limit();
  config.retry_jitter = host.retry_jitter();
  config.poll_latency_ps = reader.Time("poll_latency");
  config.interrupt_handler_ps = reader.Time("interrupt_handler");
  config.vcpus = host.vcpus();
  config.halted_fraction = host.halted_fraction();
  config.wakeup_latency_ps = reader.Time("wakeup_latency");
  config.faults = ResolveFaultService(reader, host);
  config.event_service_ps = reader.Time("event_service");
  config.job_timeout_ps = reader.Time("job_timeout");
  config.driver = ResolveDriver(scope, host.driver(), host.cpus());
  reader.Report(config.Validate());
  return config;
}

MemoryConfig ResolveMemory(const NodeScope& scope, const siovsim::Memory& memory) {
  const BlockReader reader = Reader(scope, memory, "memory");
  MemoryConfig config;
  config.residency = Translate<siovsim::Memory::Residency, MemoryResidency>(
      memory.residency(), {
                              {siovsim::Memory::LLC_TAGS, MemoryResidency::kLlcTags},
                              {siovsim::Memory::ALL_LLC, MemoryResidency::kAllLlc},
                              {siovsim::Memory::ALL_DRAM, MemoryResidency::kAllDram},
                          });
  if (config.residency == MemoryResidency::kLlcTags) {
    config.llc = GeometryOf(memory.llc());
    config.reads_allocate = memory.reads_allocate();
  }
  config.iommu_reads_hit = memory.iommu_reads() == siovsim::Memory::LLC;
  config.line_bytes = memory.line_bytes();
  config.llc_latency_ps = reader.Time("llc_latency");
  config.dram_latency_ps = reader.Time("dram_latency");
  config.llc_slices = memory.llc_slices();
  config.llc_bytes_per_second = memory.llc_gbytes_per_second() * kBytesPerGbyte;
  config.dram_channels = memory.dram_channels();
  config.dram_bytes_per_second = memory.dram_gbytes_per_second() * kBytesPerGbyte;
  reader.Report(config.Validate());
  return config;
}

DevicePortConfig ResolveDevicePort(const NodeScope& scope, const siovsim::DevicePort& port, const std::string& inner) {
  const BlockReader reader = Reader(scope, port, inner);
  DevicePortConfig config;
  config.requester = static_cast<RequesterId>(port.requester_id());
  config.tags = port.tags();
  config.posted_queue = port.posted_queue();
  config.pasid_width = port.pasid_width();
  config.egress_latency_ps = reader.Time("egress_latency");
  config.ingress_latency_ps = reader.Time("ingress_latency");
  reader.Report(config.Validate());
  return config;
}

RootPortConfig ResolveRootPort(const NodeScope& scope, const siovsim::RootPort& root_port) {
  const BlockReader reader = Reader(scope, root_port, "root_port");
  RootPortConfig config;
  config.ingress_latency_ps = reader.Time("ingress_latency");
  config.egress_latency_ps = reader.Time("egress_latency");
  config.outstanding_reads = root_port.outstanding_reads();
  config.translation_window = root_port.translation_window();
  config.acs_translation_blocking = root_port.acs_translation_blocking();
  reader.Report(config.Validate());
  return config;
}

ResolvedEndpoint ResolveEndpoint(const NodeScope& scope, const siovsim::Endpoint& endpoint) {
  ResolvedEndpoint resolved;
  resolved.port = ResolveDevicePort(scope, endpoint.port(), "endpoint.port");
  resolved.port.ats = endpoint.has_atc();
  if (endpoint.has_atc()) {
    resolved.atc = ResolveAtc(scope, endpoint.atc());
  }
  resolved.arbiter = ResolveArbiter(scope, endpoint.swq_arbiter());
  if (resolved.atc) resolved.arbiter.events = resolved.atc->events;
  resolved.engine = ResolveEngine(scope, endpoint.engine());
  for (const siovsim::Queue& queue : endpoint.swq_arbiter().queues()) {
    resolved.engine.traffic_class_of_queue.push_back(static_cast<std::uint8_t>(queue.traffic_class()));
  }
  resolved.ims = ResolveIms(scope, endpoint.ims());
  CheckGroups(scope, resolved);
  if (resolved.engine.pending_translations != 0 && !resolved.atc.has_value()) {
    scope.context.Add(scope.node + ".endpoint.engine.pending_translations",
                      std::to_string(resolved.engine.pending_translations),
                      "a device without endpoint.atc asks for no translations");
  }
  // It is the ATC that blocks or gives up.
  if (!endpoint.engine().block_on_fault() && resolved.atc.has_value()) resolved.atc->pri.enabled = false;
  return resolved;
}

LinkConfig ResolveLink(const ResolveContext& context, const std::string& path, const siovsim::PcieLink& link) {
  const BlockReader reader(context, link, path + ".pcie", link.clock());
  LinkConfig config;
  config.generation = link.generation();
  config.lanes = link.lanes();
  config.max_payload_bytes = link.max_payload_bytes();
  config.max_read_request_bytes = link.max_read_request_bytes();
  config.read_completion_boundary_bytes = link.read_completion_boundary_bytes();
  config.ack_interval_bytes = link.ack_interval_bytes();
  config.ecrc = link.ecrc();
  config.pasid_prefix = link.pasid_prefix();
  config.propagation_ps = reader.Time("propagation");
  config.credit_return_ps = reader.Time("credit_return");
  config.upstream = CreditsOf(link.upstream());
  config.downstream = CreditsOf(link.downstream());
  RefuseUnusedCredits(reader, &config.upstream);
  reader.Report(config.Validate());
  return config;
}

}  // namespace siov

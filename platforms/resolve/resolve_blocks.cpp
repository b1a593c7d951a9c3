// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_blocks.h"

#include "models/device/swq_arbiter/swq_arbiter_core.h"
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_functions.h"

namespace siov {
namespace {

SwqArbiterConfig ResolveArbiter(const NodeScope& scope, const siovsim::SwqArbiter& arbiter) {
  const BlockReader reader = Reader(scope, arbiter, "endpoint.swq_arbiter");
  SwqArbiterConfig config;
  for (const siovsim::Queue& queue : arbiter.queues()) {
    WorkQueueConfig resolved;
    Read(queue, &resolved);
    if (!queue.has_threshold()) resolved.threshold = queue.size();
    config.queues.push_back(resolved);
  }
  Read(reader, arbiter, &config);
  reader.Report(config.Validate());
  return config;
}

EngineConfig ResolveEngine(const NodeScope& scope, const siovsim::Engine& engine) {
  const BlockReader reader = Reader(scope, engine, "endpoint.engine");
  EngineConfig config;
  if (engine.group_of_engine_size() > 0) {
    config.group_of_engine.assign(engine.group_of_engine().begin(), engine.group_of_engine().end());
  }
  const auto& allowed = engine.group_read_buffers_allowed();
  const auto& reserved = engine.group_read_buffers_reserved();
  config.group_read_buffers_allowed.assign(allowed.begin(), allowed.end());
  config.group_read_buffers_reserved.assign(reserved.begin(), reserved.end());
  Read(reader, engine, &config);
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
  const auto check = [&](const char* field, const std::vector<std::uint32_t>& buffers) {
    if (buffers.size() <= endpoint.arbiter.groups) return;
    const std::string groups = std::to_string(endpoint.arbiter.groups);
    scope.context.AddBlockFaults(scope.node + ".endpoint.engine", {{field, std::to_string(buffers.size()) + " entries",
                                                                    "at most groups (" + groups + ")"}});
  };
  check("group_read_buffers_allowed", endpoint.engine.group_read_buffers_allowed);
  check("group_read_buffers_reserved", endpoint.engine.group_read_buffers_reserved);
}

ImsConfig ResolveIms(const NodeScope& scope, const siovsim::Ims& ims) {
  const BlockReader reader = Reader(scope, ims, "endpoint.ims");
  ImsConfig config;
  Read(reader, ims, &config);
  for (const siovsim::MessageMask& mask : ims.masks()) Read(mask, &config.masks.emplace_back());
  reader.Report(config.Validate());
  return config;
}

// Devices answer one register access at a time and send no atomic operations: a limit on such packets would limit
// nothing.
void RefuseUnusedCredits(const BlockReader& reader, LinkCredits* upstream) {
  ConfigFaults faults;
  const auto refuse = [&faults](const char* field, std::uint32_t* credits, const char* why) {
    if (*credits != 0) faults.push_back({field, std::to_string(*credits), std::string("0 (infinite): ") + why});
    *credits = 0;
  };
  refuse("upstream.nonposted_data", &upstream->nonposted_data, "devices send no non-posted request with data");
  refuse("upstream.completion_data", &upstream->completion_data,
         "devices send completions with data for register accesses alone, one at a time");
  reader.Report(faults);
}

}  // namespace

HostConfig ResolveHost(const NodeScope& scope, const siovsim::Host& host) {
  const BlockReader reader = Reader(scope, host, "host");
  HostConfig config;
  Read(reader, host, &config);
  Read(reader, host, &config.faults);
  config.driver = ResolveDriver(scope, host.driver(), host.cpus());
  reader.Report(config.Validate());
  return config;
}

MemoryConfig ResolveMemory(const NodeScope& scope, const siovsim::Memory& memory) {
  const BlockReader reader = Reader(scope, memory, "memory");
  MemoryConfig config;
  Read(reader, memory, &config);
  reader.Report(config.Validate());
  return config;
}

SocketLinkConfig ResolveSocketLink(const ResolveContext& context, const std::string& path, const siovsim::Link& link) {
  const BlockReader reader(context, link.socket(), path + ".socket", link.socket().clock());
  SocketLinkConfig config;
  Read(reader, link.socket(), &config);
  reader.Report(config.Validate());
  return config;
}

DevicePortConfig ResolveDevicePort(const NodeScope& scope, const siovsim::DevicePort& port, const std::string& inner) {
  const BlockReader reader = Reader(scope, port, inner);
  DevicePortConfig config;
  Read(reader, port, &config);
  reader.Report(config.Validate());
  return config;
}

SwitchConfig ResolveSwitch(const NodeScope& scope, const siovsim::PcieSwitch& pcie_switch) {
  const BlockReader reader = Reader(scope, pcie_switch, "pcie_switch");
  SwitchConfig config;
  Read(reader, pcie_switch, &config);
  return config;
}

RootPortConfig ResolveRootPort(const NodeScope& scope, const siovsim::RootPort& root_port) {
  const BlockReader reader = Reader(scope, root_port, "root_port");
  RootPortConfig config;
  Read(reader, root_port, &config);
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
  Read(Reader(scope, endpoint.registers(), "endpoint.registers"), endpoint.registers(), &resolved.registers);
  CheckGroups(scope, resolved);
  if (resolved.engine.pending_translations != 0 && !resolved.atc.has_value()) {
    scope.context.Add(scope.node + ".endpoint.engine.pending_translations",
                      std::to_string(resolved.engine.pending_translations),
                      "a device without endpoint.atc asks for no translations");
  }
  // It is the ATC that blocks or gives up.
  if (!endpoint.engine().block_on_fault() && resolved.atc.has_value()) resolved.atc->pri.enabled = false;
  ResolveFunctions(endpoint, &resolved);
  return resolved;
}

LinkConfig ResolveLink(const ResolveContext& context, const std::string& path, const siovsim::Link& link) {
  LinkConfig config;
  const auto finish = [&config](const BlockReader& reader) {
    RefuseUnusedCredits(reader, &config.upstream);
    reader.Report(config.Validate());
  };
  if (link.has_on_die()) {
    const BlockReader reader(context, link.on_die(), path + ".on_die", link.on_die().clock());
    OnDieParameters on_die;
    Read(reader, link.on_die(), &on_die);
    config = LinkOnDie(on_die);
    finish(reader);
  } else {
    const BlockReader reader(context, link.pcie(), path + ".pcie", link.pcie().clock());
    Read(reader, link.pcie(), &config);
    finish(reader);
  }
  return config;
}

}  // namespace siov

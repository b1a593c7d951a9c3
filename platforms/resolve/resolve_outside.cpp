// SPDX-License-Identifier: Apache-2.0
// Nodes that are models from outside: what the platform asks of them, and what the analyses may assume.
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_blocks.h"
#include "platforms/resolve/resolve_functions.h"

namespace siov {

ResolvedMemory ResolveOutsideMemory(const NodeScope& scope, const siovsim::OutsideMemory& memory) {
  const BlockReader reader = Reader(scope, memory, "outside_memory");
  ResolvedMemory resolved;
  MemoryBridgeConfig config;
  Read(memory, &config);
  reader.Report(config.Validate());
  resolved.outside = config;
  resolved.config.residency = MemoryResidency::kAllLlc;
  resolved.config.line_bytes = config.access_bytes;
  resolved.config.llc_latency_ps = reader.Time("stated_latency");
  return resolved;
}

ResolvedEndpoint ResolveOutsideEndpoint(const NodeScope& scope, const siovsim::OutsideEndpoint& endpoint) {
  ResolvedEndpoint resolved;
  resolved.outside = true;
  resolved.port = ResolveDevicePort(scope, endpoint.port(), "outside_endpoint.port");
  resolved.port.ats = false;
  for (const siovsim::OutsideQueue& queue : endpoint.queues()) {
    WorkQueueConfig known;
    known.name = queue.name();
    known.mode = ModelOf(queue.mode());
    known.size = queue.size();
    resolved.arbiter.queues.push_back(known);
  }
  resolved.ims.entries = endpoint.interrupt_messages();
  AddUsualFunction(&resolved);
  return resolved;
}

std::vector<std::string> OutsideNodes(const ResolvedPlatform& platform) {
  std::vector<std::string> names;
  if (const ResolvedMemory* memory = platform.outside_memory()) names.push_back(memory->name);
  for (const ResolvedEndpoint& endpoint : platform.endpoints) {
    if (endpoint.outside) names.push_back(endpoint.name);
  }
  return names;
}

std::vector<std::string> OutsideParts(const ResolvedExperiment& experiment) {
  std::vector<std::string> parts;
  for (const std::string& node : OutsideNodes(experiment.platform)) parts.push_back("node " + node);
  for (const TenantClassConfig& tenants : experiment.traffic.classes) {
    if (tenants.arrivals == ArrivalProcess::kOutside) parts.push_back("tenants of " + tenants.name);
  }
  return parts;
}

}  // namespace siov

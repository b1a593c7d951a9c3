// SPDX-License-Identifier: Apache-2.0
#include "platforms/kinds/composites.h"

#include <algorithm>
#include <stdexcept>

#include "platforms/kinds/words.h"

namespace siov {
namespace {

bool HasAtc(const Place& node) { return node.endpoint().atc.has_value(); }
bool IsOutside(const Place& node) { return node.endpoint().outside; }
bool IsOwn(const Place& node) { return !node.endpoint().outside; }
bool HasOwnMemory(const Place& node) { return !node.memory().outside; }
bool HasOutsideMemory(const Place& node) { return node.memory().outside.has_value(); }
bool HasSockets(const Place& node) { return node.platform.has_sockets(); }
bool IsOneSocket(const Place& node) { return !HasSockets(node); }
bool IsRun(const Place& node) { return node.experiment != nullptr; }
bool HasExits(const Place& node) { return IsRun(node) && !node.experiment->exits.empty(); }

bool HasAccesses(const Place& node) { return IsRun(node) && !node.experiment->register_accesses.empty(); }

bool HasJobsFromOutside(const Place& node) {
  if (!IsRun(node)) return false;
  const auto& classes = node.experiment->traffic.classes;
  return std::any_of(classes.begin(), classes.end(),
                     [](const TenantClassConfig& tenants) { return tenants.arrivals == ArrivalProcess::kOutside; });
}

// Some jobs begin in the device.
bool HasJobsOfItsOwn(const Place& node) { return IsRun(node) && BeginsJobs(*node.experiment, node.node.index); }

std::string NodeItself(const Place& node) { return node.node_name(); }
std::string LinkAbove(const Place& node) { return node.link_above().name; }
std::string Workload(const Place&) { return "traffic"; }
std::string Software(const Place&) { return "software"; }

Words FabricWords(const Place& node) { return {NsText(node.root_port().config.fabric_latency_ps)}; }
Words LinkWords(const Place& node) { return KindNamed("link").picture(node); }
Words NoWords(const Place&) { return {}; }

std::vector<Composite> HostSide() {
  Composite host{NodeKind::kHost,
                 {{"traffic", "traffic", IsRun, Workload},
                  {"host", "host", nullptr, NodeItself},
                  {"driver", "driver"},
                  {"fault_service", "fault_service"},
                  {"process_exits", "process_exits", HasExits},
                  {"register_accesses", "register_accesses", HasAccesses},
                  {"software", "host_bridge", HasJobsFromOutside, Software}},
                 {{"traffic.to_host", "host.from_traffic"},
                  {"traffic.to_driver", "host.from_replay"},
                  {"process_exits.to_traffic", "traffic.from_software"},
                  {"process_exits.to_fault_service", "fault_service.from_exits"}}};
  host.colour = "#e8e0ef";
  host.box = {{"host"}};
  host.line = NoWords;
  Composite memory{NodeKind::kMemory,
                   {{"memory", "memory", HasOwnMemory, NodeItself},
                    {"memory", "memory_bridge", HasOutsideMemory, NodeItself},
                    {"home_router", "home_router", HasSockets}},
                   {{"home_router.to_memory", "memory.in"}, {"home_router.agents_to_memory", "memory.from_agent"}}};
  memory.colour = "#dfe7ef";
  memory.box = {{"memory"}};
  return {host, memory};
}

Composite Iommu() {
  Composite iommu{NodeKind::kIommu,
                  {{"invalidation_queue", "invalidation_queue"},
                   {"iotlb", "iotlb"},
                   {"page_walker", "page_walker"},
                   {"pri_queue", "pri_queue"},
                   {"fault_recording", "fault_recording"},
                   {"interrupt_remapper", "interrupt_remapper"}},
                  {{"iotlb.to_walker", "page_walker.from_iotlb"},
                   {"iotlb.to_walker_invalidation", "page_walker.from_invalidation"},
                   {"iotlb.to_faults", "fault_recording.in"},
                   {"invalidation_queue.to_interrupts", "interrupt_remapper.from_invalidation"},
                   {"invalidation_queue.to_iotlb", "iotlb.from_invalidation"},
                   {"invalidation_queue.to_pri_queue", "pri_queue.from_invalidation"},
                   {"invalidation_queue.to_page_responses", "pri_queue.from_page_responses"},
                   {"pri_queue.to_iotlb", "iotlb.from_pri_queue"},
                   {"pri_queue.to_faults", "fault_recording.in"}}};
  iommu.colour = "#f3e6d3";
  iommu.box = {{"iotlb"}, {"page_walker"}, {"pri_queue"}, {"invalidation_queue"}, {"interrupt_remapper"}};
  iommu.line = NoWords;
  return iommu;
}

Composite Device() {
  Composite device{NodeKind::kEndpoint,
                   {{"link", "link", nullptr, LinkAbove},
                    {"engine", "engine"},
                    {"port", "device_port"},
                    {"atc", "atc", HasAtc},
                    {"swq_arbiter", "swq_arbiter"},
                    {"ims", "ims"},
                    {"function", "function", HasAccesses}},
                   {{"link.downstream_out", "port.from_link"},
                    {"port.to_link", "link.upstream_in"},
                    {"port.to_portal", "swq_arbiter.from_port"},
                    {"port.to_function", "function.from_port"},
                    {"swq_arbiter.to_engine", "engine.from_arbiter"},
                    {"engine.to_ims", "ims.from_engine"},
                    {"engine.to_memory", "atc.from_engine"},
                    {"engine.to_memory", "port.from_block"},
                    {"atc.to_port", "port.from_block"},
                    {"port.to_atc", "atc.from_port"},
                    {"ims.to_port", "port.from_block"}}};
  device.box = {{"atc", "no ATS"}, {"swq_arbiter"}, {"engine"}, {"ims"}};
  device.line = LinkWords;
  device.is = IsOwn;
  return device;
}

Composite OutsideDevice() {
  Composite device{
      NodeKind::kEndpoint,
      {{"link", "link", nullptr, LinkAbove}, {"port", "device_port"}, {"bridge", "device_bridge", nullptr, NodeItself}},
      {{"link.downstream_out", "port.from_link"},
       {"port.to_link", "link.upstream_in"},
       {"port.to_portal", "bridge.from_port"},
       {"bridge.to_port", "port.from_block"}}};
  device.box = {{"bridge"}};
  device.line = LinkWords;
  device.is = IsOutside;
  return device;
}

std::vector<Composite> MakeComposites() {
  std::vector<Composite> all = HostSide();
  Composite root_port{NodeKind::kRootPort, {{"root_port", "root_port", nullptr, NodeItself}}};
  root_port.colour = "#e2efdf";
  root_port.line = FabricWords;
  Composite pcie_switch{NodeKind::kSwitch,
                        {{"link", "link", nullptr, LinkAbove}, {"switch", "switch", nullptr, NodeItself}},
                        {{"link.downstream_out", "switch.from_above"}, {"switch.to_above", "link.upstream_in"}}};
  pcie_switch.colour = "#e2e8ef";
  pcie_switch.box = {{"switch"}};
  pcie_switch.line = LinkWords;
  Composite socket_link{NodeKind::kSocketLink, {{"socket_link", "socket_link", nullptr, NodeItself}}};
  socket_link.line = [](const Place& node) { return KindNamed("socket_link").picture(node); };
  all.insert(all.end(), {Iommu(), root_port, pcie_switch, Device(), OutsideDevice(), socket_link});
  return all;
}

// Towards memory and the host.
std::vector<Join> ComplexJoins() {
  using Reach = Join::Reach;
  return {
      {NodeKind::kHost, NodeKind::kMemory, Reach::kNext, {{"^memory.to_host", "host.from_memory", IsOneSocket}}},
      {NodeKind::kMemory, NodeKind::kHost, Reach::kNearest, {{"home_router.to_host", "^host.from_memory"}}},
      {NodeKind::kSocketLink,
       NodeKind::kMemory,
       Reach::kNext,
       {{"^home_router.to_link", "socket_link.from_router"},
        {"^home_router.agents_to_link", "socket_link.from_agents"},
        {"socket_link.to_memory", "^memory.in"},
        {"socket_link.agents_to_memory", "^memory.from_agent"}}},
      {NodeKind::kIommu,
       NodeKind::kMemory,
       Reach::kNext,
       {{"iotlb.to_memory", "^home_router.in"},
        {"page_walker.to_memory", "^home_router.from_agent"},
        {"pri_queue.to_memory", "^home_router.from_agent"},
        {"interrupt_remapper.to_memory", "^home_router.from_agent"},
        {"fault_recording.to_memory", "^home_router.from_agent"},
        {"invalidation_queue.to_memory", "^home_router.from_agent"},
        {"iotlb.to_memory", "^memory.in"},
        {"page_walker.to_memory", "^memory.from_agent"},
        {"pri_queue.to_memory", "^memory.from_agent"},
        {"interrupt_remapper.to_memory", "^memory.from_agent"},
        {"fault_recording.to_memory", "^memory.from_agent"},
        {"invalidation_queue.to_memory", "^memory.from_agent"}}},
      {NodeKind::kIommu,
       NodeKind::kHost,
       Reach::kNearest,
       {{"fault_recording.to_host", "^host.from_iommu"},
        {"fault_recording.to_reader", "^host.from_faults"},
        {"invalidation_queue.to_host", "^driver.from_iommu"},
        {"^driver.to_invalidation", "invalidation_queue.from_driver"},
        {"pri_queue.to_host", "^fault_service.from_pri_queue"},
        {"^fault_service.to_pri_queue", "pri_queue.from_software"},
        {"^fault_service.to_iommu", "invalidation_queue.from_fault_service"},
        {"interrupt_remapper.to_host", "^host.from_interrupts"}}},
  };
}

std::vector<Join> PortJoins() {
  using Reach = Join::Reach;
  return {
      {NodeKind::kRootPort,
       NodeKind::kIommu,
       Reach::kNext,
       {{"root_port.to_iotlb", "^iotlb.from_port"},
        {"root_port.to_pri_queue", "^pri_queue.from_port"},
        {"root_port.to_interrupts", "^interrupt_remapper.from_port"},
        {"root_port.to_faults", "^fault_recording.in"},
        {"root_port.to_invalidation", "^invalidation_queue.from_port"},
        {"^pri_queue.to_port", "root_port.from_pri_queue"},
        {"^invalidation_queue.to_port", "root_port.from_invalidation"}}},
      {NodeKind::kRootPort,
       NodeKind::kMemory,
       Reach::kNearest,
       {{"root_port.to_memory", "^home_router.in"}, {"root_port.to_memory", "^memory.in"}}},
      {NodeKind::kRootPort,
       NodeKind::kHost,
       Reach::kNearest,
       {{"^host.to_port", "root_port.from_host"}, {"^register_accesses.to_port", "root_port.from_accesses"}}},
      {NodeKind::kEndpoint,
       NodeKind::kHost,
       Reach::kNearest,
       {{"^traffic.to_device", "swq_arbiter.from_device", HasJobsOfItsOwn},
        {"^process_exits.to_device", "atc.from_software"},
        {"atc.to_traffic", "^traffic.from_software"}}},
  };
}

// A link belongs to what is below it. Ports of a switch are numbered in the order in which they are bound here.
std::vector<Join> LinkJoins() {
  std::vector<Join> joins;
  for (const NodeKind below : {NodeKind::kSwitch, NodeKind::kEndpoint}) {
    joins.push_back({below,
                     NodeKind::kRootPort,
                     Join::Reach::kNext,
                     {{"^root_port.to_link", "link.downstream_in"}, {"link.upstream_out", "^root_port.from_link"}}});
    joins.push_back({below,
                     NodeKind::kSwitch,
                     Join::Reach::kNext,
                     {{"^switch.to_below", "link.downstream_in"}, {"link.upstream_out", "^switch.from_below"}}});
  }
  return joins;
}

std::vector<Join> MakeJoins() {
  std::vector<Join> all = ComplexJoins();
  for (const auto& joins : {PortJoins(), LinkJoins()}) all.insert(all.end(), joins.begin(), joins.end());
  return all;
}

}  // namespace

bool BeginsJobs(const ResolvedExperiment& experiment, std::size_t endpoint) {
  const auto& classes = experiment.traffic.classes;
  return std::any_of(classes.begin(), classes.end(), [endpoint](const TenantClassConfig& tenants) {
    return tenants.origin == JobOrigin::kDevice && tenants.endpoint == endpoint;
  });
}

const std::vector<Composite>& Composites() {
  static const std::vector<Composite> all = MakeComposites();
  return all;
}

const Composite& CompositeOf(const Place& node) {
  for (const Composite& composite : Composites()) {
    if (composite.node == node.node.kind && (composite.is == nullptr || composite.is(node))) return composite;
  }
  throw std::logic_error("composites: nothing is known of what " + node.node_name() + " is made of");
}

const std::vector<Join>& Joins() {
  static const std::vector<Join> all = MakeJoins();
  return all;
}

}  // namespace siov

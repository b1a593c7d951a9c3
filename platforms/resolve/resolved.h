// SPDX-License-Identifier: Apache-2.0
// The resolved experiment: every default filled in, every unit converted, every name turned into an index. Plain
// structs that the graph and the builder read; nothing behind this point sees a configuration file or a protobuf
// message.
//
// Nodes of one kind are in the order of their names, so indices do not depend on the order in a file.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVED_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVED_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/base/units.h"
#include "models/bridge/memory_bridge_parameters.h"
#include "models/device/adi/adi_config.h"
#include "models/device/adi/adi_table.h"
#include "models/device/atc/atc_config.h"
#include "models/device/engine/engine_config.h"
#include "models/device/function/function_registers.h"
#include "models/device/ims/ims_config.h"
#include "models/device/swq_arbiter/swq_arbiter_config.h"
#include "models/fabric/device_port/device_port_config.h"
#include "models/fabric/link/link_config.h"
#include "models/fabric/root_port/root_port_config.h"
#include "models/fabric/socket_link/socket_link_config.h"
#include "models/fabric/switch/switch_config.h"
#include "models/host/cpus/host_config.h"
#include "models/host/cpus/process_exits_config.h"
#include "models/iommu/fault_recording/fault_recording_config.h"
#include "models/iommu/interrupt_remapper/interrupt_remapper_config.h"
#include "models/iommu/invalidation_queue/invalidation_queue_config.h"
#include "models/iommu/iotlb/iotlb_config.h"
#include "models/iommu/page_walker/page_walker_config.h"
#include "models/iommu/pri_queue/pri_queue_config.h"
#include "models/memory/memory_config.h"
#include "models/translation/address_space_config.h"
#include "models/workload/tenants/traffic_config.h"
#include "platforms/resolve/run_parameters.h"
#include "platforms/structure/structure.h"

namespace siov {

class Recording;  // platforms/trace/recording.h

struct ResolvedHost {
  std::string name;
  HostConfig config;
};

struct ResolvedMemory {
  std::string name;
  MemoryConfig config;                        // of a model outside: what the analyses may assume of it
  std::optional<MemoryBridgeConfig> outside;  // a model from outside takes its place
};

struct ResolvedIommu {
  std::string name;
  std::uint32_t tables_home = 0;  // the memory that holds its structures and queues
  IotlbConfig iotlb;
  PageWalkerConfig page_walker;
  PriQueueConfig pri_queue;
  InterruptRemapperConfig interrupt_remapper;
  FaultRecordingConfig fault_recording;
  InvalidationQueueConfig invalidation_queue;
};

struct ResolvedRootPort {
  std::string name;
  RootPortConfig config;
};

struct ResolvedSocketLink {
  std::string name;
  SocketLinkConfig config;
};

struct ResolvedSwitch {
  std::string name;
  SwitchConfig config;
};

struct ResolvedFunction {
  FunctionConfig config;
  AdiConfig adis;
  std::optional<bool> enable_adis;  // as configured
  // By enumeration:
  std::vector<ConfigWrite> set_up;       // what software wrote before time 0
  std::vector<ConfigStep> set_up_steps;  // and read
  bool set_up_in_time = false;           // it does so in the run: until then the function is as after a reset
  bool adis_enabled = false;             // what it asked of the device after that
  ConfigOutcome outcome;                 // of enabling VFs or ADIs
};

struct ResolvedEndpoint {
  std::string name;
  bool outside = false;  // a model from outside: of arbiter, engine and ims only what others have to know
  DevicePortConfig port;
  std::optional<AtcConfig> atc;  // absent: a device without ATS
  SwqArbiterConfig arbiter;
  EngineConfig engine;
  ImsConfig ims;
  std::vector<ResolvedFunction> functions;
  bool functions_listed = false;  // in the configuration; else there is one as usual
  FunctionTimes registers;
  AdiBindings adis;         // that tenants have
  bool enumerated = false;  // its functions have no fault, and were given their places

  // Of its message in the configuration.
  std::string Path() const { return "nodes[name=" + name + "]" + (outside ? ".outside_endpoint" : ".endpoint"); }
  // Of one of its functions.
  RequesterId Requester(const ResolvedFunction& function) const {
    return static_cast<RequesterId>((port.requester & ~7u) | function.config.number);
  }
  // That jobs use; null: the port's requester id names none.
  const ResolvedFunction* JobFunction() const;
};

// The functions as software has left them before time 0. REQUIRES an endpoint without faults.
std::unique_ptr<FunctionGroup> FunctionsOf(const ResolvedEndpoint& endpoint);
// And as what answers accesses to their registers.
FunctionRegistersConfig RegistersOf(const ResolvedEndpoint& endpoint);

// Between a node and the one above it, towards memory.
struct ResolvedLink {
  std::string name;  // "rp0-dsa0"
  LinkKind kind = LinkKind::kPcie;
  NodeRef below;
  NodeRef above;
  LinkConfig config;  // of a link to a device or a switch; what a fabric link adds is in its root port
  // A socket link is a node, joined to the two memories.
};

struct ResolvedPlatform {
  std::string name;
  bool wired = false;  // the links join all nodes: the structure has no faults
  ResolvedHost host;
  std::vector<ResolvedMemory> memories;  // of each socket of the host
  std::vector<ResolvedSocketLink> socket_links;
  std::vector<ResolvedIommu> iommus;
  std::vector<ResolvedRootPort> root_ports;
  std::vector<ResolvedSwitch> switches;
  std::vector<ResolvedEndpoint> endpoints;
  std::vector<ResolvedLink> links;  // in the order of the nodes below them

  std::size_t CountOf(NodeKind kind) const;
  const std::string& NameOf(NodeRef node) const;
  // REQUIRE a platform that is wired, and a node that has one.
  const ResolvedLink& LinkAbove(NodeRef node) const;
  ResolvedLink& LinkAbove(NodeRef node);
  NodeRef Above(NodeRef node, NodeKind kind) const;  // the nearest one on the way to memory
  const ResolvedIommu& IommuOf(NodeRef node) const { return iommus[Above(node, NodeKind::kIommu).index]; }
  // The memory of a node's socket.
  std::uint32_t SocketOf(NodeRef node) const {
    return static_cast<std::uint32_t>(Above(node, NodeKind::kMemory).index);
  }
  std::optional<std::uint32_t> FindMemory(const std::string& name) const;
  bool has_sockets() const { return memories.size() > 1; }
  // Null: all memories are the platform's own. A memory from outside is the only one.
  const ResolvedMemory* outside_memory() const {
    return !memories.empty() && memories.front().outside ? &memories.front() : nullptr;
  }
  // It is not known on arrival when memory will be done with a request.
  bool asks_memory() const { return has_sockets() || outside_memory() != nullptr; }
};

struct Target {
  std::string metric;
  std::optional<double> minimum;
  std::optional<double> maximum;
};

// A parameter in use whose value no verified source backs (listed in the report's method section).
struct UnverifiedParameter {
  std::string path;
  std::string value;
  std::string note;
};

// As it is written in the file.
struct ResolvedRegisterAccess {
  RegisterAccess access;
  std::string function;                 // "dsa0.0"; empty: an address
  std::optional<std::uint32_t> bar;     // behind which it lies; nothing: in configuration space, or an address
  std::uint64_t offset = 0;             // there; or the address
  std::optional<std::uint32_t> set_up;  // of which of the set-ups it is a step
};

// Software sets a function up during the run.
struct ResolvedSetUp {
  std::string function;   // "dsa1.0"
  std::size_t first = 0;  // of its accesses among all
  std::size_t count = 0;
};

struct ResolvedExperiment {
  std::string name;
  std::string run_id;  // hash of the resolved configuration, the trace's content and the engine version
  ResolvedPlatform platform;
  TrafficConfig traffic;
  std::shared_ptr<Recording> recording;           // that traffic.replay names, if it names one
  std::vector<AddressSpaceClass> address_spaces;  // covering all tenants' PASIDs
  MemoryAtStart memory_at_start;
  std::vector<ProcessExit> exits;                         // of tenants' processes, during the run
  std::vector<ResolvedRegisterAccess> register_accesses;  // of a thread of the host, in their order
  std::vector<ResolvedSetUp> set_ups;                     // the first of them
  RunConfig run;
  std::vector<Target> targets;
  std::vector<UnverifiedParameter> unverified;
  std::string text;  // the complete resolved configuration as protobuf text (resolved.txtpb)
};

// Names of the nodes that are models from outside (models/bridge).
std::vector<std::string> OutsideNodes(const ResolvedPlatform& platform);
// Those, and the classes of tenants whose jobs such a model submits: "node mem0", "tenants of copies".
std::vector<std::string> OutsideParts(const ResolvedExperiment& experiment);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVED_H_

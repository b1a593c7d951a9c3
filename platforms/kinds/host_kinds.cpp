// SPDX-License-Identifier: Apache-2.0
// The host's processors and software, and the workload.
#include "platforms/kinds/block_kind.h"
#include "platforms/kinds/words.h"

namespace siov {
namespace {

using Role = ResourceRole;

BlockKind Traffic() {
  BlockKind kind{"traffic", 0};
  kind.ports = {Out("to_host"), Out("to_driver"), Out("to_device").ByPeer().IfBound(),
                In("from_software").Each().IfBound()};
  return kind;
}

BlockKind Host() {
  BlockKind kind{"host", 0};
  kind.ports = {In("from_traffic"),           In("from_replay"),       In("from_memory").Each(),
                In("from_interrupts").Each(), In("from_iommu").Each(), In("from_faults").Each(),
                Out("to_port").Each()};
  kind.resources = {
      {"cpus_busy", Role::kSubmitCpus}, {"credits_used", Role::kDedicatedPlaces}, {"vcpus_busy", Role::kVcpus}};
  kind.picture = [](const Place& place) -> Words {
    const HostConfig& host = place.platform.host.config;
    return {"CPUs: " + (host.cpus == 0 ? std::string("unlimited") : std::to_string(host.cpus)),
            "vCPUs: " + std::to_string(host.vcpus)};
  };
  kind.capacity = [](const Place& place) -> std::vector<Capacity> {
    const HostConfig& host = place.platform.host.config;
    return {{place.path + " submitting cpus", PerSecond(host.cpus), &JobDemand::submit_ps},
            {place.path + " interrupt handlers", OneEach(host.interrupt_handler_ps, host.vcpus), &JobDemand::interrupts,
             /*at_the_end=*/true}};
  };
  return kind;
}

// A part of the host that has sockets of its own.
BlockKind Driver() {
  BlockKind kind{"driver", 10};
  kind.ports = {Out("to_invalidation").Each(), In("from_iommu").Each()};
  kind.resources = {{"queue_locks", Role::kDriverLock}};
  return kind;
}

BlockKind FaultService() {
  BlockKind kind{"fault_service"};
  kind.ports = {In("from_pri_queue").Each(), Out("to_pri_queue").Each(), Out("to_iommu").Each(),
                In("from_exits").IfBound()};
  kind.resources = {{"handlers", Role::kFaultService}};
  return kind;
}

BlockKind ProcessExits() {
  BlockKind kind{"process_exits"};
  kind.ports = {Out("to_traffic"), Out("to_device").ByPeer().IfBound(), Out("to_fault_service")};
  return kind;
}

BlockKind RegisterAccesses() {
  BlockKind kind{"register_accesses"};
  kind.ports = {Out("to_port").Each()};
  kind.pass = [](const Place& place, const Passage&) -> Services {
    return {{Stage::kSubmit, place.platform.host.config.mmio_latency_ps}};
  };
  return kind;
}

}  // namespace

std::vector<BlockKind> HostKinds() {
  return {Traffic(), Host(), Driver(), FaultService(), ProcessExits(), RegisterAccesses(), BlockKind{"host_bridge"}};
}

}  // namespace siov

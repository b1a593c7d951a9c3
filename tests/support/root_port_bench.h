// SPDX-License-Identifier: Apache-2.0
// A root port with its translation structures and fault recording, scripted peers everywhere else.
#ifndef SIOV_TESTS_SUPPORT_ROOT_PORT_BENCH_H_
#define SIOV_TESTS_SUPPORT_ROOT_PORT_BENCH_H_

#include <vector>

#include "models/fabric/root_port/root_port.h"
#include "models/iommu/fault_recording/fault_recording.h"
#include "tests/support/socket_peers.h"

namespace siov::testing {

struct RootPortBench {
  explicit RootPortBench(const RootPortConfig& config = {})
      : port("port", simulation, "port", config, 0, &structures), faults("faults", simulation, "faults", Masked(), 1) {
    link.socket.bind(port.from_link);
    host.socket.bind(port.from_host);
    responses.socket.bind(port.from_pri_queue);
    port.to_link.bind(down.socket);
    port.to_iotlb.bind(iotlb.socket);
    port.to_memory.bind(memory.socket);
    port.to_pri_queue.bind(pri.socket);
    port.to_interrupts.bind(interrupts.socket);
    port.to_invalidation.bind(completions.socket);
    invalidate_requests.socket.bind(port.from_invalidation);
    port.to_faults.bind(*faults.in[0]);
    faults.to_memory.bind(fault_memory.socket);
    faults.to_host.bind(event.socket);
    faults.to_reader.bind(reader.socket);
    memory.behaviour.buffered = false;
    memory.behaviour.answer_after = iotlb.behaviour.answer_after = 100;
  }
  static FaultRecordingConfig Masked() {
    FaultRecordingConfig masked;
    masked.event_masked = true;  // nobody clears the records
    return masked;
  }
  Tlp* Send(TlpKind kind, AddressType at, RequesterId requester, std::uint64_t address,
            std::uint32_t length_bytes = 64) {
    Tlp* payload = link.Packet(kind, address, length_bytes);
    payload->at = at;
    payload->requester = requester;
    link.SendAt(0, *payload);
    return payload;
  }
  std::vector<int> Reasons() const {
    std::vector<int> reasons;
    for (std::uint32_t i = 0; i < faults.registers().size(); ++i) {
      if (faults.registers()[i]) reasons.push_back(faults.registers()[i]->reason);
    }
    return reasons;
  }
  void Run() { simulation.agenda.RunUntil(kPsPerUs); }

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  TranslationStructures structures{1};
  ScriptedInitiator link{"link", simulation, log};
  ScriptedInitiator host{"host", simulation, log};
  ScriptedInitiator responses{"responses", simulation, log};
  ScriptedTarget down{"down", simulation, log};
  ScriptedTarget iotlb{"iotlb", simulation, log};
  ScriptedTarget memory{"memory", simulation, log};
  ScriptedTarget pri{"pri", simulation, log};
  ScriptedTarget interrupts{"interrupts", simulation, log};
  ScriptedTarget completions{"completions", simulation, log};
  ScriptedInitiator invalidate_requests{"invalidate_requests", simulation, log};
  ScriptedTargetOf<TableAccess> fault_memory{"fault_memory", simulation, log};
  ScriptedTargetOf<IommuEvent> event{"event", simulation, log};
  ScriptedTargetOf<FaultRecord> reader{"reader", simulation, log};
  RootPort port;
  FaultRecording faults;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_ROOT_PORT_BENCH_H_

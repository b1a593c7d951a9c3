// SPDX-License-Identifier: Apache-2.0
// An ATC between a scripted engine and a scripted device port, for module and conformance tests.
#ifndef SIOV_TESTS_SUPPORT_ATC_BENCH_H_
#define SIOV_TESTS_SUPPORT_ATC_BENCH_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "models/device/atc/atc.h"
#include "tests/support/socket_peers.h"

namespace siov {

inline AtcConfig SmallAtc(std::uint32_t entries = 8) {
  AtcConfig config;
  config.geometry.entries = entries;
  config.lookup_latency_ps = 10;
  return config;
}

inline Translation Answer(bool read, bool write, unsigned page_shift = kPageShift4K) {
  Translation translation;
  translation.read = read;
  translation.write = write;
  translation.page_shift = static_cast<std::uint8_t>(page_shift);
  return translation;
}

// An engine, the ATC, and a device port that answers translation requests and reads 300 later. A page response follows
// the last page request of a group `response_after` later, unless `respond` is off.
struct AtcBench {
  explicit AtcBench(const AtcConfig& config) : atc("atc", simulation, "atc", config, {}, {true, false}) {
    software.socket.bind(*atc.from_software);
    software.on_answer = [this](PasidStop&) { stopped_at = simulation.agenda.now(); };
    engine.socket.bind(atc.from_engine);
    atc.to_port.bind(port.socket);
    messages.socket.bind(atc.from_port);
    port.behaviour.answer_after = 300;
    port.behaviour.gives_back_posted = false;
    port.on_arrival = [this](Tlp& payload) { OnArrival(payload); };
  }
  void OnArrival(Tlp& payload) {
    if (payload.kind == TlpKind::kTranslationRequest) {
      payload.translation = translate(payload);
      const std::uint64_t page = (std::uint64_t{1} << payload.translation.page_shift) - 1;
      payload.translation.address = 0x100'0000'0000 + (payload.virtual_address & ~page);
    }
    if (payload.kind == TlpKind::kPageRequest) asked.push_back(payload);
    if (payload.kind == TlpKind::kPageRequest && respond) {
      if (!payload.last_in_group) return simulation.packets.Give(payload);
      // The last packet of a group returns, its ledger with it.
      payload.kind = TlpKind::kPageGroupResponse;
      payload.response_code = code;
      payload.ledger.Mark(Stage::kPageFault, simulation.agenda.now() + response_after);
      messages.socket.Send(payload, response_after);
    }
  }
  // Software has the device stop a PASID, now.
  void StopPasid(std::uint32_t pasid, bool stop_marker) {
    PasidStop* stop = software.Packet<PasidStop>();
    stop->pasid = Pasid(pasid);
    stop->stop_marker = stop_marker;
    software.socket.Send(*stop, 0);
  }
  Tlp* At(Picoseconds at, TlpKind kind, std::uint32_t pasid, std::uint64_t address) {
    Tlp* payload = engine.Packet(kind, address, 64);
    payload->pasid = Pasid(pasid);
    payload->virtual_address = address;
    payload->job = &job;
    for (const std::uint64_t start : {job.source, job.destination}) {
      const std::uint64_t offset = address - start;
      if (offset < job.size_bytes) payload->buffer_left = job.size_bytes - static_cast<std::uint32_t>(offset);
    }
    engine.SendAt(at, *payload);
    return payload;
  }
  void Run() { simulation.agenda.RunUntil(kPsPerMs); }
  std::uint64_t Stat(const std::string& name) {
    for (const Statistic* member : atc.statistics().members()) {
      if (name == member->name()) return static_cast<std::uint64_t>(member->Values(0).front().value);
    }
    ADD_FAILURE() << "no statistic " << name;
    return 0;
  }

  Simulation simulation{Agenda::Mode::kAhead, 1};
  PeerLog log;
  Job job;
  bool respond = true;
  Picoseconds response_after = 1000;
  std::vector<TlpHeader> asked;  // every page request
  PageResponseCode code = PageResponseCode::kSuccess;
  std::function<Translation(Tlp&)> translate = [](Tlp&) { return Answer(true, true); };
  ScriptedInitiator engine{"engine", simulation, log};
  ScriptedInitiatorOf<PasidStop> software{"software", simulation, log};
  Picoseconds stopped_at = 0;
  ScriptedInitiator messages{"messages", simulation, log};
  ScriptedTarget port{"port", simulation, log};
  Atc atc;
};

}  // namespace siov

#endif  // SIOV_TESTS_SUPPORT_ATC_BENCH_H_

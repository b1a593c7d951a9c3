// SPDX-License-Identifier: Apache-2.0
// Scripted peers for module tests: an initiator that sends packets at given times, a target that takes and answers them
// as told, and the log both write. Every arrival is checked against the packet's ledger (Block::CheckArrival).
//
//   Simulation simulation(Agenda::Mode::kAhead, 1);
//   PeerLog log;
//   ScriptedInitiator device("device", simulation, log);
//   ScriptedTarget memory("memory", simulation, log);
//   memory.behaviour.answer_after = 500;
//   ... device.socket.bind(block.in); block.out.bind(memory.socket); ...
//   Tlp* read = device.SendAt(1000, TlpKind::kMemoryRead, 0x4000, 64);
//   simulation.agenda.RunUntil(kPsPerUs);
//   EXPECT_THAT(Lines(log), ElementsAre("memory 1000 request read 0x4000", "device 1500 answer read 0x4000"));
#ifndef SIOV_TESTS_SUPPORT_SOCKET_PEERS_H_
#define SIOV_TESTS_SUPPORT_SOCKET_PEERS_H_

#include <any>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "models/kernel/block.h"
#include "tests/support/packet_texts.h"

namespace siov {

enum class PeerEventKind { kRequest, kRelease, kAnswer };  // BEGIN_REQ, END_REQ, BEGIN_RESP

// What a peer saw, as it was at that moment (the packet may be recycled later). All but the first four are of a TLP.
struct PeerEvent {
  std::string peer;
  Picoseconds time;
  PeerEventKind event;
  std::string what;  // "read 0x4000"
  TlpKind kind;
  CompletionStatus status;
  std::uint64_t address;
  std::uint32_t length_bytes;
  Tlp tlp;
  Tlp* payload;
  std::any packet;               // of another type
  const void* object = nullptr;  // whatever its type: which one it was

  template <class Packet>
  const Packet& As() const {
    return *std::any_cast<Packet>(&packet);
  }
};

using PeerLog = std::vector<PeerEvent>;

// "memory 1000 request read 0x4000", with the status appended unless it is Success.
inline std::string Line(const PeerEvent& event) {
  static constexpr const char* kEvents[] = {"request", "release", "answer"};
  std::ostringstream out;
  out << event.peer << ' ' << event.time << ' ' << kEvents[static_cast<int>(event.event)] << ' ' << event.what;
  if (event.event == PeerEventKind::kAnswer && event.status != CompletionStatus::kSuccess) {
    out << " status=" << static_cast<unsigned>(event.status);
  }
  return out.str();
}

inline std::vector<std::string> Lines(const PeerLog& log, const std::string& peer = "") {
  std::vector<std::string> lines;
  for (const PeerEvent& event : log) {
    if (peer.empty() || event.peer == peer) lines.push_back(Line(event));
  }
  return lines;
}

// "link_wire 0..100" of every segment.
inline std::vector<std::string> Segments(const Ledger& ledger) {
  std::vector<std::string> lines;
  ledger.ForEach([&lines](Stage stage, Picoseconds entered, Picoseconds left) {
    lines.push_back(std::string(Describe(stage).name) + " " + std::to_string(entered) + ".." + std::to_string(left));
  });
  return lines;
}

class ScriptedPeer : public Block {
 public:
  ScriptedPeer(const sc_core::sc_module_name& name, Simulation& simulation, PeerLog& log)
      : Block(name, simulation, static_cast<const char*>(name)), log_(log) {}
  Tlp* Packet(TlpKind kind, std::uint64_t address, std::uint32_t length_bytes) {
    return TakePacket(kind, address, length_bytes);
  }
  template <class Type>
  Type* Packet() {
    return TakePacket<Type>();
  }

 protected:
  void Log(PeerEventKind event, Tlp& tlp) {
    log_.push_back(
        {path(), now(), event, TextOf(tlp), tlp.kind, tlp.status, tlp.address, tlp.length_bytes, tlp, &tlp, {}, &tlp});
  }
  void Log(PeerEventKind event, TableAccess& access) {
    const CompletionStatus status = access.failed ? CompletionStatus::kCompleterAbort : CompletionStatus::kSuccess;
    log_.push_back({path(),
                    now(),
                    event,
                    TextOf(access),
                    {},
                    status,
                    access.address,
                    access.length_bytes,
                    {},
                    nullptr,
                    access,
                    &access});
  }
  template <class Type>
  void Log(PeerEventKind event, Type& packet) {
    log_.push_back({path(), now(), event, TextOf(packet), {}, StatusOf(packet), 0, 0, {}, nullptr, packet, &packet});
  }

 private:
  PeerLog& log_;
};

// Sends what it is told, when it is told, and logs releases and answers. Keeps answered payloads (tests look at them);
// with `gives_back` they return to the pool.
template <class Type>
class ScriptedInitiatorOf : public ScriptedPeer {
 public:
  ScriptedInitiatorOf(const sc_core::sc_module_name& name, Simulation& simulation, PeerLog& log)
      : ScriptedPeer(name, simulation, log), socket("socket", this, &ScriptedInitiatorOf::Backward) {}

  InitiatorSocket<ScriptedInitiatorOf, Type> socket;
  bool gives_back = false;
  std::function<void(Type&)> on_answer;  // after logging, e.g. to send the next one
  std::function<void(Type&)> on_release;

  // The packet leaves at absolute time `at` with its ledger opened there.
  Tlp* SendAt(Picoseconds at, TlpKind kind, std::uint64_t address, std::uint32_t length_bytes) {
    Tlp* payload = Packet(kind, address, length_bytes);
    SendAt(at, *payload);
    return payload;
  }
  void SendAt(Picoseconds at, Type& payload) {
    if (started_) {
      Due(at - now(), kSend, &payload);
    } else {
      script_.push_back({at, &payload});
    }
  }
  TableAccess* AccessAt(Picoseconds at, TableAccess::Kind kind, std::uint64_t address, std::uint32_t length_bytes) {
    TableAccess* access = TakeAccess(kind, address, length_bytes);
    SendAt(at, *access);
    return access;
  }
  // A line of 64 bytes; `record`: it completes its job.
  Tlp* WriteAt(Picoseconds at, std::uint64_t address, RequesterId requester, bool relaxed, bool record) {
    Tlp* payload = Packet(TlpKind::kMemoryWrite, address, 64);
    payload->requester = requester;
    payload->relaxed_ordering = relaxed;
    payload->completes_job = record;
    SendAt(at, *payload);
    return payload;
  }

 private:
  enum : std::uint32_t { kSend, kReleased, kAnswered };
  struct Scripted {
    Picoseconds at;
    Type* payload;
  };

  void start_of_simulation() override {
    started_ = true;
    for (const Scripted& item : script_) Due(item.at, kSend, item.payload);
  }
  void Backward(std::uint32_t, Type& payload, tlm::tlm_phase_enum phase, Picoseconds delay) {
    Due(delay, phase == tlm::END_REQ ? kReleased : kAnswered, &payload);
  }
  void OnDue(const DueItem& item) override {
    Type& payload = PacketOf<Type>(item);
    if (item.kind == kSend) {
      payload.ledger.Open(now());
      socket.Send(payload, 0);
    } else if (item.kind == kReleased) {
      Log(PeerEventKind::kRelease, payload);
      if (on_release) on_release(payload);
    } else {
      CheckArrival(payload);
      Log(PeerEventKind::kAnswer, payload);
      if (on_answer) on_answer(payload);
      if (gives_back) GivePacket(payload);
    }
  }

  bool started_ = false;
  std::vector<Scripted> script_;
};
using ScriptedInitiator = ScriptedInitiatorOf<Tlp>;

// Logs arrivals; releases, answers or consumes them as `behaviour` says.
template <class Type>
class ScriptedTargetOf : public ScriptedPeer {
 public:
  struct Behaviour {
    bool buffered = true;                     // false: takes packets without END_REQ (TLM_UPDATED)
    Picoseconds release_after = 0;            // from arrival to END_REQ; kNever: held until ReleaseHeld()
    std::optional<Picoseconds> answer_after;  // from END_REQ to BEGIN_RESP of packets that are not posted; absent: none
    Stage answer_stage = Stage::kMemory;      // what the answer's delay is marked as
    CompletionStatus status = CompletionStatus::kSuccess;
    bool gives_back_posted = true;
  };

  ScriptedTargetOf(const sc_core::sc_module_name& name, Simulation& simulation, PeerLog& log)
      : ScriptedPeer(name, simulation, log), socket("socket", this, &ScriptedTargetOf::Forward) {}

  TargetSocket<ScriptedTargetOf, Type> socket;
  Behaviour behaviour;
  std::function<void(Type&)> on_arrival;  // after logging, before the behaviour; may fill in the answer
  std::function<void(Type&)> on_finish;   // between END_REQ and answer or consumption, e.g. to pass the packet on

  // Frees the oldest held packet. Call it from the simulation (a hook of either peer) or use ReleaseHeldAt().
  void ReleaseHeld() {
    Type* payload = held_.front();
    held_.erase(held_.begin());
    Finish(*payload);
  }
  // The oldest packet held at absolute time `at` is released then.
  void ReleaseHeldAt(Picoseconds at) {
    if (started_) {
      Due(at - now(), kReleaseHeld);
    } else {
      releases_.push_back(at);
    }
  }
  std::size_t held() const { return held_.size(); }

 private:
  enum : std::uint32_t { kArrived, kFinish, kReleaseHeld };

  void start_of_simulation() override {
    started_ = true;
    for (Picoseconds at : releases_) Due(at, kReleaseHeld);
  }
  tlm::tlm_sync_enum Forward(std::uint32_t, Type& payload, Picoseconds delay) {
    Due(delay, kArrived, &payload);
    if (behaviour.buffered) return tlm::TLM_ACCEPTED;
    return tlm::TLM_UPDATED;
  }
  void OnDue(const DueItem& item) override {
    if (item.kind == kReleaseHeld) return ReleaseHeld();
    Type& payload = PacketOf<Type>(item);
    if (item.kind == kFinish) return Finish(payload);
    CheckArrival(payload);
    Log(PeerEventKind::kRequest, payload);
    if (on_arrival) on_arrival(payload);
    if (behaviour.release_after == kNever) {
      held_.push_back(&payload);
    } else if (behaviour.release_after == 0) {
      Finish(payload);
    } else {
      Due(behaviour.release_after, kFinish, &payload);
    }
  }
  void Finish(Type& payload) {
    const bool posted = !IsAnswered(payload);
    if (behaviour.buffered) socket.Release(payload);
    if (on_finish) on_finish(payload);
    if (posted) {
      if (behaviour.gives_back_posted) GivePacket(payload);
    } else if (behaviour.answer_after) {
      Answer(payload);
      payload.ledger.Mark(behaviour.answer_stage, now() + *behaviour.answer_after);
      socket.Respond(payload, *behaviour.answer_after);
    }
  }
  void Answer(Tlp& tlp) const { tlp.status = behaviour.status; }
  void Answer(TableAccess& access) const { access.failed = behaviour.status != CompletionStatus::kSuccess; }
  void Answer(InvalidationCommand& command) const { command.status = behaviour.status; }
  template <class Packet>
  void Answer(Packet&) const {}

  bool started_ = false;
  std::vector<Picoseconds> releases_;
  std::vector<Type*> held_;
};
using ScriptedTarget = ScriptedTargetOf<Tlp>;

}  // namespace siov

#endif  // SIOV_TESTS_SUPPORT_SOCKET_PEERS_H_

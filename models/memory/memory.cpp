// SPDX-License-Identifier: Apache-2.0
#include "models/memory/memory.h"

#include <algorithm>

#include "models/kernel/posted_writes.h"
#include "models/protocol/ordering.h"

namespace siov {
namespace {

constexpr std::size_t kStreams = 256 * kTrafficClasses;  // of root ports

}  // namespace

Memory::Memory(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               const MemoryConfig& config, std::uint32_t initiators, std::uint32_t agents, bool answers_writes)
    : Block(name, simulation, path),
      to_host("to_host", this, &Memory::Backward),
      core_(config),
      answers_writes_(answers_writes),
      last_visible_(kStreams),
      reads_(statistics_, "reads", "requests", "Read requests, table reads of the IOMMU included."),
      writes_(statistics_, "writes", "requests", "Write requests."),
      read_bytes_(statistics_, "read_bytes", "bytes", "Bytes asked for by read requests."),
      written_bytes_(statistics_, "written_bytes", "bytes", "Bytes of write requests."),
      llc_lines_(statistics_, "llc_lines", "lines", "Lines served by the last-level cache."),
      dram_lines_(statistics_, "dram_lines", "lines", "Lines served by DRAM."),
      writebacks_(statistics_, "writebacks", "lines", "Modified lines that gave way in the last-level cache."),
      records_(statistics_, "records", "writes", "Completion records that became visible to the host."),
      wait_(statistics_, "wait", "ps", "Time requests waited for a slice or channel that others held."),
      order_wait_(statistics_, "order_wait", "ps",
                  "Time posted writes waited for older ones of their link and traffic class."),
      llc_busy_(statistics_, "llc_busy", "Slices of the last-level cache transferring lines.", config.llc_slices,
                [this](Picoseconds at) { return core_.LlcBusyAfter(at); }),
      dram_busy_(statistics_, "dram_busy", "DRAM channels transferring lines.", config.dram_channels,
                 [this](Picoseconds at) { return core_.DramBusyAfter(at); }) {
  for (std::uint32_t i = 0; i < initiators; ++i) {
    in.push_back(
        std::make_unique<TargetSocket<Memory>>(("in_" + std::to_string(i)).c_str(), this, &Memory::Forward, i));
  }
  for (std::uint32_t i = 0; i < agents; ++i) {
    from_agent.push_back(std::make_unique<TargetSocket<Memory, TableAccess>>(
        ("from_agent_" + std::to_string(i)).c_str(), this, &Memory::FromAgent, i));
  }
}

tlm::tlm_sync_enum Memory::Forward(std::uint32_t initiator, Tlp& payload, Picoseconds delay) {
  Arrive(delay, kRequest, payload, initiator);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum Memory::FromAgent(std::uint32_t agent, TableAccess& access, Picoseconds delay) {
  if (delay == 0) {  // as all of them come
    Access(access, agent);
  } else {
    Due(delay, kAccess, &access, agent);
  }
  return tlm::TLM_UPDATED;
}

void Memory::OnDue(const DueItem& item) {
  if (item.kind == kAccess) return Access(PacketOf<TableAccess>(item), item.argument);
  Request(PacketOf(item), item.argument);
}

void Memory::Request(Tlp& payload, std::uint32_t initiator) {
  CheckArrival(payload);
  const bool write = payload.kind != TlpKind::kMemoryRead;
  const MemoryAccess access = core_.Access(now(), payload.address, payload.length_bytes, write);
  Count(access, write, payload.length_bytes);
  payload.ledger.MarkServed(Stage::kMemoryWait, access.served, Stage::kMemory, access.done);
  if (!write) NoteReadAt(payload.job, now());
  if (IsPosted(payload.kind) && !answers_writes_) {
    FinishWrite(payload, access.done);
  } else {
    in[initiator]->Respond(payload, access.done - now());
  }
}

// Of the host's own agents each write is a stream of its own: visible when it is done.
void Memory::Access(TableAccess& access, std::uint32_t agent) {
  CheckArrival(access);
  const bool write = access.kind != TableAccess::Kind::kRead;
  const MemoryAccess served = core_.Access(now(), access.address, access.length_bytes, write, true);
  Count(served, write, access.length_bytes);
  access.ledger.MarkServed(Stage::kMemoryWait, served.served, Stage::kMemory, served.done);
  if (access.kind == TableAccess::Kind::kPostedWrite) return GivePacket(access);
  from_agent[agent]->Respond(access, served.done - now());
}

void Memory::FinishWrite(Tlp& payload, Picoseconds done) {
  const Picoseconds visible = VisibleAt(payload, done);
  order_wait_.Add(visible - done);
  payload.ledger.Mark(Stage::kOrderWait, visible);
  if (ObservedWrite* const record = EndWrite(payload, &simulation().packets)) {
    records_.Add();
    to_host.Send(*record, visible - now());
  }
}

Picoseconds Memory::VisibleAt(const Tlp& tlp, Picoseconds done) {
  Picoseconds& last = last_visible_[PortStreamOf(tlp.source_port, tlp)];
  const Picoseconds visible = tlp.relaxed_ordering ? done : std::max(done, last);
  last = std::max(last, visible);
  return visible;
}

}  // namespace siov

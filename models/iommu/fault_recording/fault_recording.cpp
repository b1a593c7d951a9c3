// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/fault_recording/fault_recording.h"

#include <algorithm>

#include "models/kernel/posted_writes.h"
#include "models/translation/memory_map.h"

namespace siov {
namespace {

// Where no table and no data lies (see models/translation), at a place of this queue's own.
std::uint64_t QueueAddress(RandomStream random, std::uint32_t memory) {
  constexpr std::uint64_t kStructures = std::uint64_t{3} << 46;
  constexpr std::uint64_t kAlignment = std::uint64_t{1} << 25;  // the largest queue
  return memory_map::BaseOf(memory) + kStructures + AlignDown(random.Below(std::uint64_t{1} << 46), kAlignment);
}

RecordedFault WhatIsRecorded(const FaultRecord& fault) {
  RecordedFault record;
  record.address = AlignDown(fault.address, kPage4K);
  record.pasid = fault.pasid;
  record.source = fault.requester;
  record.reason = static_cast<FaultReason>(fault.reason);
  record.at = fault.at;
  record.write = fault.write;
  record.privileged = fault.privileged;
  record.execute = fault.execute;
  return record;
}

}  // namespace

FaultRecording::FaultRecording(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                               const FaultRecordingConfig& config, std::size_t inputs)
    : Block(name, simulation, path),
      to_memory("to_memory", this, &FaultRecording::FromMemory),
      to_host("to_host", this, &FaultRecording::FromHost),
      to_reader("to_reader", this, &FaultRecording::FromReader),
      config_(config),
      riscv_(config.profile == IommuProfile::kRiscv),
      registers_(config),
      queue_(config),
      ring_address_(QueueAddress(MakeRandom(), config.tables_home)),
      held_(config.records),
      masked_(config.event_masked),
      pending_(statistics_, "pending", "faults", "Records software has not read.",
               riscv_ ? config.records - 1 : config.records) {
  for (std::uint32_t i = 0; i < inputs; ++i) {
    in.push_back(std::make_unique<TargetSocket<FaultRecording, FaultRecord>>(("in_" + std::to_string(i)).c_str(), this,
                                                                             &FaultRecording::Forward, i));
  }
}

std::vector<std::string> FaultRecording::PassesOnTo() const { return PeersOf(to_host); }

std::vector<std::string> FaultRecording::WaitsFor(const Occupancy&) const { return PeersOf(to_host); }

// Nobody waits for a record to be written, so nobody is held back.
tlm::tlm_sync_enum FaultRecording::Forward(std::uint32_t, FaultRecord& fault, Picoseconds delay) {
  Arrive(delay + config_.record_latency_ps, kFault, fault);
  return tlm::TLM_UPDATED;
}

void FaultRecording::FromHost(std::uint32_t, IommuEvent& event, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kServed, event);
}

void FaultRecording::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kFault:
      return OnFault(PacketOf<FaultRecord>(item));
    case kEvent:
      to_host.Send(PacketOf<IommuEvent>(item), 0);
      return;
    default:
      return OnServed(PacketOf<IommuEvent>(item));
  }
}

void FaultRecording::OnFault(FaultRecord& fault) {
  faults_.Add();
  fault.ledger.Mark(Stage::kCompletion, now());
  const RecordedFault record = WhatIsRecorded(fault);
  if (fault.fpd && RuleOf(record.reason).qualified) {
    suppressed_.Add();
    return TellJob(fault, false);
  }
  if (riscv_) {
    const auto slot = queue_.Push();
    if (slot) {
      Keep(*slot, fault);
      return Store(*slot);
    }
    Lose(fault);
  } else {
    const std::uint32_t slot = registers_.next();
    switch (registers_.Record(record)) {
      case RecordOutcome::kRecorded:
        Keep(slot, fault);
        break;
      case RecordOutcome::kCollapsed:
        collapsed_.Add();
        return TellJob(fault, false);
      case RecordOutcome::kLost:
        Lose(fault);
        break;
    }
  }
  NewStatus(0);
}

// RISC-V: software may be told when the record is in memory.
void FaultRecording::Store(std::uint32_t slot) {
  const std::uint64_t address = ring_address_ + std::uint64_t{slot} * kFaultQueueRecordBytes;
  to_memory.Send(*TakeAccess(TableAccess::Kind::kWrite, address, kFaultQueueRecordBytes), 0);
}

void FaultRecording::FromMemory(std::uint32_t, TableAccess& write, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  CheckServed(write);
  GivePacket(write);
  NewStatus(delay);
}

void FaultRecording::Keep(std::uint32_t slot, FaultRecord& fault) {
  recorded_.Add();
  pending_.Increment(now());
  held_[slot] = &fault;
  if (!fault.lost_record) return;
  fault.kept = true;
  fault.job_number = NumberOf(fault.job);
  NoteLostEnd(fault.job);
}

void FaultRecording::Lose(FaultRecord& fault) {
  lost_.Add();
  TellJob(fault, false);
}

// One event until software has read all there is, however much comes meanwhile (VT-d 7.3).
void FaultRecording::NewStatus(Picoseconds delay) {
  if (event_out_) return;
  if (masked_) {
    event_held_back_ = true;
    return;
  }
  event_out_ = true;
  events_.Add();
  IommuEvent* event = TakePacket<IommuEvent>();
  event->kind = IommuEventKind::kFault;
  event->ledger.Mark(Stage::kInterrupt, now() + delay + config_.event_latency_ps);
  Arrive(delay + config_.event_latency_ps, kEvent, *event);
}

std::size_t FaultRecording::never_read() const {
  if (!masked_ || event_out_) return 0;
  const auto empty = std::count(held_.begin(), held_.end(), nullptr);
  return held_.size() - static_cast<std::size_t>(empty);
}

void FaultRecording::SetMasked(bool masked) {
  masked_ = masked;
  if (masked || !event_held_back_) return;
  event_held_back_ = false;
  if (status().pending || status().overflow) NewStatus(0);
}

// Software has served the event once more: it has read one record and looks whether there is another.
void FaultRecording::OnServed(IommuEvent& event) {
  if (status().pending) TakeRecord();
  if (status().pending) {
    event.ledger.Open(now());
    to_host.Send(event, 0);
    return;
  }
  registers_.ClearOverflow();
  queue_.ClearOverflow();
  event_out_ = false;
  GivePacket(event);
}

void FaultRecording::TakeRecord() {
  std::uint32_t slot = software_next_;
  if (riscv_) {
    slot = queue_.Pop();
  } else {
    registers_.Take(slot);
    software_next_ = slot + 1 == registers_.size() ? 0 : slot + 1;
  }
  served_.Add();
  pending_.Decrement(now());
  FaultRecord& fault = *held_[slot];
  held_[slot] = nullptr;
  TellJob(fault, true);
}

// The completion record of a job is lost: nobody but software can tell its tenant.
void FaultRecording::TellJob(FaultRecord& fault, bool read) {
  if (!fault.lost_record) return GivePacket(fault);
  jobs_ended_.Add();
  fault.read = read;
  fault.ledger.Mark(Stage::kCompletion, now());
  to_reader.Send(fault, 0);
}

}  // namespace siov

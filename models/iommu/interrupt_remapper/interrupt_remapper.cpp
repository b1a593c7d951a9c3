// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/interrupt_remapper/interrupt_remapper.h"

#include "models/kernel/posted_writes.h"

namespace siov {
namespace {

// A device's messages never set SHV, so the data, which payloads do not carry, takes no part.
DecodedInterrupt Decode(const Tlp& message) { return DecodeInterrupt({message.address, 0}); }

}  // namespace

InterruptRemapper::InterruptRemapper(const sc_core::sc_module_name& name, Simulation& simulation,
                                     const std::string& path, const InterruptRemapperConfig& config,
                                     std::uint32_t ports, std::uint32_t vcpus)
    : Block(name, simulation, path),
      from_invalidation("from_invalidation", this, &InterruptRemapper::OnInvalidation),
      to_memory("to_memory", this, &InterruptRemapper::OnMemory),
      to_host("to_host", this, &InterruptRemapper::OnHost),
      config_(config),
      core_(config, vcpus) {
  for (std::uint32_t port = 0; port < ports; ++port) {
    from_port.push_back(std::make_unique<TargetSocket<InterruptRemapper>>(("from_port_" + std::to_string(port)).c_str(),
                                                                          this, &InterruptRemapper::OnMessage, port));
  }
}

tlm::tlm_sync_enum InterruptRemapper::OnMessage(std::uint32_t, Tlp& payload, Picoseconds delay) {
  Ledger& ledger = payload.ledger;
  ledger.Mark(Stage::kInterrupt, ledger.cursor() + config_.lookup_latency_ps);
  Arrive(delay + config_.lookup_latency_ps, kMessage, payload);
  return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum InterruptRemapper::OnInvalidation(std::uint32_t, InvalidationRequest& invalidation,
                                                     Picoseconds delay) {
  Arrive(delay, kInvalidate, invalidation);
  return tlm::TLM_UPDATED;
}

void InterruptRemapper::OnMemory(std::uint32_t, TableAccess& read, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kEntryRead, read);
}

void InterruptRemapper::OnDue(const DueItem& item) {
  if (item.kind == kMessage) {
    Check(PacketOf(item));
  } else if (item.kind == kInvalidate) {
    Invalidate(PacketOf<InvalidationRequest>(item));
  } else {
    EntryRead(PacketOf<TableAccess>(item));
  }
}

void InterruptRemapper::Check(Tlp& message) {
  CheckArrival(message);
  const DecodedInterrupt interrupt = Decode(message);
  const InterruptFault fault = core_.Check(interrupt);
  if (fault != InterruptFault::kNone) return Drop(message, fault);
  interrupts_.Add();
  if (core_.Lookup(interrupt.index)) {
    hits_.Add();
    return UseEntry(message, interrupt.index);
  }
  misses_.Add();
  ReadEntry(message, interrupt.index);
}

void InterruptRemapper::Drop(Tlp& message, InterruptFault fault) {
  CountFault(fault);
  NoteLostEnd(JobOfInterrupt(message));
  GivePacket(message);
}

void InterruptRemapper::CountFault(InterruptFault fault) {
  switch (fault) {
    case InterruptFault::kReservedBits:
      return reserved_faults_.Add();
    case InterruptFault::kIndex:
      return index_faults_.Add();
    case InterruptFault::kCompatibilityFormat:
      return compatibility_faults_.Add();
    case InterruptFault::kNotPresent:
      return present_faults_.Add();
    case InterruptFault::kSource:
      return source_faults_.Add();
    case InterruptFault::kNone:
      return;
  }
}

void InterruptRemapper::ReadEntry(Tlp& message, std::uint32_t index) {
  TableAccess* read = TakeAccess(TableAccess::Kind::kRead, core_.EntryAddress(index), kRemappingEntryBytes);
  read->tenant = message.tenant;
  read->context = reading_.Put({&message, generation_});
  entry_reads_.Increment(now());
  to_memory.Send(*read, 0);
}

void InterruptRemapper::EntryRead(TableAccess& read) {
  CheckArrival(read);
  const auto [waiting, generation] = reading_.Take(read.context);
  Tlp& message = *waiting;
  message.ledger.Append(read.ledger);
  const bool failed = read.failed;
  GivePacket(read);
  entry_reads_.Decrement(now());
  if (failed) {
    read_errors_.Add();
    NoteLostEnd(JobOfInterrupt(message));
    GivePacket(message);
    return ReadDrained(generation);
  }
  // What was read before an invalidation came is used for this interrupt, but not kept.
  const std::uint32_t index = Decode(message).index;
  if (generation == generation_ && core_.Present(index)) core_.Fill(index);
  UseEntry(message, index);
  ReadDrained(generation);
}

void InterruptRemapper::Invalidate(InvalidationRequest& invalidation) {
  CheckArrival(invalidation);
  invalidations_.Add();
  invalidated_.Add(core_.Invalidate(invalidation.what));
  ++generation_;
  const auto reads = static_cast<std::uint32_t>(entry_reads_.level());
  if (reads == 0) return EndInvalidation(invalidation);
  draining_.PushBack({&invalidation, reads});
}

// The invalidations from number `generation` on came while this read was under way, so all of them are still draining.
void InterruptRemapper::ReadDrained(std::uint32_t generation) {
  for (std::size_t i = draining_.size() - (generation_ - generation); i < draining_.size(); ++i) --draining_[i].reads;
  while (!draining_.empty() && draining_.front().reads == 0) EndInvalidation(*draining_.PopFront().invalidation);
}

void InterruptRemapper::EndInvalidation(InvalidationRequest& invalidation) {
  invalidation.ledger.Mark(Stage::kInterrupt, now());
  from_invalidation.Respond(invalidation, 0);
}

void InterruptRemapper::UseEntry(Tlp& message, std::uint32_t index) {
  const InterruptFault fault = core_.CheckEntry(index, message.requester);
  if (fault != InterruptFault::kNone) return Drop(message, fault);
  Deliver(message, core_.VcpuOf(index));
}

void InterruptRemapper::Deliver(Tlp& message, std::uint32_t vcpu) {
  if (config_.delivery == InterruptDelivery::kRemapped) {
    notifications_.Add();
    return Notify(message, vcpu, Stage::kInterrupt, now() + config_.delivery_latency_ps);
  }
  WriteDescriptor(message, vcpu);
  const InterruptRemapperCore::Posted posted = core_.Post(vcpu, now());
  (posted.notifies ? notifications_ : coalesced_).Add();
  Notify(message, vcpu, posted.notifies ? Stage::kInterrupt : Stage::kInterruptWait, posted.seen);
}

void InterruptRemapper::WriteDescriptor(const Tlp& message, std::uint32_t vcpu) {
  TableAccess* write =
      TakeAccess(TableAccess::Kind::kPostedWrite, core_.DescriptorAddress(vcpu), kPostedDescriptorBytes);
  write->tenant = message.tenant;
  to_memory.Send(*write, 0);
}

void InterruptRemapper::Notify(Tlp& message, std::uint32_t vcpu, Stage stage, Picoseconds seen) {
  auto* const notification = TakePacket<Notification>();
  notification->vcpu = vcpu;
  notification->job = message.job;
  notification->job_id = message.context;
  notification->tenant = message.tenant;
  notification->ledger = message.ledger;
  notification->ledger.Mark(stage, seen);
  GivePacket(message);
  to_host.Send(*notification, seen - now());
}

}  // namespace siov

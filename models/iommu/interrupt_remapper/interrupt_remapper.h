// SPDX-License-Identifier: Apache-2.0
// Interrupt remapping of an IOMMU, with posted delivery.
//
// A message is checked and its entry looked up, a miss costing one memory read. Remapped delivery: one notification an
// interrupt. Posted delivery: the vCPU's descriptor is written; a notification goes out unless one is outstanding, else
// the interrupt is seen together with that one. Every interrupt reaches the host, as a notification that takes its
// message's ledger, when the vCPU sees it. Lookups and posting are pipelined. What it does not model is listed in
// README.md.
#ifndef SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_H_
#define SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_H_

#include <memory>
#include <string>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/iommu/interrupt_remapper/interrupt_remapper_config.h"
#include "models/iommu/interrupt_remapper/interrupt_remapper_core.h"
#include "models/kernel/block.h"

namespace siov {

class InterruptRemapper final : public Block {
 public:
  // `ports`: root ports that route interrupts here. `vcpus`: those of the host, which entries name.
  InterruptRemapper(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                    const InterruptRemapperConfig& config, std::uint32_t ports, std::uint32_t vcpus);

  std::vector<std::unique_ptr<TargetSocket<InterruptRemapper>>> from_port;
  TargetSocket<InterruptRemapper, InvalidationRequest> from_invalidation;
  InitiatorSocket<InterruptRemapper, TableAccess> to_memory;
  InitiatorSocket<InterruptRemapper, Notification> to_host;

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return PeersOf(to_memory); }
  std::vector<std::string> PassesOnTo() const override { return PeersOf(to_memory); }

 private:
  enum : std::uint32_t { kMessage, kEntryRead, kInvalidate };
  // Answered when the entry reads that were under way as it came, and the interrupts that wait for them, are through.
  struct Draining {
    InvalidationRequest* invalidation;
    std::uint32_t reads;  // still to come
  };
  // A message whose entry is being read; the message's own context is the engine's.
  struct Reading {
    Tlp* message;
    std::uint32_t generation;
  };
  class Readings {
   public:
    std::uint64_t Put(Reading reading) {
      if (free_.empty()) {
        slots_.push_back(reading);
        return slots_.size() - 1;
      }
      const std::uint64_t slot = free_.back();
      free_.pop_back();
      slots_[slot] = reading;
      return slot;
    }
    Reading Take(std::uint64_t slot) {
      free_.push_back(slot);
      return slots_[slot];
    }

   private:
    std::vector<Reading> slots_;
    std::vector<std::uint64_t> free_;
  };

  tlm::tlm_sync_enum OnMessage(std::uint32_t index, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum OnInvalidation(std::uint32_t, InvalidationRequest& invalidation, Picoseconds delay);
  void OnMemory(std::uint32_t, TableAccess& read, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnHost(std::uint32_t, Notification&, tlm::tlm_phase_enum, Picoseconds) {}  // notifications are given away
  void OnDue(const DueItem& item) override;
  void Check(Tlp& message);
  void CountFault(InterruptFault fault);
  void Drop(Tlp& message, InterruptFault fault);
  void ReadEntry(Tlp& message, std::uint32_t index);
  void EntryRead(TableAccess& read);
  void Invalidate(InvalidationRequest& invalidation);
  void EndInvalidation(InvalidationRequest& invalidation);
  void ReadDrained(std::uint32_t generation);
  void UseEntry(Tlp& message, std::uint32_t index);
  void Deliver(Tlp& message, std::uint32_t vcpu);
  void WriteDescriptor(const Tlp& message, std::uint32_t vcpu);
  void Notify(Tlp& message, std::uint32_t vcpu, Stage stage, Picoseconds seen);

  InterruptRemapperConfig config_;
  InterruptRemapperCore core_;
  std::uint32_t generation_ = 0;  // of entry reads: counts invalidations
  Readings reading_;
  RingQueue<Draining> draining_;  // the newest has generation_ - 1
  Counter interrupts_{statistics_, "interrupts", "interrupts",
                      "Interrupt messages that passed the checks before their entry is looked up."};
  Counter notifications_{statistics_, "notifications", "notifications", "Interrupts that notified a CPU."};
  Counter coalesced_{statistics_, "coalesced", "interrupts",
                     "Posted interrupts that found a notification outstanding and sent none."};
  Counter hits_{statistics_, "entry_hits", "lookups", "Remapping entries found in the interrupt entry cache."};
  Counter misses_{statistics_, "entry_misses", "lookups", "Remapping entries read from memory."};
  Counter compatibility_faults_{statistics_, "faults_compatibility_format", "faults",
                                "Messages in compatibility format, blocked (25h)."};
  Counter reserved_faults_{statistics_, "faults_reserved_bits", "faults", "Messages with reserved bits set (20h)."};
  Counter index_faults_{statistics_, "faults_index", "faults", "Messages with an index beyond the table (21h)."};
  Counter present_faults_{statistics_, "faults_not_present", "faults", "Messages whose entry is not present (22h)."};
  Counter source_faults_{statistics_, "faults_source", "faults", "Messages whose entry is another requester's (26h)."};
  Counter read_errors_{statistics_, "faults_entry_read", "faults", "Messages whose entry memory did not give (23h)."};
  Counter invalidations_{statistics_, "invalidations", "invalidations", "Interrupt-entry invalidations."};
  Counter invalidated_{statistics_, "invalidated", "entries", "Cached entries removed by them."};
  Occupancy entry_reads_{statistics_, "entry_reads", "reads", "Remapping entry reads in flight.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_H_

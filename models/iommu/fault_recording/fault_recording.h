// SPDX-License-Identifier: Apache-2.0
// Fault recording: takes the non-recoverable faults of an IOMMU, keeps the records software has not read, and
// interrupts it. VT-d registers or the RISC-V fault queue in memory. What it models and what not: README.md.
#ifndef SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_H_
#define SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/iommu/fault_recording/fault_recording_core.h"
#include "models/kernel/block.h"

namespace siov {

class FaultRecording final : public Block {
 public:
  FaultRecording(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                 const FaultRecordingConfig& config, std::size_t inputs);

  std::vector<std::unique_ptr<TargetSocket<FaultRecording, FaultRecord>>> in;
  InitiatorSocket<FaultRecording, TableAccess> to_memory;  // the RISC-V fault queue
  InitiatorSocket<FaultRecording, IommuEvent> to_host;
  // Faults by which a job's completion record was lost: as software reads them, or at once if it never will.
  InitiatorSocket<FaultRecording, FaultRecord> to_reader;

  // Software's IM bit. Unmasking lets an event out that was held back, if what it tells is still there.
  void SetMasked(bool masked);

  FaultStatus status() const { return riscv_ ? queue_.status() : registers_.status(); }
  const FaultRegisters& registers() const { return registers_; }
  // Faults recorded for software that is not told of them: they stay for ever, unless it unmasks the event.
  std::size_t never_read() const;
  std::vector<std::string> PassesOnTo() const override;
  std::vector<std::string> WaitsFor(const Occupancy& held) const override;

 private:
  enum Kind : std::uint32_t { kFault, kEvent, kServed };

  tlm::tlm_sync_enum Forward(std::uint32_t, FaultRecord& fault, Picoseconds delay);
  void FromMemory(std::uint32_t, TableAccess& write, tlm::tlm_phase_enum phase, Picoseconds delay);
  void FromHost(std::uint32_t, IommuEvent& event, tlm::tlm_phase_enum phase, Picoseconds delay);
  void FromReader(std::uint32_t, FaultRecord&, tlm::tlm_phase_enum, Picoseconds) {}  // they are given away
  void OnDue(const DueItem& item) override;

  void OnFault(FaultRecord& fault);
  void Store(std::uint32_t slot);
  void Keep(std::uint32_t slot, FaultRecord& fault);
  void Lose(FaultRecord& fault);
  void NewStatus(Picoseconds delay);
  void OnServed(IommuEvent& event);
  void TakeRecord();
  void TellJob(FaultRecord& fault, bool read);

  FaultRecordingConfig config_;
  bool riscv_;
  FaultRegisters registers_;
  FaultQueue queue_;
  std::uint64_t ring_address_;
  std::vector<FaultRecord*> held_;   // by register or queue slot: the fault that is recorded there
  std::uint32_t software_next_ = 0;  // the register software reads next
  bool event_out_ = false;           // software has been told and has not finished
  bool masked_;
  bool event_held_back_ = false;  // IP

  Counter faults_{statistics_, "faults", "faults", "Non-recoverable faults that came here."};
  Counter recorded_{statistics_, "recorded", "faults", "Faults recorded."};
  Counter suppressed_{statistics_, "suppressed", "faults",
                      "Faults not recorded because a structure that was used says so (FPD, DTF)."};
  Counter collapsed_{statistics_, "collapsed", "faults",
                     "Faults not recorded because one of the same device was pending."};
  Counter lost_{statistics_, "lost", "faults", "Faults not recorded because there was no room (overflow)."};
  Counter events_{statistics_, "events", "interrupts", "Fault event interrupts sent."};
  Counter served_{statistics_, "served", "faults", "Records software has read and cleared."};
  Counter jobs_ended_{statistics_, "jobs_told", "jobs",
                      "Jobs whose completion record was lost and whose tenant software told."};
  Occupancy pending_;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_H_

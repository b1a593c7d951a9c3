// SPDX-License-Identifier: Apache-2.0
// The fault records of an IOMMU and what becomes of one fault more. Pure.
//
// FaultRegisters: VT-d's recording registers (7.2.1), used as a ring by an internal index. A fault is lost while PFO is
// set; with `collapse` it is dropped if its source has one pending; it sets PFO and is lost if the register the index
// points to is still full; else it is recorded, and if none was pending FRI says where.
// FaultQueue: RISC-V's fault queue in memory: a ring of N that holds N-1; full, it sets the overflow flag and drops
// until software has cleared the flag.
#ifndef SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_CORE_H_
#define SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_CORE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "models/base/ids.h"
#include "models/iommu/fault_recording/fault_recording_config.h"
#include "models/protocol/tlp.h"

namespace siov {

// What a record holds (VT-d: 128 bits; RISC-V: 256).
struct RecordedFault {
  std::uint64_t address = 0;  // page of the request
  Pasid pasid;
  RequesterId source = 0;
  FaultReason reason = kNoFault;
  AddressType at = AddressType::kUntranslated;
  bool write = false;
  bool privileged = false;
  bool execute = false;
};

enum class RecordOutcome : std::uint8_t { kRecorded, kCollapsed, kLost };

// Why software should look: bits of the fault status register.
struct FaultStatus {
  bool pending = false;   // PPF: some register holds a fault
  bool overflow = false;  // PFO
};

class FaultRegisters {
 public:
  explicit FaultRegisters(const FaultRecordingConfig& config)
      : collapse_(config.collapse), registers_(config.records) {}

  RecordOutcome Record(const RecordedFault& record);
  FaultStatus status() const { return {full_ != 0, overflow_}; }
  std::uint32_t first() const { return first_; }  // FRI
  std::uint32_t next() const { return next_; }    // the register the next fault goes to
  std::uint32_t size() const { return static_cast<std::uint32_t>(registers_.size()); }
  const std::optional<RecordedFault>& operator[](std::uint32_t index) const { return registers_[index]; }

  // Software: reads a register and clears its F bit; nothing if it is empty.
  std::optional<RecordedFault> Take(std::uint32_t index);
  void ClearOverflow() { overflow_ = false; }

 private:
  bool collapse_;
  bool overflow_ = false;
  std::uint32_t next_ = 0;  // the hardware's index
  std::uint32_t first_ = 0;
  std::uint32_t full_ = 0;
  std::vector<std::optional<RecordedFault>> registers_;
};

class FaultQueue {
 public:
  explicit FaultQueue(const FaultRecordingConfig& config) : entries_(config.records) {}

  // The slot to write, or nothing: lost.
  std::optional<std::uint32_t> Push();
  FaultStatus status() const { return {head_ != tail_, overflow_}; }
  std::uint32_t used() const { return (tail_ - head_) & (entries_ - 1); }

  // Software: takes the oldest. REQUIRES status().pending.
  std::uint32_t Pop();
  void ClearOverflow() { overflow_ = false; }

 private:
  std::uint32_t entries_;
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
  bool overflow_ = false;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_FAULT_RECORDING_FAULT_RECORDING_CORE_H_

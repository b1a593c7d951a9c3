// SPDX-License-Identifier: Apache-2.0
// What a device outside is told with a submission, and what it may say with its own reads and writes: TLM extensions of
// the generic payloads in both directions.
#ifndef SIOV_MODELS_BRIDGE_DEVICE_INFO_H_
#define SIOV_MODELS_BRIDGE_DEVICE_INFO_H_

#include <sysc/kernel/sc_dynamic_processes.h>  // the sockets of tlm_utils want it with the first <systemc>

#include <cstdint>
#include <systemc>
#include <tlm>

namespace siov {

// With every 64-byte write to a portal: the job, as its descriptor would say it.
struct SubmissionInfo : tlm::tlm_extension<SubmissionInfo> {
  enum class Operation : std::uint8_t { kNoop, kRead, kWrite, kMove, kFill };
  std::uint64_t job = 0;
  Operation operation = Operation::kNoop;
  std::uint64_t source = 0;  // virtual addresses in the PASID's address space
  std::uint64_t destination = 0;
  std::uint32_t size_bytes = 0;
  // Whose it is: of a shared queue the submitting thread's, of a dedicated queue the queue's. What software outside
  // says here is what it writes into its descriptor, which neither ENQCMD nor a dedicated queue looks at.
  std::uint32_t pasid = 0;
  std::uint32_t tenant = 0;
  // The job ends with a write of 32 bytes here, in this PASID...
  std::uint64_t record_address = 0;
  // ... and, if it wants an interrupt, with a write of 4 bytes there afterwards, without PASID.
  bool wants_interrupt = false;
  std::uint64_t interrupt_address = 0;
  // The message it names. Software outside that names none names the one its tenant was given.
  static constexpr std::uint32_t kOwnMessage = 0xFFFF'FFFF;
  std::uint32_t interrupt_handle = kOwnMessage;
  // The model's answer, besides the response status: the queue is full (DMWr only).
  bool retry = false;

  tlm::tlm_extension_base* clone() const override { return new SubmissionInfo(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override { *this = static_cast<const SubmissionInfo&>(other); }
};

// With a read or write of the model's own; without it: untranslated, no PASID, traffic class 0.
struct DmaInfo : tlm::tlm_extension<DmaInfo> {
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  std::uint32_t pasid = kNone;
  bool translated = false;  // AT=10: the address is a host-physical one
  bool relaxed_ordering = false;
  std::uint8_t traffic_class = 0;
  bool job_failed = false;  // with a completion record: the job did not succeed

  tlm::tlm_extension_base* clone() const override { return new DmaInfo(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override { *this = static_cast<const DmaInfo&>(other); }
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_DEVICE_INFO_H_

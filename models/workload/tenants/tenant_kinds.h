// SPDX-License-Identifier: Apache-2.0
// How tenants of a class behave: when they submit, from where, to which addresses, into which buffers.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_TENANT_KINDS_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_TENANT_KINDS_H_

#include <cstdint>

namespace siov {

enum class ArrivalProcess : std::uint8_t {
  kPoisson,     // open loop: one superposed process for the class, the tenant drawn per job
  kFixedRate,   // open loop: evenly spaced over the class, tenants in turn
  kOutside,     // when a model from outside says so
  kClosedLoop,  // each tenant keeps queue_depth jobs outstanding, with think time between
};

enum class JobOrigin : std::uint8_t {
  kHost,    // submitted by a CPU through a portal; the tenant notices completion
  kDevice,  // begins in the device, as DMA of a packet from the network does: no submission crosses the link, no
            // completion record is written, and the job ends when its data has moved
};

enum class AddressPattern : std::uint8_t { kSequential, kUniform, kZipf, kHotCold };

// By which instruction a tenant submits to a shared queue.
enum class Submitter : std::uint8_t {
  kProcess,  // ENQCMD: the PASID is the thread's
  kKernel,   // ENQCMDS: the command's own
};

// What is wrong with every submission of a class.
enum class SubmissionFault : std::uint8_t {
  kNone,
  kPasidNotValid,   // IA32_PASID of the thread
  kOperandNotZero,  // bits of the command that must be
  kNotAligned,      // the destination, to 64 bytes
  kNoPortal,        // the destination is memory
};

// When the hypervisor learns which PASID of the host a guest's is.
enum class GuestPasidEntries : std::uint8_t { kOnExit, kPrepared, kNotBound };

enum class BufferMapping : std::uint8_t {
  kPinned,     // mapped for ever
  kStreaming,  // mapped for each job and unmapped after it
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_TENANT_KINDS_H_

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

enum class BufferMapping : std::uint8_t {
  kPinned,     // mapped for ever
  kStreaming,  // mapped for each job and unmapped after it
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_TENANT_KINDS_H_

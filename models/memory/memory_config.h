// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of host memory as devices see it: last-level cache and DRAM channels.
#ifndef SIOV_MODELS_MEMORY_MEMORY_CONFIG_H_
#define SIOV_MODELS_MEMORY_MEMORY_CONFIG_H_

#include <cstdint>

#include "models/base/config_fault.h"
#include "models/base/set_associative.h"
#include "models/base/units.h"

namespace siov {

enum class MemoryResidency : std::uint8_t {
  kLlcTags,  // LLC tag array decides: hit LLC, miss DRAM, DMA allocates
  kAllLlc,   // everything hits (a warm cache)
  kAllDram,  // everything misses (a cold cache)
};

struct MemoryConfig {
  MemoryResidency residency = MemoryResidency::kLlcTags;
  CacheGeometry llc;             // entries are lines
  bool reads_allocate = false;   // with LLC tags: a line read from DRAM is kept (device writes always allocate)
  bool iommu_reads_hit = false;  // table entries and descriptors the IOMMU reads are in the LLC, whatever data does
  std::uint32_t line_bytes = 64;
  Picoseconds llc_latency_ps = 0;    // access time of a line in the LLC
  Picoseconds dram_latency_ps = 0;   // access time of a line in DRAM, LLC miss included
  std::uint32_t llc_slices = 1;      // independent LLC ports, interleaved by line
  double llc_bytes_per_second = 0;   // of one slice; 0 = unlimited
  std::uint32_t dram_channels = 1;   // interleaved by line
  double dram_bytes_per_second = 0;  // of one channel; 0 = unlimited
  ConfigFaults Validate() const;
};

}  // namespace siov

#endif  // SIOV_MODELS_MEMORY_MEMORY_CONFIG_H_

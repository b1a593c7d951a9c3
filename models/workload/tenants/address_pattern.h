// SPDX-License-Identifier: Apache-2.0
// Where a tenant's jobs point: offsets inside its working set, and how its address space is laid out.
//
// Every tenant uses the same virtual addresses in an address space of its own, as guests that run the same software do.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_ADDRESS_PATTERN_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_ADDRESS_PATTERN_H_

#include <cstdint>
#include <optional>

#include "models/base/random.h"
#include "models/base/units.h"
#include "models/workload/tenants/traffic_config.h"

namespace siov {

// A tenant's virtual ranges, each on a 2 MiB boundary, so that they never share a 4 KiB or 2 MiB page.
struct AddressMap {
  static constexpr std::uint64_t kRangeAlignment = std::uint64_t{1} << kPageShift2M;
  static constexpr std::uint32_t kRecordBytes = 32;
  static constexpr std::uint32_t kRecordSlots = kPage4K / kRecordBytes;  // used in turn

  AddressMap(std::uint64_t base_address, std::uint64_t working_set_bytes)
      : source(base_address),
        destination(source + CeilDiv(working_set_bytes, kRangeAlignment) * kRangeAlignment),
        records(destination + CeilDiv(working_set_bytes, kRangeAlignment) * kRangeAlignment) {}
  static std::uint64_t RecordAt(std::uint64_t records, std::uint32_t job_of_tenant) {
    return records + std::uint64_t{job_of_tenant % kRecordSlots} * kRecordBytes;
  }

  std::uint64_t source;
  std::uint64_t destination;
  std::uint64_t records;
};

// Offsets of jobs of one size in one class. Aligned; offset + size never exceeds the working set.
//
//   sequential  each job begins where the tenant's last one ended, then from the start again
//   uniform     every aligned offset equally likely
//   Zipf        a page (4 KiB, or the alignment if larger) by Zipf's law, then an offset in it that keeps a job that
//               fits into the page inside it; popular pages are spread over the working set
//   hot/cold    uniform in the first hot_fraction with hot_probability, else uniform in the rest
class AddressPatternSampler {
 public:
  // REQUIRES that TenantClassConfig's Validate finds no fault.
  AddressPatternSampler(const TenantClassConfig& config, std::uint32_t size_bytes);

  // `cursor` is the tenant's; only sequential uses it.
  std::uint64_t Draw(std::uint64_t* cursor, RandomStream& random) const;

  static constexpr std::uint64_t HotBytes(std::uint64_t working_set_bytes, double hot_fraction,
                                          std::uint64_t alignment) {
    return AlignDown(static_cast<std::uint64_t>(static_cast<double>(working_set_bytes) * hot_fraction), alignment);
  }

 private:
  std::uint64_t Sequential(std::uint64_t* cursor) const;
  std::uint64_t Zipf(RandomStream& random) const;
  std::uint64_t HotCold(RandomStream& random) const;
  // Aligned starts in [0, bytes) from which the job fits.
  std::uint64_t Starts(std::uint64_t bytes) const { return bytes < size_ ? 0 : (bytes - size_) / alignment_ + 1; }

  AddressPattern pattern_;
  std::uint64_t working_set_;
  std::uint64_t size_;
  std::uint64_t alignment_;
  std::uint64_t starts_;
  // Zipf
  std::uint64_t block_ = 0;
  std::uint64_t block_step_ = 1;  // rank -> block: a stride without common divisor with the number of blocks
  std::uint64_t starts_in_block_ = 1;
  std::optional<ZipfSampler> zipf_;
  // hot/cold
  double hot_probability_;
  std::uint64_t hot_bytes_ = 0;
  std::uint64_t hot_starts_ = 0;
  std::uint64_t cold_starts_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_ADDRESS_PATTERN_H_

// SPDX-License-Identifier: Apache-2.0
// Interrupt remapping without SystemC: the checks on a message, the interrupt entry cache, and the posting rule.
//
// Checks in the order of VT-d 5.1.4 as far as modelled: compatibility format (25h), reserved bits of the request (20h),
// index within the table (21h); then of the entry: present (22h), source id (26h). The vCPU is the one the entry names.
//
// Posting (VT-d 5.2.3): every interrupt sets its bit in the vCPU's descriptor; if ON was clear it is set and one
// notification goes out. ON stays set until the CPU has taken the notification and, beyond that, for the notification
// window, in which the handler keeps looking; it looks once more as it clears ON. So an interrupt that finds ON set is
// seen when the notification is delivered or, if it came later than that, when the window ends.
#ifndef SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CORE_H_
#define SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CORE_H_

#include <cstdint>
#include <vector>

#include "models/base/set_associative.h"
#include "models/device/ims/interrupt_message.h"
#include "models/iommu/interrupt_remapper/interrupt_remapper_config.h"
#include "models/protocol/invalidation.h"

namespace siov {

enum class InterruptFault : std::uint8_t {
  kNone = 0,
  kReservedBits = 0x20,
  kIndex = 0x21,
  kNotPresent = 0x22,
  kCompatibilityFormat = 0x25,
  kSource = 0x26,
};

// Is remapping entry `index` one of those an interrupt-entry invalidation names (VT-d 6.5.2.7)?
inline bool CoversEntry(const CacheInvalidation& what, std::uint32_t index) {
  return what.what.granularity == InvalidationGranularity::kGlobal ||
         (index >> what.what.page_shift) == (what.address >> what.what.page_shift);
}

inline constexpr std::uint32_t kRemappingEntryBytes = 16;
inline constexpr std::uint32_t kPostedDescriptorBytes = 64;

class InterruptRemapperCore {
 public:
  struct Posted {
    bool notifies;     // a notification goes out for it
    Picoseconds seen;  // by the vCPU
  };

  InterruptRemapperCore(const InterruptRemapperConfig& config, std::uint32_t vcpus)
      : config_(config), cache_(config.entry_cache), vcpus_(vcpus) {}

  InterruptFault Check(const DecodedInterrupt& interrupt) const {
    if (!interrupt.remappable) return InterruptFault::kCompatibilityFormat;
    if (!interrupt.reserved_zero) return InterruptFault::kReservedBits;
    return interrupt.index < config_.table_entries ? InterruptFault::kNone : InterruptFault::kIndex;
  }
  // Of the entry a message from `requester` names, which was found in the cache or read.
  InterruptFault CheckEntry(std::uint32_t index, RequesterId requester) const {
    if (!Present(index)) return InterruptFault::kNotPresent;
    return config_.entries[index].source == requester ? InterruptFault::kNone : InterruptFault::kSource;
  }
  bool Present(std::uint32_t index) const { return index < config_.entries.size() && config_.entries[index].present; }
  bool Lookup(std::uint32_t index) { return cache_.Lookup(index) != nullptr; }
  void Fill(std::uint32_t index) { cache_.Insert(index, {}); }
  // Forgets what an interrupt-entry invalidation covers; returns how many entries.
  std::size_t Invalidate(const CacheInvalidation& what) {
    return cache_.EraseIf([&](std::uint32_t index, const Held&) { return CoversEntry(what, index); });
  }
  std::uint64_t EntryAddress(std::uint32_t index) const {
    return config_.table_address + std::uint64_t{index} * kRemappingEntryBytes;
  }

  // REQUIRES Present(index).
  std::uint32_t VcpuOf(std::uint32_t index) const { return config_.entries[index].vcpu; }
  std::uint64_t DescriptorAddress(std::uint32_t vcpu) const {
    return config_.descriptor_address + std::uint64_t{vcpu} * kPostedDescriptorBytes;
  }
  // Posts an interrupt at `now`. REQUIRES calls in order of time.
  Posted Post(std::uint32_t vcpu, Picoseconds now);

 private:
  struct Held {};
  struct Vcpu {
    Picoseconds delivered = 0;  // of the notification under way or last sent
    Picoseconds on_clear = 0;   // ON is set before this time
  };
  InterruptRemapperConfig config_;
  SetAssociativeCache<std::uint32_t, Held> cache_;
  std::vector<Vcpu> vcpus_;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_INTERRUPT_REMAPPER_INTERRUPT_REMAPPER_CORE_H_

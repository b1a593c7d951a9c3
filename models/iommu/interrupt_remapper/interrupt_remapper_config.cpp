// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/interrupt_remapper/interrupt_remapper_config.h"

#include "models/iommu/interrupt_remapper/interrupt_remapper_core.h"

namespace siov {

ConfigFaults InterruptRemapperConfig::Validate() const {
  ConfigFaults faults;
  const auto require = [&faults](bool holds, const char* field, std::uint64_t value, const char* allowed) {
    if (!holds) faults.push_back({field, std::to_string(value), allowed});
  };
  require(table_entries >= 2 && table_entries <= kMaxInterruptIndices && IsPowerOfTwo(table_entries), "table_entries",
          table_entries, "a power of two from 2 to 65536");
  require(table_address % kPage4K == 0, "table_address", table_address, "a multiple of 4096");
  require(descriptor_address % kPostedDescriptorBytes == 0, "descriptor_address", descriptor_address,
          "a multiple of 64");
  require(delivery == InterruptDelivery::kPosted || notification_window_ps == 0, "notification_window_ps",
          notification_window_ps, "0: only posted interrupts coalesce");
  for (ConfigFault& fault : entry_cache.Validate("entry_cache")) faults.push_back(std::move(fault));
  return faults;
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/interrupt_remapper/interrupt_remapper_config.h"

#include "models/iommu/interrupt_remapper/interrupt_remapper_core.h"

namespace siov {

ConfigFaults InterruptRemapperConfig::Validate() const {
  ConfigFaults faults = InterruptRemapperParameters::Validate();
  Require(entries.size() <= table_entries, "entries", entries.size(), "at most table_entries", &faults);
  Require(table_address % kPage4K == 0, "table_address", table_address, "a multiple of 4096", &faults);
  Require(descriptor_address % kPostedDescriptorBytes == 0, "descriptor_address", descriptor_address,
          "a multiple of 64", &faults);
  Require(delivery == InterruptDelivery::kPosted || notification_window_ps == 0, "notification_window_ps",
          notification_window_ps, "0: only posted interrupts coalesce", &faults);
  return faults;
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// A process that exits during the run: when, whose, and which device works for it.
#ifndef SIOV_MODELS_HOST_CPUS_PROCESS_EXITS_CONFIG_H_
#define SIOV_MODELS_HOST_CPUS_PROCESS_EXITS_CONFIG_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/base/units.h"

namespace siov {

struct ProcessExit {
  Picoseconds at_ps = 0;
  TenantId tenant;
  Pasid pasid;
  std::uint32_t endpoint = 0;  // index of the device by name order
  RequesterId requester = 0;
  std::uint32_t iommu = 0;
  Picoseconds poll_ps = 0;  // from the device having stopped until its driver sees it
  bool stop_marker = true;  // the device sends a Stop Marker; else it waits for its page responses
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_PROCESS_EXITS_CONFIG_H_

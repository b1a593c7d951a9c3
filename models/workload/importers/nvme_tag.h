// SPDX-License-Identifier: Apache-2.0
// What joins the start and the completion of an NVMe command: its controller, its queue, its id within the queue.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_NVME_TAG_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_NVME_TAG_H_

#include <cstdint>

namespace siov {

// `controller` is 0 where a log does not name it.
inline std::uint64_t NvmeTag(std::uint64_t controller, std::uint64_t queue, std::uint64_t command) {
  return controller << 32u | queue << 16u | command;
}

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_NVME_TAG_H_

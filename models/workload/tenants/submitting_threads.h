// SPDX-License-Identifier: Apache-2.0
// The threads of tenants as the CPUs see them that execute their submissions: registers, operands, and the mistakes
// that a class is configured to make. Pure.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_SUBMITTING_THREADS_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_SUBMITTING_THREADS_H_

#include <cstdint>

#include "models/protocol/submission.h"
#include "models/workload/tenants/traffic_config.h"

namespace siov {

// A process on the host whose thread has the PASID in its register.
SubmittingThread ProcessOf(Pasid pasid);
// Of the class's tenant `index`. `pasid`: the host's, under which the device works for it.
SubmittingThread ThreadOf(const TenantClassConfig& config, std::uint32_t index, Pasid pasid);

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_SUBMITTING_THREADS_H_

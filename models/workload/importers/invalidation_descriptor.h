// SPDX-License-Identifier: Apache-2.0
// Decodes the 128-bit descriptors of the VT-d invalidation queue that recordings print raw (VT-d specification,
// section 6.5.2), those of scalable mode among them.
#ifndef SIOV_MODELS_WORKLOAD_IMPORTERS_INVALIDATION_DESCRIPTOR_H_
#define SIOV_MODELS_WORKLOAD_IMPORTERS_INVALIDATION_DESCRIPTOR_H_

#include <cstdint>

#include "models/workload/trace/trace_record.h"

namespace siov {

struct InvalidationDescriptor {
  TraceRecord record;  // stream is left out: has_requester says whether requester_id names one
  bool has_requester = false;
  RequesterId requester_id = 0;
};

// False when the type or its granularity is none of those this decodes.
bool DecodeInvalidation(std::uint64_t qword0, std::uint64_t qword1, InvalidationDescriptor* out);

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_IMPORTERS_INVALIDATION_DESCRIPTOR_H_

// SPDX-License-Identifier: Apache-2.0
// What a block finds wrong with its parameters, in the words of the message they were read from: a block knows
// llc_latency_ps, its user llc_latency_ns or llc_latency_cycles, and the value in that unit.
#ifndef SIOV_PLATFORMS_RESOLVE_SCHEMA_NAMES_H_
#define SIOV_PLATFORMS_RESOLVE_SCHEMA_NAMES_H_

#include <google/protobuf/message.h>

#include "models/base/config_fault.h"

namespace siov {

// The fault with the field, the value and the names in `allowed` as the message has them; what it does not have stays.
ConfigFault InSchemaNames(ConfigFault fault, const google::protobuf::Message& message);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_SCHEMA_NAMES_H_

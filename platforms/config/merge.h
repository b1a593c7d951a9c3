// SPDX-License-Identifier: Apache-2.0
// Laying one configuration over another.
//
// Scalars and enumerations of the upper layer win; sub-messages merge field by field; elements of a keyed list (nodes,
// links, clocks, tenant classes, queues) merge with the element of the same name, new names are appended; any other
// list, if the upper layer has it at all, replaces the lower one as a whole. A oneof the upper layer sets to another
// case replaces the lower case.
#ifndef SIOV_PLATFORMS_CONFIG_MERGE_H_
#define SIOV_PLATFORMS_CONFIG_MERGE_H_

#include <google/protobuf/message.h>

#include <string>

#include "platforms/config/fault.h"

namespace siov {

// Lays `upper` over `lower` (same type). `base` is the canonical path of both. Places of what `upper` replaced as a
// whole are erased from `lower_places`; the caller then merges the places of `upper`.
void MergeLayer(const google::protobuf::Message& upper, google::protobuf::Message* lower, const std::string& base,
                LocationMap* lower_places);

}  // namespace siov

#endif  // SIOV_PLATFORMS_CONFIG_MERGE_H_

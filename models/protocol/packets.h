// SPDX-License-Identifier: Apache-2.0
// The list of all packets that travel between blocks: a new protocol adds its packet here, and pools, sockets and
// wiring know it.
#ifndef SIOV_MODELS_PROTOCOL_PACKETS_H_
#define SIOV_MODELS_PROTOCOL_PACKETS_H_

#include "models/protocol/dispatch.h"
#include "models/protocol/interrupt_request.h"
#include "models/protocol/mapping_request.h"
#include "models/protocol/notification.h"
#include "models/protocol/observed_write.h"
#include "models/protocol/submission.h"
#include "models/protocol/table_access.h"
#include "models/protocol/tlp.h"
#include "models/protocol/walk.h"

namespace siov {

// Template<all packets...>
template <template <class...> class Template>
using OfAllPackets = Template<Tlp, Walk, TableAccess, Submission, MappingRequest, Dispatch, InterruptRequest,
                              Notification, ObservedWrite>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_PACKETS_H_

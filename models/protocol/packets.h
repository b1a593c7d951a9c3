// SPDX-License-Identifier: Apache-2.0
// The list of all packets that travel between blocks: a new protocol adds its packet here, and pools, sockets and
// wiring know it.
#ifndef SIOV_MODELS_PROTOCOL_PACKETS_H_
#define SIOV_MODELS_PROTOCOL_PACKETS_H_

#include "models/protocol/dispatch.h"
#include "models/protocol/fault_record.h"
#include "models/protocol/interrupt_request.h"
#include "models/protocol/invalidation_command.h"
#include "models/protocol/invalidation_request.h"
#include "models/protocol/iommu_event.h"
#include "models/protocol/mapping_request.h"
#include "models/protocol/notification.h"
#include "models/protocol/observed_write.h"
#include "models/protocol/page_request_access.h"
#include "models/protocol/pasid_end.h"
#include "models/protocol/submission.h"
#include "models/protocol/table_access.h"
#include "models/protocol/tlp.h"
#include "models/protocol/walk.h"

namespace siov {

// Template<all packets...>
template <template <class...> class Template>
using OfAllPackets = Template<Tlp, Dispatch, FaultRecord, InterruptRequest, InvalidationCommand, InvalidationRequest,
                              IommuEvent, MappingRequest, Notification, ObservedWrite, PageRequestAccess, PasidEnd,
                              PasidStop, PasidTeardown, Submission, TableAccess, Walk>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_PACKETS_H_

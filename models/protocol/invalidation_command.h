// SPDX-License-Identifier: Apache-2.0
// A descriptor of the invalidation queue as software (driver, fault_service) writes it. END_REQ: it is in the ring.
// Answered when the queue has no more use for it: completed or aborted, or on its way if it is a page group response.
// Pure.
#ifndef SIOV_MODELS_PROTOCOL_INVALIDATION_COMMAND_H_
#define SIOV_MODELS_PROTOCOL_INVALIDATION_COMMAND_H_

#include <cstdint>

#include "models/protocol/invalidation.h"
#include "models/protocol/packet.h"
#include "models/protocol/tlp.h"

namespace siov {

// Of a page group response (type 9): what its message will say, and where it leaves.
struct PageGroupAnswer {
  PageResponseCode code = PageResponseCode::kSuccess;
  std::uint16_t group = 0;  // PRG index
  bool with_pasid = true;   // the function wants the PASID on it
  std::uint8_t port = 0;    // by which the request came to the page request queue
};

struct InvalidationCommandHeader {
  static constexpr const char* kName = "invalidation command";
  static constexpr bool kAnswered = true;

  CacheInvalidation what;
  std::uint32_t bytes = 0;  // its size in the ring
  PageGroupAnswer page_group;
  // Answered: Success; CompleterAbort for what timed out, a wait that a time-out aborted, a bad descriptor.
  CompletionStatus status = CompletionStatus::kSuccess;
  std::uint8_t writer = 0;    // the queue's own: which of its two writers' sockets it came by
  std::uint64_t context = 0;  // the originator's own
};
using InvalidationCommand = Packet<InvalidationCommandHeader>;

// What the message says that a page group response becomes. `message`: a fresh kPageGroupResponse.
inline void WriteResponse(const InvalidationCommandHeader& command, TlpHeader* message) {
  message->requester = command.what.requester;
  message->pasid = command.what.pasid;
  message->page_group = command.page_group.group;
  message->response_code = command.page_group.code;
  message->response_with_pasid = command.page_group.with_pasid;
  message->source_port = command.page_group.port;
}

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_INVALIDATION_COMMAND_H_

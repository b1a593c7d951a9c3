// SPDX-License-Identifier: Apache-2.0
// An access of software (fault_service) to a page request queue: its registers PQH, PQT and PRS, or an entry of its
// ring. A CPU waits for such an access, so it is answered before Send() returns; the delay of the answer is what it
// takes, which is nothing today (what software's work on an entry takes is fault_service's own parameter). Pure.
#ifndef SIOV_MODELS_PROTOCOL_PAGE_REQUEST_ACCESS_H_
#define SIOV_MODELS_PROTOCOL_PAGE_REQUEST_ACCESS_H_

#include <cstdint>

#include "models/protocol/packet.h"
#include "models/protocol/page_request_words.h"
#include "models/protocol/tlp.h"

namespace siov {

struct PageRequestAccessHeader {
  static constexpr const char* kName = "page request access";
  static constexpr bool kAnswered = true;

  enum class Kind : std::uint8_t {
    kReadStatus,     // PQT - PQH and PRS.PRO: answered by `used` and `overflow`
    kReadEntry,      // of the ring, the `value`-th from the head: answered by `request` and `message`
    kAdvanceHead,    // PQH: the `value` first entries are software's no longer
    kClearPending,   // PRS.PPR
    kClearOverflow,  // PRS.PRO; REQUIRES that the ring is empty
  };
  Kind kind = Kind::kReadStatus;
  std::uint32_t value = 0;

  std::uint32_t used = 0;  // entries that software may read
  bool overflow = false;
  PageRequestFields request;
  Tlp* message = nullptr;  // that brought the entry: carries the story of the job that waits, and is software's now
};
using PageRequestAccess = Packet<PageRequestAccessHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_PAGE_REQUEST_ACCESS_H_

// SPDX-License-Identifier: Apache-2.0
// An access of one of the house's own agents to memory: page walker, page request queue, invalidation queue, fault
// queue, interrupt remapper. At a physical address of the host, of no PCIe requester and behind no other write; what
// devices read and write are TLPs (tlp.h).
#ifndef SIOV_MODELS_PROTOCOL_TABLE_ACCESS_H_
#define SIOV_MODELS_PROTOCOL_TABLE_ACCESS_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/protocol/carried.h"
#include "models/protocol/packet.h"

namespace siov {

struct TableAccessHeader {
  static constexpr const char* kName = "table access";
  enum class Kind : std::uint8_t {
    kRead,
    kWrite,        // or atomic update: answered when it is visible
    kPostedWrite,  // given away: nobody waits for it
  };

  std::uint64_t address = 0;
  std::uint64_t context = 0;  // for the originator's own use
  std::uint32_t length_bytes = 0;
  TenantRef tenant;  // on whose behalf, for models of memory that want to know
  Kind kind = Kind::kRead;
  bool failed = false;  // the answer: memory refused it
};
using TableAccess = Packet<TableAccessHeader>;

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_TABLE_ACCESS_H_

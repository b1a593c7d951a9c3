// SPDX-License-Identifier: Apache-2.0
#include "models/kernel/payload.h"

namespace siov {

Payload* PayloadPool::Take(TlpKind kind, std::uint64_t address, std::uint32_t length_bytes, Picoseconds now) {
  Payload* payload = &pool_.Take(this);
  payload->acquire();
  payload->set_command(IsPosted(kind) || kind == TlpKind::kDeferrableWrite ? tlm::TLM_WRITE_COMMAND
                                                                           : tlm::TLM_READ_COMMAND);
  payload->set_address(address);
  payload->set_data_length(length_bytes);
  Tlp& tlp = TlpOf(*payload);
  tlp.Reset();
  tlp.kind = kind;
  tlp.ledger.Open(now);
  return payload;
}

}  // namespace siov

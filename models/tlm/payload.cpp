// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/payload.h"

namespace siov {

PayloadPool::~PayloadPool() {
  // The extensions belong to this pool, so the payloads must not free them.
  for (Payload& payload : owned_) payload.clear_extension<TlpExtension>();
}

Payload* PayloadPool::Take(TlpKind kind, std::uint64_t address, std::uint32_t length_bytes, Picoseconds now) {
  if (free_.empty()) {
    owned_.emplace_back(this);
    extensions_.emplace_back();
    owned_.back().set_extension(&extensions_.back());
    free_.push_back(&owned_.back());
  }
  Payload* payload = free_.back();
  free_.pop_back();
  payload->acquire();
  payload->set_command(IsPosted(kind) || kind == TlpKind::kDeferrableWrite ? tlm::TLM_WRITE_COMMAND
                                                                           : tlm::TLM_READ_COMMAND);
  payload->set_address(address);
  payload->set_data_length(length_bytes);
  Tlp& tlp = TlpOf(*payload);
  Ledger ledger = std::move(tlp.ledger);  // keeps its spill capacity
  tlp = Tlp{};
  tlp.ledger = std::move(ledger);
  tlp.kind = kind;
  tlp.ledger.Open(now);
  return payload;
}

}  // namespace siov

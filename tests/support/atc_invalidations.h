// SPDX-License-Identifier: Apache-2.0
// Invalidate requests for an ATC on a bench (atc_bench.h), and the completions that came back.
#ifndef SIOV_TESTS_SUPPORT_ATC_INVALIDATIONS_H_
#define SIOV_TESTS_SUPPORT_ATC_INVALIDATIONS_H_

#include <vector>

#include "models/protocol/ats_words.h"
#include "tests/support/atc_bench.h"

namespace siov {

inline constexpr Pasid kNoPasid{};

struct InvalidateRequest {
  Pasid pasid;
  std::uint64_t address = 0;
  std::uint8_t page_shift = kPageShift4K;  // 64: everything
  bool global = false;
  std::uint32_t itag = 0;
};

inline Tlp* InvalidateAt(AtcBench& bench, Picoseconds at, const InvalidateRequest& request) {
  Tlp* payload = bench.messages.Packet(TlpKind::kInvalidateRequest, request.address, 8);
  payload->requester = 0x0100;
  payload->pasid = request.pasid;
  payload->virtual_address = EncodeInvalidateBody(request.address, request.page_shift, request.global);
  payload->itags = request.itag;
  bench.messages.SendAt(at, *payload);
  return payload;
}

// Invalidate completions in the order in which they reached the device port.
inline PeerLog Completions(const AtcBench& bench) {
  PeerLog completions;
  for (const PeerEvent& event : bench.log) {
    if (event.peer == "port" && event.kind == TlpKind::kInvalidateCompletion) completions.push_back(event);
  }
  return completions;
}

}  // namespace siov

#endif  // SIOV_TESTS_SUPPORT_ATC_INVALIDATIONS_H_

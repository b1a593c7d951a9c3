// SPDX-License-Identifier: Apache-2.0
// The 64-byte slots of a portal's page, which a thread writes in turn by MOVDIR64B: the same slot again only when the
// line it holds has left the CPU's write-combining buffer. 16 bytes for each tenant that does. Knows no time but what
// it is told. Pure.
#ifndef SIOV_MODELS_HOST_CPUS_PORTAL_SLOTS_H_
#define SIOV_MODELS_HOST_CPUS_PORTAL_SLOTS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/base/ids.h"
#include "models/base/units.h"

namespace siov {

class PortalSlots {
 public:
  struct Turn {
    std::uint32_t slot = 0;
    Picoseconds from = 0;  // when it can be written: now or later
  };

  // REQUIRES slots > 0.
  PortalSlots(std::uint32_t slots, Picoseconds busy) : slots_(slots), busy_(busy) {}

  // The tenant's next slot, taken. Those of the last `slots` writes are busy: the oldest is free `busy` after it, which
  // a rate with a burst of so many says as exactly as their times would, if those who wait wait in turn.
  Turn Take(TenantId tenant, Picoseconds now) {
    if (tenant.value() >= threads_.size()) threads_.resize(tenant.value() + 1);
    Thread& thread = threads_[tenant.value()];
    const Picoseconds step = busy_ / slots_;
    const Picoseconds earliest = thread.due > busy_ - step ? thread.due - (busy_ - step) : 0;
    const Turn turn{thread.next, std::max(now, earliest)};
    thread.due = std::max(thread.due, turn.from) + step;
    thread.next = (thread.next + 1) % slots_;
    return turn;
  }

 private:
  struct Thread {
    Picoseconds due = 0;  // when all its slots would be free if it wrote at the highest rate that lasts
    std::uint32_t next = 0;
  };
  std::uint32_t slots_;
  Picoseconds busy_;
  std::vector<Thread> threads_;  // by tenant
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_PORTAL_SLOTS_H_

// SPDX-License-Identifier: Apache-2.0
// Translations fetched before anybody asks. A prefetch takes a free miss slot and never makes a request wait for one; a
// request for its page joins its walk. What faults is dropped silently: nobody asked.
#include "models/iommu/iotlb/iotlb.h"

namespace siov {

void Iotlb::Prefetch(RequesterId requester, Pasid pasid, std::uint64_t address, unsigned page_shift) {
  if (!prefetcher_.enabled()) return;
  const TranslationPrefetcher::Pages pages = prefetcher_.Observe(requester, pasid, address, page_shift);
  for (std::uint32_t i = 0; i < pages.count && SlotFree() && waiting_.empty(); ++i) {
    const MissKey key = MissKey::Of(requester, pasid, pages.address[i]);
    if (misses_.Find(key) != Misses::kNone || core_.Holds(requester, pasid, key.address())) continue;
    MissState state;
    state.walks = state.prefetch = true;
    const std::uint32_t miss = misses_.Open(key, state);
    ++in_flight_;
    walks_.Increment(now());
    prefetches_.Add();
    to_walker.Send(*TakeWalk(miss, key.address()), 0);
  }
}

// The first use of a prefetched page tells that its stream goes on.
void Iotlb::UsePrefetched(const Tlp& tlp, Translation& hit) {
  hit.prefetched = false;
  prefetches_useful_.Add();
  Prefetch(tlp.requester, tlp.pasid, tlp.virtual_address, hit.page_shift);
}

void Iotlb::CountUnusedPrefetches() {
  prefetches_useless_.Add(core_.unused_prefetches() - unused_prefetches_);
  unused_prefetches_ = core_.unused_prefetches();
}

}  // namespace siov

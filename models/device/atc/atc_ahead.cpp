// SPDX-License-Identifier: Apache-2.0
// Translations before anybody asks: further pages of a job's buffer in one request, and prefetches.
//
// Further pages are asked for by the same request; each is a miss of its own from then on, so that whoever needs it
// waits for that request. A prefetch is a miss nobody waits for yet. It takes a slot only while none is wanted, never
// leads to a page request, and is told apart in the cache until its first use.
#include "models/device/atc/atc.h"

namespace siov {
// How many translations to ask for: the pages that follow in the buffer, up to one that is held or under way.
std::uint32_t Atc::CoverPages(std::uint32_t miss, const TlpHeader& cause) {
  const MissKey key = misses_.key(miss);
  const std::uint64_t end = cause.virtual_address + cause.buffer_left;
  std::uint32_t translations = 1;
  for (; translations < most_translations_; ++translations) {
    const std::uint64_t address = key.address() + translations * unit_bytes_;
    const MissKey next = MissKey::Of(key.requester, Pasid(key.pasid), address);
    if (address >= end || misses_.Find(next) != Misses::kNone || entries_.Holds(Pasid(key.pasid), address)) break;
    MissState state;
    state.phase = Phase::kCovered;
    state.serial = request_serial_ + 1;
    state.asked_no_write = no_write_requests_ && !misses_.state(miss).has_writes;
    misses_.Open(next, state);
  }
  return translations;
}

// The request of `asked`, for the page of `first` and others, is answered: by `answer`, or by nothing usable.
void Atc::SettleCovered(const MissKey& first, const MissState& asked, const Tlp* answer) {
  for (std::uint32_t i = 1; i < asked.translations; ++i) {
    const std::uint64_t address = first.address() + i * unit_bytes_;
    const std::uint32_t miss = misses_.Find(MissKey::Of(first.requester, Pasid(first.pasid), address));
    if (miss == Misses::kNone) continue;
    if (misses_.state(miss).serial != asked.serial) continue;
    const std::optional<Translation> page = answer == nullptr ? std::nullopt : EntryOf(*answer, address);
    if (page) {
      OnPage(miss, *page);
    } else if (misses_.HasWaiters(miss)) {
      misses_.first(miss).payload->ledger.Mark(Stage::kAtsWait, now());
      AskTranslation(miss);
    } else {
      misses_.Close(miss);
    }
  }
}

// The translation of a completion that holds `address`; none if it ends before.
std::optional<Translation> Atc::EntryOf(const Tlp& answer, std::uint64_t address) {
  const unsigned shift = answer.translation.page_shift;
  const std::uint64_t entry = (address >> shift) - (answer.virtual_address >> shift);
  if (entry >= answer.translations) return std::nullopt;
  Translation found = answer.translation;
  if (entry == 0) return found;
  const TranslationBatch::Page& page = answer.batch->further[entry - 1];
  found.address = page.address;
  found.read = page.read;
  found.write = page.write;
  found.global = page.global;
  return found;
}

// A hit on what was prefetched, for the first time.
void Atc::OnFirstUse(const Request& request, Translation& found) {
  ahead_stats_.useful.Add();
  found.prefetched = false;
  const Translation translation = found;
  const TlpHeader origin = *request.payload;
  Deliver(request, translation);
  PrefetchAfter(origin);
}

void Atc::PrefetchAfter(const TlpHeader& origin) {
  const Pasid space = SpaceOf(origin);
  prefetcher_.OnAccess(space.value(), origin.virtual_address >> unit_shift_, [&](std::uint64_t page) {
    const std::uint64_t address = page << unit_shift_;
    const MissKey key = MissKey::Of(origin.requester, space, address);
    const bool room = control_.on() && !stops_.any_stopping() && slots_.open();
    if (!room || misses_.Find(key) != Misses::kNone || entries_.Holds(space, address)) return;
    ahead_stats_.issued.Add();
    MissState state;
    state.prefetch = true;
    Ask(misses_.Open(key, state), origin, 1);
  });
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// The page walk as a state machine: which entry is read next, given that the previous one has arrived.
//
// In hardware order: root and context entry (unless the context cache holds the requester), PASID directory and PASID
// entry (unless the PASID cache holds requester and PASID), then the tables. In nested mode every first-stage table and
// the final address go through the second stage; the PASID structures never do. Paging-structure caches hold references
// to tables, never leaves, and let a walk begin below the root; what a walk has learned is entered when it ends, so a
// walk never profits from itself: with cold caches it takes (n+1)(m+1)-1 reads for n on m levels.
// First-stage caches hold host-physical table addresses (the second stage of that table is not repeated).
// Pure: no time. models/page_walker/page_walker.h gives every read its memory access.
#ifndef SIOV_MODELS_PAGE_WALKER_PAGE_WALKER_CORE_H_
#define SIOV_MODELS_PAGE_WALKER_PAGE_WALKER_CORE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/base/ids.h"
#include "models/base/set_associative.h"
#include "models/page_tables/address_spaces.h"
#include "models/page_tables/fault_reason.h"
#include "models/page_walker/page_walker_config.h"
#include "models/page_walker/walker_caches.h"
#include "models/tlm/tlp.h"

namespace siov {

// What one walk did, for the shell to count.
struct WalkTally {
  std::uint8_t structure_reads = 0;
  std::array<std::uint8_t, kMaxTableLevels> first_reads{};  // by level - 1
  std::array<std::uint8_t, kMaxTableLevels> second_reads{};
  bool context_hit = false;
  bool context_looked_up = false;
  bool pasid_hit = false;
  bool first_cache_hit = false;
  std::uint8_t second_cache_hits = 0;
  std::uint8_t nested_cache_hits = 0;
};

// One walk in progress. Reused by its walker; the fields are the core's.
class Walk {
 public:
  const Translation& result() const { return result_; }
  const WalkTally& tally() const { return tally_; }

 private:
  friend class PageWalkerCore;
  enum class Step : std::uint8_t {
    kStart,
    kContext,
    kDirectory,
    kPasidEntry,
    kTables,
    kFirstEntry,
    kFirstData,
    kSecondStart,
    kSecondEntry,
    kSecondData,
    kDone
  };
  // A second-stage translation made on the way.
  struct Guest {
    std::uint64_t address = 0;
    std::uint64_t page = 0;          // host-physical
    std::uint8_t referred_from = 0;  // levels [referred_to, referred_from] were read as references to tables
    std::uint8_t referred_to = 1;
    bool table = false;  // of a first-stage table, not of the final address
    bool resolved = false;
  };

  RequesterId requester_ = 0;
  Pasid pasid_;
  std::uint64_t address_ = 0;
  Step step_ = Step::kDone;
  std::optional<AddressSpace> space_;
  unsigned level_ = 0;                                   // of the first-stage entry to read
  unsigned second_level_ = 0;                            // of the second-stage entry to read
  bool table_known_ = false;                             // table_ is host-physical
  std::uint64_t table_ = 0;                              // host-physical first-stage table of level_
  unsigned first_from_ = 0;                              // level the first stage was entered at
  std::array<std::uint64_t, kMaxTableLevels> tables_{};  // host-physical first-stage table by level - 1, where met
  std::array<Guest, kMaxTableLevels + 1> guests_{};
  std::uint8_t guest_count_ = 0;
  unsigned leaf_shift_ = 0;  // of the first stage
  bool context_learned_ = false;
  bool pasid_learned_ = false;
  Translation result_;
  WalkTally tally_;
};

class PageWalkerCore {
 public:
  PageWalkerCore(const PageWalkerConfig& config, const AddressSpaces& spaces);

  void Begin(Walk& walk, RequesterId requester, Pasid pasid, std::uint64_t address) const;
  // The host-physical address of the next entry to read, or nothing: walk.result() is the answer. The previous read's
  // data counts as arrived.
  std::optional<std::uint64_t> NextRead(Walk& walk);

  // Removes what the invalidation names from every cache; returns the number of entries.
  std::size_t Invalidate(const CacheInvalidation& invalidation) { return caches_.Invalidate(invalidation); }
  // A walk in progress that may have read what the invalidation is about: it enters nothing into caches when it ends.
  // True if so; the invalidation is complete when such walks have ended.
  bool Overtake(Walk& walk, const CacheInvalidation& invalidation) const;
  // See TranslationInvalidator.
  void InvalidatePage(Pasid pasid, std::uint64_t address);

 private:
  void LookUpStructures(Walk& walk);
  void EnterTables(Walk& walk);
  void EnterFirst(Walk& walk);
  std::optional<std::uint64_t> ReadFirst(Walk& walk);
  void TakeFirst(Walk& walk);
  void AddGuest(Walk& walk, std::uint64_t guest, bool table);
  void EnterSecond(Walk& walk);
  std::uint64_t ReadSecond(Walk& walk);
  void TakeSecond(Walk& walk);
  void ResolveGuest(Walk& walk, std::uint64_t page);
  void Finish(Walk& walk, std::uint64_t address, unsigned page_shift);
  void Fail(Walk& walk, FaultReason reason);
  void Learn(const Walk& walk);
  void LearnGuest(const Walk& walk, const Walk::Guest& guest);

  const AddressSpaces& spaces_;
  WalkerCaches caches_;
};

}  // namespace siov

#endif  // SIOV_MODELS_PAGE_WALKER_PAGE_WALKER_CORE_H_

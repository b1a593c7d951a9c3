// SPDX-License-Identifier: Apache-2.0
// The page walk as a state machine: which entry is read next, given that the previous one has arrived.
//
// VT-d order: root and context entry (unless the context cache holds the requester), PASID directory and PASID entry
// (unless the PASID cache holds requester and PASID), then the tables. RISC-V: device directory, process directory,
// then the tables; process-directory tables pass the second stage when there is one. In nested mode every first-stage
// table and the final address go through the second stage; VT-d's PASID structures never do. Every entry is checked
// where it is read, and the first fault ends the walk.
//
// Accessed bits are set by an atomic update after the entry that lacks one is read, those of leaves together with the
// dirty bit when the whole translation is known. Paging-structure caches let a walk begin below the root; what a walk
// has learned is entered when it ends, so a walk never profits from itself: with cold caches it takes (n+1)(m+1)-1
// reads for n on m levels. Nothing that faulted is cached.
//
// A walk for a translated request (ATS-13) goes through the second stage alone, or through the host permission table.
//
// The result has the rights of user and of privileged requests; whether an access may use them is decided where it is
// answered (models/translation/access_rights.h). Pure: no time. models/iommu/page_walker/page_walker.h gives every
// access its place in memory and time. Parts: vtd_structures.cpp, riscv_structures.cpp, table_walk.cpp,
// contained_walk.cpp, walk_result.cpp.
#ifndef SIOV_MODELS_IOMMU_PAGE_WALKER_PAGE_WALKER_CORE_H_
#define SIOV_MODELS_IOMMU_PAGE_WALKER_PAGE_WALKER_CORE_H_

#include <cstdint>
#include <optional>

#include "models/iommu/page_walker/domain_discipline.h"
#include "models/iommu/page_walker/ongoing_walk.h"
#include "models/iommu/page_walker/page_walker_config.h"
#include "models/iommu/page_walker/walker_caches.h"
#include "models/translation/address_spaces.h"
#include "models/translation/cache_partitions.h"
#include "models/translation/fault_reason.h"

namespace siov {

class PageWalkerCore {
 public:
  // Accessed and dirty bits of `spaces` are updated. `partitions`: which of a partitioned cache a walk uses.
  PageWalkerCore(const PageWalkerConfig& config, AddressSpaces& spaces, CachePartitions partitions = {});

  void Begin(OngoingWalk& walk, const WalkRequest& request) const;
  // The next access, at a host-physical address, or question to caches; or nothing: walk.result() is the answer. The
  // previous one counts as done.
  EntryAccess Next(OngoingWalk& walk) {
    // Most of what a walk reads: a second-stage table that nobody has made different from all others.
    const bool table = walk.step_ == OngoingWalk::Step::kSecondData && walk.second_level_ != walk.second_.leaf_level &&
                       spaces_.AllAsRuled(walk.second_);
    if (!table) return NextSteps(walk);
    EnterSecondTable(walk, walk.second_.Table(walk.second_level_ - 1u, walk.guest().address));
    return ReadSecond(walk);
  }
  // The previous access was answered with an error: the walk ends with the fault of what it was to read or update.
  void AccessFailed(OngoingWalk& walk) const;

  // Removes what the invalidation names from every cache; returns the number of entries.
  std::size_t Invalidate(const CacheInvalidation& invalidation) { return caches_.Invalidate(invalidation); }
  // A walk in progress that may have read what the invalidation is about: it enters nothing into caches when it ends.
  // True if so; the invalidation is complete when such walks have ended.
  bool Overtake(OngoingWalk& walk, const CacheInvalidation& invalidation) const;
  // What a page request makes stale (models/protocol/invalidation_request.h).
  void InvalidatePage(Pasid pasid, std::uint64_t address);

 private:
  using Step = OngoingWalk::Step;
  using Access = EntryAccess;

  EntryAccess NextSteps(OngoingWalk& walk);
  // Asks caches, if any of them takes time, before the walk looks at what they hold in step `next`.
  void Ask(OngoingWalk& walk, WalkerCacheSet caches, Step next) const {
    walk.asked_ = caches & timed_caches_;
    walk.after_lookup_ = next;
    walk.step_ = walk.asked_ == 0 ? next : Step::kAsk;
  }

  // Structures.
  void LookUpPasid(OngoingWalk& walk);
  void LookUpContext(OngoingWalk& walk);
  void TakeRoot(OngoingWalk& walk);
  void TakeContext(OngoingWalk& walk);
  void CheckContext(OngoingWalk& walk);
  void TakeDirectory(OngoingWalk& walk);
  void TakePasidEntry(OngoingWalk& walk);
  Access ReadDevice(OngoingWalk& walk);
  void TakeDevice(OngoingWalk& walk);
  void CheckDevice(OngoingWalk& walk);
  void EnterProcessDirectory(OngoingWalk& walk);
  void EnterProcessLevel(OngoingWalk& walk);
  Access ReadProcess(OngoingWalk& walk);
  void TakeProcess(OngoingWalk& walk);

  // Translated requests (contained_walk.cpp).
  void EnterContained(OngoingWalk& walk);
  void EnterGuestPhysical(OngoingWalk& walk);
  Access ReadPermission(OngoingWalk& walk);
  void TakePermission(OngoingWalk& walk);

  // Tables.
  void SetSpace(OngoingWalk& walk, const std::optional<AddressSpace>& space) const;
  void EnterTables(OngoingWalk& walk);
  void PassThrough(OngoingWalk& walk);
  void EnterFirst(OngoingWalk& walk);
  void LookUpFirst(OngoingWalk& walk);
  Access ReadFirst(OngoingWalk& walk);
  Access TakeFirst(OngoingWalk& walk);
  Access UpdateFirst(OngoingWalk& walk, const TableEntry& entry, Step next);
  void DescendFirst(OngoingWalk& walk);
  void AddGuest(OngoingWalk& walk, std::uint64_t guest, OngoingWalk::GuestUse use);
  void EnterSecond(OngoingWalk& walk);
  void LookUpNested(OngoingWalk& walk);
  void LookUpSecond(OngoingWalk& walk);
  static Access ReadSecond(OngoingWalk& walk) {
    walk.step_ = Step::kSecondData;
    ++walk.tally_.second_reads[walk.second_level_ - 1u];
    return EntryAccess::Read(SecondEntryAddress(walk));
  }
  Access TakeSecond(OngoingWalk& walk);
  void EnterSecondTable(OngoingWalk& walk, std::uint64_t table) const {
    if (caches_tables_) {
      OngoingWalk::Guest& guest = walk.guest();
      guest.references[walk.second_level_ - 2u] = TableReference::To(table, guest.read, guest.write, true, true);
      guest.referred_to = walk.second_level_;
    }
    --walk.second_level_;
    walk.second_table_ = table;
    walk.step_ = Step::kSecondEntry;
  }
  Access UpdateSecond(OngoingWalk& walk, const TableEntry& entry, Step next);
  void DescendSecond(OngoingWalk& walk);
  void TakeSecondLeaf(OngoingWalk& walk);
  void ResolveGuest(OngoingWalk& walk, std::uint64_t page, bool writable);
  void TakeOutput(OngoingWalk& walk, std::uint64_t address, unsigned page_shift);
  void GatherRights(OngoingWalk& walk) const;
  Access UpdateLeaves(OngoingWalk& walk);
  void TakeLeafUpdate(OngoingWalk& walk);
  void Fail(OngoingWalk& walk, FaultReason reason) const;

  static std::uint64_t FirstEntryAddress(const OngoingWalk& walk) {
    return walk.table_ + walk.first_.layout.Index(walk.level_, walk.request_.address) * kTableEntryBytes;
  }
  static std::uint64_t SecondEntryAddress(const OngoingWalk& walk) {
    const std::uint64_t address = walk.guests_[walk.guest_count_ - 1u].address;
    return walk.second_table_ + walk.second_.layout.Index(walk.second_level_, address) * kTableEntryBytes;
  }
  bool riscv() const { return profile_ == IommuProfile::kRiscv; }
  // A translated request of RISC-V: the device context alone leads to the second stage.
  bool OfDevice(const OngoingWalk& walk) const { return walk.request_.translated && riscv(); }

  void Learn(const OngoingWalk& walk);
  void LearnTables(const OngoingWalk& walk);
  void LearnGuest(const OngoingWalk& walk, const OngoingWalk::Guest& guest);

  AddressSpaces& spaces_;
  WalkerCaches caches_;
  CachePartitions partitions_;
  DomainDiscipline discipline_;
  IommuProfile profile_;
  std::uint8_t device_directory_levels_;
  std::uint8_t process_directory_levels_;
  std::uint8_t host_permission_shift_;
  WalkerCacheSet timed_caches_;  // those whose lookups take time
  bool caches_tables_;
  bool partitioned_;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PAGE_WALKER_PAGE_WALKER_CORE_H_

// SPDX-License-Identifier: Apache-2.0
// One walk: what is asked, what has been read so far, what it did. Data of PageWalkerCore, which alone looks inside;
// reused by its walker, so that a walk allocates nothing. Pure.
#ifndef SIOV_MODELS_IOMMU_PAGE_WALKER_ONGOING_WALK_H_
#define SIOV_MODELS_IOMMU_PAGE_WALKER_ONGOING_WALK_H_

#include <array>
#include <cstdint>
#include <optional>

#include "models/base/ids.h"
#include "models/iommu/page_walker/page_walker_config.h"
#include "models/iommu/page_walker/walker_caches.h"
#include "models/protocol/translation.h"
#include "models/translation/address_spaces.h"

namespace siov {

struct WalkRequest {
  RequesterId requester = 0;
  Pasid pasid;  // not valid: a request without PASID
  std::uint64_t address = 0;
  bool write = false;       // the page will be written: set dirty bits (a translation request with NW = 0, too)
  bool privileged = false;  // of a request with PASID
  bool translation_request = false;  // not allowed unless the context entry says DTE
  bool translated = false;           // the address is a guest-physical one (RISC-V) or the host's (VT-d)
};

// What a walk does next: a memory access (the read of an entry, or the atomic update of its accessed and dirty bits),
// or, before caches that take time to answer are looked at, the question to them. Small enough for two registers.
struct EntryAccess {
  enum class Kind : std::uint8_t { kNone, kRead, kUpdate, kLookUp };
  std::uint64_t address = 0;
  Kind kind = Kind::kNone;
  WalkerCacheSet lookup = 0;  // kLookUp: these caches are asked, all at once

  static EntryAccess Read(std::uint64_t address) { return {address, Kind::kRead, 0}; }
  static EntryAccess Update(std::uint64_t address) { return {address, Kind::kUpdate, 0}; }
  static EntryAccess LookUp(WalkerCacheSet caches) { return {0, Kind::kLookUp, caches}; }
  explicit operator bool() const { return kind != Kind::kNone; }
};

// What one walk did, for the shell to count.
struct WalkTally {
  std::uint8_t structure_reads = 0;
  std::array<std::uint8_t, kMaxTableLevels> first_reads{};  // by level - 1
  std::array<std::uint8_t, kMaxTableLevels> second_reads{};
  std::uint8_t permission_reads = 0;  // of the host permission table
  std::uint8_t updates = 0;
  bool context_hit = false;
  bool context_looked_up = false;
  bool pasid_hit = false;
  bool first_cache_hit = false;
  bool undefined = false;  // the PASID entry contradicts another one of its domain (IOM-15)
  std::uint8_t second_cache_hits = 0;
  std::uint8_t nested_cache_hits = 0;
};

// A second-stage translation made on the way.
struct WalkGuest {
  enum class Use : std::uint8_t { kProcessTable, kFirstTable, kOutput };
  std::uint64_t address = 0;
  std::uint64_t page = 0;          // host-physical
  std::uint8_t referred_from = 0;  // levels [referred_to, referred_from] were read as references to tables
  std::uint8_t referred_to = 1;
  Use use = Use::kOutput;
  bool resolved = false;
  bool read = true;  // gathered over the levels
  bool write = true;
  std::array<TableReference, kMaxTableLevels> references;  // by level - 2: the table below
};

// What begins anew with every walk.
struct WalkState {
  enum class Step : std::uint8_t {
    kDone,
    kStart,
    kAsk,  // caches that take time: the walk goes on at after_lookup_
    kPasidLookup,
    kContextLookup,
    kRoot,  // VT-d: the data of the previous read is taken in the step of the next one
    kContext,
    kDirectory,
    kPasidEntry,
    kPasidData,
    kDevice,  // RISC-V: a level of the device directory
    kDeviceData,
    kProcess,  // ... of the process directory
    kProcessRead,
    kProcessData,
    kFirstLookup,
    kFirstEntry,
    kFirstData,
    kFirstUpdated,
    kPermissionEntry,
    kPermissionData,
    kSecondStart,
    kNestedLookup,
    kSecondLookup,
    kSecondEntry,
    kSecondData,
    kSecondUpdated,
    kLeafUpdates,
    kSecondLeafUpdated,
    kFirstLeafUpdated
  };

  WalkRequest request_;
  Step step_ = Step::kDone;
  Step after_lookup_ = Step::kDone;
  WalkerCacheSet asked_ = 0;
  std::uint32_t partition_ = 0;  // of the caches
  bool privileged_ = false;
  bool fpd_ = false;
  bool context_learned_ = false;
  bool pasid_learned_ = false;
  bool read_ = true;  // first stage, gathered over the levels
  bool write_ = true;
  bool user_ = true;
  bool table_known_ = false;    // table_ is host-physical
  bool table_writable_ = true;  // the second stage lets entries of table_ be updated
  std::uint8_t structure_level_ = 0;
  std::uint8_t level_ = 0;         // of the first-stage entry, or that of the host permission table
  std::uint8_t second_level_ = 0;  // of the second-stage entry
  std::uint8_t first_from_ = 0;    // level the first stage was entered at
  std::uint8_t guest_count_ = 0;
  std::uint8_t leaf_shift_ = 0;     // of the first stage
  std::uint32_t pasid_ = 0;         // that translates: the request's, or RID_PASID
  std::uint64_t table_ = 0;         // first-stage table of level_
  std::uint64_t second_table_ = 0;  // second-stage table of second_level_
  std::uint64_t output_ = 0;        // where the request goes
  TableEntry pending_;              // the entry just read
  TableEntry first_leaf_;           // as read; its accessed and dirty bits may have to be set
  TableEntry second_leaf_;          // of the output
  ContextEntry context_;
  PasidEntry entry_;
  std::optional<AddressSpace> space_;
  std::array<TableReference, kMaxTableLevels> tables_{};  // first-stage tables by level - 1, where met
  Translation result_;
  WalkTally tally_;
};

class OngoingWalk : private WalkState {
 public:
  const WalkRequest& request() const { return request_; }
  const Translation& result() const { return result_; }
  const WalkTally& tally() const { return tally_; }

 private:
  friend class PageWalkerCore;
  using Step = WalkState::Step;
  using Guest = WalkGuest;
  using GuestUse = WalkGuest::Use;
  // Process directory (3), first-stage tables (5), output.
  static constexpr std::size_t kMostGuests = 3 + kMaxTableLevels + 1;

  Guest& guest() { return guests_[guest_count_ - 1u]; }

  // Each is set when it is added, or with space_.
  std::array<Guest, kMostGuests> guests_{};
  StageTables first_;
  StageTables second_;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PAGE_WALKER_ONGOING_WALK_H_

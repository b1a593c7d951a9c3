// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/page_walker/page_walker_core.h"

#include <utility>

#include "models/translation/fault_matrix.h"

namespace siov {
namespace {

WalkerCacheSet TimedCaches(const PageWalkerConfig& config) {
  WalkerCacheSet timed = 0;
  for (unsigned cache = 0; cache < kWalkerCaches; ++cache) {
    if (config.cache(cache).lookup_latency_ps != 0) timed |= SetOf(cache);
  }
  return timed;
}

}  // namespace

PageWalkerCore::PageWalkerCore(const PageWalkerConfig& config, AddressSpaces& spaces, CachePartitions partitions)
    : spaces_(spaces),
      caches_(config),
      partitions_(std::move(partitions)),
      profile_(config.profile),
      device_directory_levels_(config.device_directory_levels),
      process_directory_levels_(config.process_directory_levels),
      host_permission_shift_(config.host_permission_shift),
      timed_caches_(TimedCaches(config)),
      caches_tables_(caches_.holds_tables()),
      partitioned_(caches_.partitioned()) {}

void PageWalkerCore::Begin(OngoingWalk& walk, const WalkRequest& request) const {
  static_cast<WalkState&>(walk) = WalkState{};
  walk.request_ = request;
  walk.privileged_ = request.privileged;
  walk.pasid_ = request.pasid.value();
  walk.partition_ = partitioned_ ? partitions_.Of(request.pasid) : 0;
  walk.step_ = Step::kStart;
}

EntryAccess PageWalkerCore::NextSteps(OngoingWalk& walk) {
  for (;;) {
    Access access;
    switch (walk.step_) {
      case Step::kStart:
        Ask(walk, SetOf(kPasidEntries), Step::kPasidLookup);
        break;
      case Step::kAsk:
        walk.step_ = walk.after_lookup_;
        return EntryAccess::LookUp(walk.asked_);
      case Step::kPasidLookup:
        LookUpPasid(walk);
        break;
      case Step::kContextLookup:
        LookUpContext(walk);
        break;
      case Step::kRoot:
        ++walk.tally_.structure_reads;
        walk.step_ = Step::kContext;
        return EntryAccess::Read(spaces_.structures().RootEntryAddress(walk.request_.requester));
      case Step::kContext:
        TakeRoot(walk);
        if (walk.step_ == Step::kDone) break;
        ++walk.tally_.structure_reads;
        walk.step_ = Step::kDirectory;
        return EntryAccess::Read(spaces_.structures().ContextEntryAddress(walk.request_.requester));
      case Step::kDirectory:
        if (!walk.tally_.context_hit) TakeContext(walk);
        if (walk.step_ == Step::kDone) break;
        CheckContext(walk);
        if (walk.step_ == Step::kDone) break;
        ++walk.tally_.structure_reads;
        walk.step_ = Step::kPasidEntry;
        return EntryAccess::Read(spaces_.structures().DirectoryEntryAddress(walk.request_.requester, walk.pasid_));
      case Step::kPasidEntry:
        TakeDirectory(walk);
        if (walk.step_ == Step::kDone) break;
        ++walk.tally_.structure_reads;
        walk.step_ = Step::kPasidData;
        return EntryAccess::Read(spaces_.structures().PasidEntryAddress(walk.request_.requester, walk.pasid_));
      case Step::kPasidData:
        TakePasidEntry(walk);
        break;
      case Step::kDevice:
        return ReadDevice(walk);
      case Step::kDeviceData:
        TakeDevice(walk);
        break;
      case Step::kProcess:
        EnterProcessLevel(walk);
        break;
      case Step::kProcessRead:
        return ReadProcess(walk);
      case Step::kProcessData:
        TakeProcess(walk);
        break;
      case Step::kFirstLookup:
        LookUpFirst(walk);
        break;
      case Step::kFirstEntry:
        access = ReadFirst(walk);
        break;
      case Step::kFirstData:
        access = TakeFirst(walk);
        break;
      case Step::kFirstUpdated:
        spaces_.UseEntry(*walk.space_, TableStage::kFirst, walk.level_, walk.request_.address, false);
        DescendFirst(walk);
        break;
      case Step::kPermissionEntry:
        return ReadPermission(walk);
      case Step::kPermissionData:
        TakePermission(walk);
        break;
      case Step::kSecondStart:
        EnterSecond(walk);
        break;
      case Step::kNestedLookup:
        LookUpNested(walk);
        break;
      case Step::kSecondLookup:
        LookUpSecond(walk);
        break;
      case Step::kSecondEntry:
        return ReadSecond(walk);
      case Step::kSecondData:
        access = TakeSecond(walk);
        break;
      case Step::kSecondUpdated:
        spaces_.UseEntry(*walk.space_, TableStage::kSecond, walk.second_level_, walk.guest().address,
                         walk.pending_.kind == TableEntry::Kind::kLeaf);
        DescendSecond(walk);
        break;
      case Step::kLeafUpdates:
        access = UpdateLeaves(walk);
        break;
      case Step::kSecondLeafUpdated:
      case Step::kFirstLeafUpdated:
        TakeLeafUpdate(walk);
        break;
      case Step::kDone:
        Learn(walk);
        return {};
    }
    if (access) return access;
  }
}

// By the step that would look at what the access brought; in any other none is under way.
void PageWalkerCore::AccessFailed(OngoingWalk& walk) const {
  constexpr std::pair<Step, FaultReason> kReasons[] = {
      {Step::kContext, kRootReadError},
      {Step::kDirectory, kContextReadError},
      {Step::kDeviceData, kContextReadError},
      {Step::kPasidEntry, kPasidDirectoryReadError},
      {Step::kPasidData, kPasidEntryReadError},
      {Step::kProcessData, kPasidEntryReadError},
      {Step::kFirstData, kFirstStageReadError},
      {Step::kFirstUpdated, kFirstStageUpdateFailed},
      {Step::kFirstLeafUpdated, kFirstStageUpdateFailed},
      {Step::kPermissionData, kHostPermissionReadError},
      {Step::kSecondData, kSecondStageReadError},
      {Step::kSecondUpdated, kSecondStageUpdateFailed},
      {Step::kSecondLeafUpdated, kSecondStageUpdateFailed},
  };
  for (const auto& [step, reason] : kReasons) {
    if (walk.step_ == step) return Fail(walk, reason);
  }
}

void PageWalkerCore::LookUpPasid(OngoingWalk& walk) {
  const WalkRequest& request = walk.request_;
  const std::uint64_t key = WalkerCaches::PasidKey(request.requester, request.pasid);
  const CachedPasid* known = OfDevice(walk) ? nullptr : caches_.pasid.Lookup(walk.partition_, key);
  if (const CachedPasid* held = known) {
    walk.tally_.pasid_hit = true;
    walk.context_ = held->context;
    walk.entry_ = held->entry;
    riscv() ? CheckDevice(walk) : CheckContext(walk);
    if (walk.step_ == Step::kDone) return;
    walk.fpd_ = held->fpd;
    return EnterTables(walk);
  }
  Ask(walk, SetOf(kContextEntries), Step::kContextLookup);
}

void PageWalkerCore::LookUpContext(OngoingWalk& walk) {
  walk.tally_.context_looked_up = true;
  if (const ContextEntry* held = caches_.context.Lookup(walk.partition_, walk.request_.requester)) {
    walk.tally_.context_hit = true;
    walk.context_ = *held;
    if (!riscv()) {
      walk.step_ = Step::kDirectory;
    } else {
      CheckDevice(walk);
      if (walk.step_ != Step::kDone) OfDevice(walk) ? EnterGuestPhysical(walk) : EnterProcessDirectory(walk);
    }
    return;
  }
  const RootMode mode = spaces_.structures().root_mode();
  if (mode != RootMode::kScalable) return Fail(walk, mode == RootMode::kAbort ? kRootModeAbort : kRootModeInvalid);
  walk.structure_level_ = device_directory_levels_;
  walk.step_ = riscv() ? Step::kDevice : Step::kRoot;
}

// What FPD says is passed on; the fault's rule tells whether it counts (fault_matrix.h).
void PageWalkerCore::Fail(OngoingWalk& walk, FaultReason reason) const {
  const bool overtaken = walk.result_.overtaken;
  walk.result_ = Translation{};
  walk.result_.overtaken = overtaken;
  walk.result_.fpd = walk.fpd_;
  walk.result_.fault_reason = riscv() ? RiscvCause(reason, walk.request_.write) : reason;
  walk.result_.domain = walk.space_ ? walk.space_->domain_id : std::uint16_t{0};
  walk.step_ = Step::kDone;
}

// From the root down, so that what is used by most walks is not the oldest entry everywhere.
void PageWalkerCore::Learn(const OngoingWalk& walk) {
  if (walk.result_.overtaken) return;
  const WalkRequest& request = walk.request_;
  if (walk.context_learned_) caches_.context.Insert(walk.partition_, request.requester, walk.context_);
  if (walk.pasid_learned_) {
    caches_.pasid.Insert(walk.partition_, WalkerCaches::PasidKey(request.requester, request.pasid),
                         {walk.entry_, walk.context_, walk.fpd_});
  }
  if (walk.space_ && caches_tables_) LearnTables(walk);
}

void PageWalkerCore::LearnTables(const OngoingWalk& walk) {
  const std::uint64_t owner = WalkerCaches::FirstOwner(walk.space_->domain_id, walk.pasid_);
  for (unsigned level = walk.first_from_; level >= 2; --level) {
    const TableReference& next = walk.tables_[level - 2];
    if (next.packed == 0) break;
    caches_.first(level).Insert(walk.partition_, WalkerCaches::KeyOf(owner, level, walk.request_.address), next);
  }
  for (unsigned i = 0; i < walk.guest_count_; ++i) LearnGuest(walk, walk.guests_[i]);
}

void PageWalkerCore::LearnGuest(const OngoingWalk& walk, const OngoingWalk::Guest& guest) {
  const std::uint16_t domain = walk.space_->domain_id;
  for (unsigned level = guest.referred_from; level >= guest.referred_to; --level) {
    caches_.second(level).Insert(walk.partition_, WalkerCaches::KeyOf(domain, level, guest.address),
                                 guest.references[level - 2]);
  }
  if (guest.use != OngoingWalk::GuestUse::kOutput && guest.resolved) {
    caches_.nested.Insert(walk.partition_, WalkerCaches::KeyOf(domain, 1, guest.address),
                          TableReference::To(guest.page, guest.read, guest.write, true, true));
  }
}

bool PageWalkerCore::Overtake(OngoingWalk& walk, const CacheInvalidation& invalidation) const {
  if (walk.step_ == Step::kDone || walk.step_ == Step::kStart) return false;
  const Invalidation& what = invalidation.what;
  if (what.kind == InvalidationKind::kHostPermission) {
    walk.result_.overtaken = walk.result_.overtaken || walk.request_.translated;
    return walk.request_.translated;
  }
  const RequesterId requester = walk.request_.requester;
  const bool of_domain = !walk.space_ || walk.space_->domain_id == what.domain;
  // A walk without PASID is one of RID_PASID, once that is known.
  const bool of_pasid = of_domain && (!Pasid(walk.pasid_).valid() || Pasid(walk.pasid_) == invalidation.pasid);
  bool overlaps = true;  // global
  switch (what.granularity) {
    case InvalidationGranularity::kDevice:
      overlaps = (requester >> what.function_mask) == (invalidation.requester >> what.function_mask);
      break;
    case InvalidationGranularity::kDomain:
      overlaps = what.kind == InvalidationKind::kContext || of_domain;  // of the context cache: everything
      break;
    case InvalidationGranularity::kPasid:
      overlaps = of_pasid;
      break;
    case InvalidationGranularity::kPage:
      overlaps = what.kind == InvalidationKind::kIotlb ? of_domain : of_pasid;
      break;
    case InvalidationGranularity::kGlobal:
      break;
  }
  if (overlaps) walk.result_.overtaken = true;
  return overlaps;
}

void PageWalkerCore::InvalidatePage(Pasid pasid, std::uint64_t address) {
  const auto space = spaces_.Find(pasid);
  if (!space) return;
  if (space->nested()) {
    caches_.ForgetDomain(space->domain_id);
  } else if (space->tenant_stage() == TableStage::kFirst) {
    caches_.ForgetFirst(space->domain_id, pasid.value(), address);
  } else {
    caches_.ForgetSecond(space->domain_id, address);
  }
}

}  // namespace siov

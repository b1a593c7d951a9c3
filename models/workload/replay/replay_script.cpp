// SPDX-License-Identifier: Apache-2.0
#include "models/workload/replay/replay_script.h"

#include <algorithm>
#include <string>

#include "models/base/invariant.h"

namespace siov {
namespace {

constexpr std::uint8_t kBothRights = kPermissionRead | kPermissionWrite;

std::uint8_t ShiftOf(const TraceRecord& record) { return record.page_shift == 0 ? kPageShift4K : record.page_shift; }

// An access whose direction was not recorded is a read, unless its page can only be written.
JobOp OpOf(const TraceRecord& access) {
  const bool write =
      access.kind == TraceKind::kWrite || (access.kind == TraceKind::kAccess && access.permissions == kPermissionWrite);
  return write ? JobOp::kWrite : JobOp::kRead;
}

InvalidationGranularity GranularityOf(InvalidationScope scope) {
  switch (scope) {
    case InvalidationScope::kDomain:
      return InvalidationGranularity::kDomain;
    case InvalidationScope::kPage:
      return InvalidationGranularity::kPage;
    case InvalidationScope::kDevice:
      return InvalidationGranularity::kDevice;
    case InvalidationScope::kPasid:
      return InvalidationGranularity::kPasid;
    case InvalidationScope::kNone:
    case InvalidationScope::kGlobal:
      break;
  }
  return InvalidationGranularity::kGlobal;
}

InvalidationKind KindOf(TraceKind kind) {
  switch (kind) {
    case TraceKind::kInvalidateIotlb:
      return InvalidationKind::kIotlb;
    case TraceKind::kInvalidateDevtlb:
      return InvalidationKind::kDeviceTlb;
    case TraceKind::kInvalidateContext:
      return InvalidationKind::kContext;
    case TraceKind::kInvalidateIec:
      return InvalidationKind::kInterruptEntry;
    case TraceKind::kWait:
      return InvalidationKind::kWait;
    case TraceKind::kRead:
    case TraceKind::kWrite:
    case TraceKind::kAccess:
    case TraceKind::kMap:
    case TraceKind::kUnmap:
    case TraceKind::kInterrupt:
    case TraceKind::kCommand:
    case TraceKind::kMark:
    case TraceKind::kInvalidatePasidIotlb:
    case TraceKind::kInvalidatePasidCache:
    case TraceKind::kInvalidatePasidDevtlb:
    case TraceKind::kPageResponse:
      break;
  }
  throw InvariantError(std::string("replay: a record of kind ") + Name(kind) + " is no descriptor that is replayed");
}

Invalidation DescriptorOf(const TraceRecord& record) {
  Invalidation descriptor;
  descriptor.kind = KindOf(record.kind);
  descriptor.granularity = GranularityOf(record.scope);
  descriptor.domain = ReplayScript::kForeignDomain;
  descriptor.page_shift = static_cast<std::uint8_t>(std::min<unsigned>(kPageShift4K + record.mask_order, 64));
  if (record.kind == TraceKind::kInvalidateDevtlb && record.scope == InvalidationScope::kGlobal) {
    descriptor.page_shift = 64;
  }
  if (record.kind == TraceKind::kInvalidateIec) {
    descriptor.page_shift = record.mask_order;
    if (record.scope != InvalidationScope::kGlobal) descriptor.granularity = InvalidationGranularity::kPage;
  }
  descriptor.status_write = record.kind == TraceKind::kWait;
  return descriptor;
}

}  // namespace

ReplayScript::ReplayScript(const ReplayConfig& config, const RecordedTenants& tenants,
                           std::unique_ptr<TraceSource> source)
    : config_(config), tenants_(tenants), source_(std::move(source)) {
  facts_.streams = tenants.streams();
  facts_.content = tenants.content();
  if (MapsPages()) MapRecordPages();
}

void ReplayScript::MapRecordPages() {
  ReplayStep step;
  step.kind = ReplayStep::Kind::kMap;
  step.recorded = false;
  step.iova = step.pa = config_.record_address;
  step.bytes = kPage4K;
  for (std::uint32_t tenant = 0; tenant < tenants_.size(); ++tenant) {
    step.space = tenants_.SpaceOfTenant(tenant);
    if (step.space == tenant) ready_.push_back(step);
  }
}

bool ReplayScript::Next(ReplayStep* step) {
  while (ready_.empty()) {
    TraceRecord record;
    if (!source_->Next(&record)) return false;
    ++record_;
    Interpret(record);
    facts_.peak_pages = std::max(facts_.peak_pages, live_.pages());
  }
  *step = ready_.front();
  ready_.pop_front();
  return true;
}

void ReplayScript::Interpret(const TraceRecord& record) {
  switch (record.kind) {
    case TraceKind::kRead:
    case TraceKind::kWrite:
    case TraceKind::kAccess:
      return Access(record);
    case TraceKind::kMap:
      return Map(record);
    case TraceKind::kUnmap:
      return Unmap(record);
    case TraceKind::kInvalidateIotlb:
    case TraceKind::kInvalidateDevtlb:
    case TraceKind::kInvalidateContext:
    case TraceKind::kInvalidateIec:
    case TraceKind::kWait:
      return Invalidate(record);
    case TraceKind::kInvalidatePasidIotlb:
    case TraceKind::kInvalidatePasidCache:
    case TraceKind::kInvalidatePasidDevtlb:
      ++facts_.mapping_events_skipped;  // recorded PASIDs are not those of the replaying tenants
      return;
    case TraceKind::kPageResponse:
    case TraceKind::kInterrupt:
    case TraceKind::kCommand:
    case TraceKind::kMark:
      return;
  }
}

// One request that crosses no page: what the recorder called one translation.
void ReplayScript::Access(const TraceRecord& record) {
  ReplayStep step;
  step.op = OpOf(record);
  step.tenant = tenants_.TenantOf(record.stream, record.domain);
  step.space = tenants_.SpaceOf(record.domain);
  step.time = record.time_ps;
  step.iova = record.iova;
  const Bytes recorded = record.size_bytes == 0 ? config_.unknown_size_bytes : record.size_bytes;
  step.bytes = std::min({recorded, Bytes{config_.access_bytes}, kPage4K - record.iova % kPage4K});
  if (MapsPages()) CheckPage(record, "an access");
  const std::uint8_t rights = step.op == JobOp::kWrite ? kPermissionWrite : kPermissionRead;
  if (MapsPages() && !Translates(live_.Find(record.domain, record.iova), record, rights)) ImplyMapping(record, rights);
  ++facts_.accesses;
  facts_.unknown_direction += record.kind == TraceKind::kAccess;
  facts_.unknown_size += record.size_bytes == 0;
  ready_.push_back(step);
}

bool ReplayScript::Translates(const TraceRecord* mapping, const TraceRecord& access, std::uint8_t rights) const {
  if (mapping == nullptr) return false;
  if (mapping->permissions != 0 && (mapping->permissions & rights) != rights) return false;
  if (access.page_shift == 0) return true;  // its translation was not recorded
  return ShiftOf(*mapping) == access.page_shift && mapping->pa + (access.iova - mapping->iova) == access.pa;
}

void ReplayScript::ImplyMapping(const TraceRecord& access, std::uint8_t rights) {
  TraceRecord mapping;
  mapping.kind = TraceKind::kMap;
  mapping.time_ps = access.time_ps;
  mapping.domain = access.domain;
  mapping.page_shift = ShiftOf(access);
  mapping.iova = access.iova & ~LowBits(mapping.page_shift);
  mapping.size_bytes = Bytes{1} << mapping.page_shift;
  mapping.pa = (access.page_shift == 0 ? access.iova : access.pa) & ~LowBits(mapping.page_shift);
  const TraceRecord* before = live_.Find(access.domain, access.iova);
  const unsigned shown = access.permissions | rights | (before == nullptr ? 0u : before->permissions);
  mapping.permissions = access.permissions == 0 ? kBothRights : static_cast<std::uint8_t>(shown);
  ++facts_.implied_maps;
  CheckPages(access, 1);
  live_.Map(mapping);
  PushMap(mapping, true);
}

void ReplayScript::Map(const TraceRecord& record) {
  if (!MapsPages() || tenants_.SpaceOf(record.domain) == ReplayStep::kNobody || record.size_bytes == 0) {
    ++facts_.mapping_events_skipped;
    return;
  }
  CheckRange(record, "a map");
  CheckPage(record, "a map");
  ++facts_.maps;
  TraceRecord mapping = record;
  // A range that is not made of the recorded pages is made of smaller ones.
  if (((record.iova | record.pa | record.size_bytes) & LowBits(ShiftOf(record))) != 0)
    mapping.page_shift = kPageShift4K;
  CheckPages(record, record.size_bytes >> ShiftOf(mapping));
  live_.Map(mapping);
  PushMap(mapping, false);
}

void ReplayScript::PushMap(const TraceRecord& mapping, bool implied) {
  ReplayStep step;
  step.kind = ReplayStep::Kind::kMap;
  step.space = tenants_.SpaceOf(mapping.domain);
  step.time = mapping.time_ps;
  step.page_shift = ShiftOf(mapping);
  const std::uint8_t rights = mapping.permissions == 0 ? kBothRights : mapping.permissions;
  step.read = (rights & kPermissionRead) != 0;
  step.write = (rights & kPermissionWrite) != 0;
  for (Bytes done = 0; done < mapping.size_bytes; done += kLargestChange) {
    step.iova = mapping.iova + done;
    step.pa = mapping.pa + done;
    step.bytes = std::min(mapping.size_bytes - done, kLargestChange);
    step.implied = implied && done == 0;
    step.recorded = !implied && done == 0;
    ready_.push_back(step);
  }
}

void ReplayScript::Unmap(const TraceRecord& record) {
  const std::uint32_t space = tenants_.SpaceOf(record.domain);
  if (!MapsPages() || space == ReplayStep::kNobody || record.size_bytes == 0) {
    ++facts_.mapping_events_skipped;
    return;
  }
  CheckRange(record, "an unmap");
  ++facts_.unmaps;
  if (record.size_bytes <= kLargestChange) {
    live_.Unmap(record.domain, record.iova, record.size_bytes);
    return PushUnmap(record, space, true);
  }
  // Of a larger range only what is mapped is worth a step.
  const auto parts = live_.MappedParts(record.domain, record.iova, record.size_bytes);
  live_.Unmap(record.domain, record.iova, record.size_bytes);
  TraceRecord part = record;
  for (const auto& [iova, bytes] : parts) {
    part.iova = iova;
    part.size_bytes = bytes;
    PushUnmap(part, space, iova == parts.front().first);
  }
}

void ReplayScript::PushUnmap(const TraceRecord& unmap, std::uint32_t space, bool recorded) {
  ReplayStep step;
  step.kind = ReplayStep::Kind::kUnmap;
  step.space = space;
  step.time = unmap.time_ps;
  for (Bytes done = 0; done < unmap.size_bytes; done += kLargestChange) {
    step.iova = unmap.iova + done;
    step.bytes = std::min(unmap.size_bytes - done, kLargestChange);
    step.recorded = recorded && done == 0;
    ready_.push_back(step);
  }
}

void ReplayScript::Invalidate(const TraceRecord& record) {
  const bool no_device_tlb = record.kind == TraceKind::kInvalidateDevtlb && !config_.device_tlb;
  if (config_.invalidations != ReplayInvalidations::kRecorded || no_device_tlb) {
    if (record.kind != TraceKind::kWait) ++facts_.mapping_events_skipped;
    return;
  }
  ++facts_.invalidations;
  if (record.kind == TraceKind::kInvalidateDevtlb) ++facts_.device_tlb_invalidations;
  ReplayStep step;
  step.kind = ReplayStep::Kind::kInvalidate;
  step.time = record.time_ps;
  step.space = SpaceOfInvalidation(record);
  step.invalidation = DescriptorOf(record);
  step.iova =
      record.kind == TraceKind::kInvalidateIec ? record.tag : record.iova & ~LowBits(step.invalidation.page_shift);
  if (step.space != ReplayStep::kNobody) {
    if (record.kind == TraceKind::kInvalidateDevtlb) step.invalidation.kind = InvalidationKind::kPasidDeviceTlb;
    if (record.kind == TraceKind::kInvalidateIotlb && config_.first_stage) {
      step.invalidation.kind = InvalidationKind::kPasidIotlb;
      if (record.scope == InvalidationScope::kDomain) step.invalidation.granularity = InvalidationGranularity::kPasid;
    }
  }
  ready_.push_back(step);
}

// A device-TLB invalidation names a device, and follows the IOTLB invalidation of the domain it is about.
std::uint32_t ReplayScript::SpaceOfInvalidation(const TraceRecord& record) {
  if (record.kind == TraceKind::kInvalidateIotlb) {
    invalidated_domain_ = record.domain;
    return record.scope == InvalidationScope::kGlobal ? ReplayStep::kNobody : tenants_.SpaceOf(record.domain);
  }
  if (record.kind != TraceKind::kInvalidateDevtlb) return ReplayStep::kNobody;
  const std::uint32_t tenant = tenants_.TenantOf(record.stream, invalidated_domain_);
  return tenant == ReplayStep::kNobody ? tenant : tenants_.SpaceOfTenant(tenant);
}

}  // namespace siov

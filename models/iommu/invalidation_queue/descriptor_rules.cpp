// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/invalidation_queue/descriptor_rules.h"

namespace siov {
namespace {

using Granularity = InvalidationGranularity;

constexpr unsigned kWholeSpace = 64;

bool GranularityExists(const Invalidation& what) {
  const Granularity g = what.granularity;
  switch (what.kind) {
    case InvalidationKind::kContext:
      return g == Granularity::kGlobal || g == Granularity::kDomain || g == Granularity::kDevice;
    case InvalidationKind::kIotlb:
      return g == Granularity::kGlobal || g == Granularity::kDomain || g == Granularity::kPage;
    case InvalidationKind::kPasidIotlb:
      return g == Granularity::kPasid || g == Granularity::kPage;
    case InvalidationKind::kPasidCache:
      return g == Granularity::kGlobal || g == Granularity::kDomain || g == Granularity::kPasid;
    case InvalidationKind::kInterruptEntry:
      return g == Granularity::kGlobal || g == Granularity::kPage;
    case InvalidationKind::kNone:
    case InvalidationKind::kDeviceTlb:
    case InvalidationKind::kWait:
    case InvalidationKind::kPasidDeviceTlb:
    case InvalidationKind::kPageGroupResponse:
    case InvalidationKind::kHostPermission:
      break;
  }
  return true;
}

bool NeedsPasid(const Invalidation& what) {
  switch (what.kind) {
    case InvalidationKind::kPasidIotlb:
    case InvalidationKind::kPasidDeviceTlb:
      return true;
    case InvalidationKind::kPasidCache:
      return what.granularity == Granularity::kPasid;
    case InvalidationKind::kNone:
    case InvalidationKind::kContext:
    case InvalidationKind::kIotlb:
    case InvalidationKind::kDeviceTlb:
    case InvalidationKind::kInterruptEntry:
    case InvalidationKind::kWait:
    case InvalidationKind::kPageGroupResponse:
    case InvalidationKind::kHostPermission:
      break;
  }
  return false;
}

bool HasPageRange(const Invalidation& what) {
  return what.granularity == Granularity::kPage &&
         (what.kind == InvalidationKind::kIotlb || what.kind == InvalidationKind::kPasidIotlb);
}

}  // namespace

const char* FaultOf(const QueueDescriptor& descriptor, const InvalidationQueueConfig& config) {
  const Invalidation& what = descriptor.what.what;
  if (descriptor.bytes != config.descriptor_bytes) return "its size is not that of the ring's slots";
  if (what.kind == InvalidationKind::kNone || what.kind > InvalidationKind::kHostPermission) {
    return "its type is reserved";
  }
  if (!GranularityExists(what)) return "its granularity is reserved";
  if (NeedsPasid(what) && !descriptor.what.pasid.valid()) return "it has no PASID";
  if (HasPageRange(what)) {
    if (what.page_shift < kPageShift4K || what.page_shift > kPageShift4K + config.max_address_mask) {
      return "its address mask is larger than the IOMMU supports";
    }
    if ((descriptor.what.address & ((std::uint64_t{1} << what.page_shift) - 1)) != 0) {
      return "its address is not aligned to its mask";
    }
  }
  if (IsDeviceTlb(what.kind) && (what.page_shift < kPageShift4K || what.page_shift > kWholeSpace)) {
    return "its size is reserved";
  }
  if (what.kind == InvalidationKind::kWait && what.status_write && descriptor.what.address % 4 != 0) {
    return "its status address is not aligned";
  }
  return nullptr;
}

}  // namespace siov

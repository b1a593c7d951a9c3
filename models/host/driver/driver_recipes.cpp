// SPDX-License-Identifier: Apache-2.0
#include "models/host/driver/driver_recipes.h"

#include <algorithm>

namespace siov {
namespace {

using Kind = InvalidationKind;
using Granularity = InvalidationGranularity;

constexpr std::uint8_t kWholeSpace = 64;

bool IsDeviceTlb(Kind kind) { return kind == Kind::kDeviceTlb || kind == Kind::kPasidDeviceTlb; }

CacheInvalidation Step(const ChangedRange& changed, Kind kind, Granularity granularity) {
  CacheInvalidation step;
  step.what.kind = kind;
  step.what.granularity = granularity;
  step.what.domain = changed.space.domain_id;
  step.requester = changed.requester;
  step.pasid = Pasid(changed.space.pasid);
  return step;
}

bool WholeSpace(const ChangedRange& changed) {
  return changed.change == TableChange::kPasidEntry || changed.change == TableChange::kContextEntry;
}

CacheInvalidation IotlbStep(const ChangedRange& changed, const DriverConfig& config) {
  const bool second_only = changed.space.tenant_stage() == TableStage::kSecond;
  const bool by_domain =
      second_only || changed.change == TableChange::kSecondStage || (WholeSpace(changed) && changed.space.nested());
  const bool pages = !WholeSpace(changed) && changed.page_shift <= config.max_page_shift;
  CacheInvalidation step = by_domain
                               ? Step(changed, Kind::kIotlb, pages ? Granularity::kPage : Granularity::kDomain)
                               : Step(changed, Kind::kPasidIotlb, pages ? Granularity::kPage : Granularity::kPasid);
  step.what.page_shift = pages ? changed.page_shift : kWholeSpace;
  step.address = pages ? changed.address : 0;
  return step;
}

// With nesting a guest page is known to the device under other addresses, so all of its entries go (as Linux does).
CacheInvalidation DeviceTlbStep(const ChangedRange& changed) {
  const bool all = WholeSpace(changed) || changed.change == TableChange::kSecondStage;
  CacheInvalidation step = Step(changed, Kind::kPasidDeviceTlb, Granularity::kPage);
  step.what.page_shift = all ? kWholeSpace : changed.page_shift;
  step.address = all ? 0 : changed.address;
  if (changed.change == TableChange::kContextEntry) {
    step.what.kind = Kind::kDeviceTlb;
    step.pasid = Pasid();
  }
  return step;
}

CacheInvalidation Fence() {
  CacheInvalidation fence;
  fence.what.kind = Kind::kWait;
  fence.what.fence = true;
  return fence;
}

// Does this step remove what `changed` left in the IOTLB / in the PASID cache / in the device TLB?
bool CoversIotlb(const CacheInvalidation& step, const ChangedRange& changed, const CacheInvalidation& needed) {
  const Invalidation& what = step.what;
  if (what.kind == Kind::kIotlb && what.granularity == Granularity::kGlobal) return true;
  if (what.kind != Kind::kIotlb && what.kind != Kind::kPasidIotlb) return false;
  if (what.domain != changed.space.domain_id) return false;
  if (what.kind == Kind::kIotlb && what.granularity == Granularity::kDomain) return true;
  if (what.kind != needed.what.kind) return false;
  if (what.kind == Kind::kPasidIotlb && step.pasid != needed.pasid) return false;
  if (what.granularity != Granularity::kPage) return true;
  return needed.what.granularity == Granularity::kPage && what.page_shift >= needed.what.page_shift &&
         step.Covers(needed.address, needed.what.page_shift);
}

bool CoversPasidCache(const CacheInvalidation& step, const ChangedRange& changed) {
  const Invalidation& what = step.what;
  if (what.kind != Kind::kPasidCache) return false;
  if (what.granularity == Granularity::kGlobal) return true;
  if (what.domain != changed.space.domain_id) return false;
  return what.granularity == Granularity::kDomain || step.pasid == Pasid(changed.space.pasid);
}

bool CoversDeviceTlb(const CacheInvalidation& step, const ChangedRange& changed, const CacheInvalidation& needed) {
  const Invalidation& what = step.what;
  if (!IsDeviceTlb(what.kind) || step.requester != changed.requester) return false;
  // Without PASID: every entry of every PASID, at any address (PCIe 10.3.1).
  if (what.kind == Kind::kDeviceTlb) return needed.pasid.valid() || what.page_shift >= needed.what.page_shift;
  if (what.global ? false : step.pasid != needed.pasid) return false;
  return what.page_shift >= needed.what.page_shift && step.Covers(needed.address, needed.what.page_shift);
}

template <class Pred>
std::size_t LastOf(const Recipe& recipe, Pred pred) {
  for (std::size_t i = recipe.size(); i > 0; --i) {
    if (pred(recipe[i - 1])) return i;
  }
  return 0;
}

}  // namespace

CacheInvalidation WaitStep(std::uint64_t status_address) {
  CacheInvalidation wait;
  wait.what.kind = Kind::kWait;
  wait.what.status_write = true;
  wait.address = status_address;
  return wait;
}

void AppendRecipe(const ChangedRange& changed, const DriverConfig& config, bool fence_between, Recipe* recipe) {
  if (changed.space.pass_through() && !WholeSpace(changed)) return;
  if (changed.change == TableChange::kContextEntry) {
    recipe->push_back(Step(changed, Kind::kContext, Granularity::kDevice));
  }
  if (WholeSpace(changed)) {
    const bool context = changed.change == TableChange::kContextEntry;
    recipe->push_back(Step(changed, Kind::kPasidCache, context ? Granularity::kGlobal : Granularity::kPasid));
  }
  CacheInvalidation iotlb = IotlbStep(changed, config);
  if (changed.change == TableChange::kContextEntry) {
    iotlb = Step(changed, Kind::kIotlb, Granularity::kGlobal);
  }
  recipe->push_back(iotlb);
  if (!changed.ats) return;
  if (fence_between) recipe->push_back(Fence());
  recipe->push_back(DeviceTlbStep(changed));
}

void AppendDeviceRecipe(const ChangedRange& changed, Recipe* recipe) {
  if (changed.ats && !changed.space.pass_through()) recipe->push_back(DeviceTlbStep(changed));
}

void ApplyOmission(RecipeOmission omission, Recipe* recipe) {
  const auto drop = [recipe](auto pred) {
    recipe->erase(std::remove_if(recipe->begin(), recipe->end(), pred), recipe->end());
  };
  switch (omission) {
    case RecipeOmission::kNone:
      return;
    case RecipeOmission::kIotlb:
      return drop([](const CacheInvalidation& step) {
        return step.what.kind == Kind::kIotlb || step.what.kind == Kind::kPasidIotlb;
      });
    case RecipeOmission::kDeviceTlb:
      return drop([](const CacheInvalidation& step) { return IsDeviceTlb(step.what.kind); });
    case RecipeOmission::kWait:
      return drop([](const CacheInvalidation& step) { return step.what.kind == Kind::kWait; });
    case RecipeOmission::kOrder:
      std::stable_partition(recipe->begin(), recipe->end(),
                            [](const CacheInvalidation& step) { return IsDeviceTlb(step.what.kind); });
      return;
  }
}

std::uint8_t CheckRecipe(const ChangedRange& changed, const Recipe& recipe) {
  std::uint8_t missing = 0;
  std::size_t reached = 0;  // the last step of the coarser kinds
  const auto need = [&](std::size_t found, MissingStep step) {
    if (found == 0) {
      missing = static_cast<std::uint8_t>(missing | step);
    } else if (found < reached) {
      missing = static_cast<std::uint8_t>(missing | kWrongOrder);
    } else {
      reached = found;
    }
  };
  if (changed.change == TableChange::kContextEntry) {
    need(LastOf(recipe, [](const CacheInvalidation& s) { return s.what.kind == Kind::kContext; }), kMissingContext);
  }
  if (WholeSpace(changed)) {
    need(LastOf(recipe, [&](const CacheInvalidation& s) { return CoversPasidCache(s, changed); }), kMissingPasidCache);
  }
  if (!changed.space.pass_through() || WholeSpace(changed)) {
    const CacheInvalidation iotlb = IotlbStep(changed, DriverConfig());
    need(LastOf(recipe, [&](const CacheInvalidation& s) { return CoversIotlb(s, changed, iotlb); }), kMissingIotlb);
    if (changed.ats) {
      const CacheInvalidation device = DeviceTlbStep(changed);
      need(LastOf(recipe, [&](const CacheInvalidation& s) { return CoversDeviceTlb(s, changed, device); }),
           kMissingDeviceTlb);
    }
  }
  need(LastOf(recipe, [](const CacheInvalidation& s) { return s.what.kind == Kind::kWait && s.what.status_write; }),
       kMissingWait);
  return missing;
}

}  // namespace siov

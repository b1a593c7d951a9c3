// SPDX-License-Identifier: Apache-2.0
// Which invalidations a change of the tables needs, and a checker that names what is missing (VT-d 6.5.2.12, table 28;
// docs/requirements/iom.md, IOM-19, IOM-20, IOM-24). Pure.
//
// Always from the structure to what was derived from it: context, PASID, IOTLB, device TLB, then a wait.
#ifndef SIOV_MODELS_HOST_DRIVER_DRIVER_RECIPES_H_
#define SIOV_MODELS_HOST_DRIVER_DRIVER_RECIPES_H_

#include <cstdint>
#include <vector>

#include "models/host/driver/driver_config.h"
#include "models/protocol/invalidation.h"
#include "models/translation/address_spaces.h"

namespace siov {

using Recipe = std::vector<CacheInvalidation>;

enum class TableChange : std::uint8_t {
  kTenantPages,   // entries of the stage that maps the tenant's pages: P 1 -> 0, or fewer rights
  kSecondStage,   // entries of the second stage below a first one (nested)
  kPasidEntry,    // P 1 -> 0
  kContextEntry,  // P 1 -> 0
};

// What was changed, and who may have cached it.
struct ChangedRange {
  TableChange change = TableChange::kTenantPages;
  AddressSpace space;
  RequesterId requester = 0;
  bool ats = false;  // the requester has a device TLB
  std::uint64_t address = 0;
  std::uint8_t page_shift = kPageShift4K;  // log2 of the aligned range
};

// Appends the steps for one change, without the wait. RISC-V needs a fence before device TLBs (`fence_between`).
void AppendRecipe(const ChangedRange& changed, const DriverConfig& config, bool fence_between, Recipe* recipe);
// The wait that ends every recipe, without fence, as Linux's qi_submit_sync: the next sync goes on behind it.
// `status_address`: where it writes.
CacheInvalidation WaitStep(std::uint64_t status_address);
// Only the step for the device TLB, if the device has one.
void AppendDeviceRecipe(const ChangedRange& changed, Recipe* recipe);
// As a driver that gets it wrong would do it.
void ApplyOmission(RecipeOmission omission, Recipe* recipe);

// What a recipe leaves out for a change. Bits.
enum MissingStep : std::uint8_t {
  kMissingContext = 1,
  kMissingPasidCache = 2,
  kMissingIotlb = 4,
  kMissingDeviceTlb = 8,
  kMissingWait = 16,
  kWrongOrder = 32,  // a device TLB before the IOTLB it refills from, or a cache before the one it is re-seeded from
};
std::uint8_t CheckRecipe(const ChangedRange& changed, const Recipe& recipe);

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_DRIVER_RECIPES_H_

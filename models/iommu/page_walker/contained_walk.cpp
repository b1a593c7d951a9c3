// SPDX-License-Identifier: Apache-2.0
// Walks for translated requests of devices that are not trusted with host-physical addresses (requirements ATS-13).
// RISC-V, T2GPA: the request has a guest-physical address; the device context leads to the second stage, and the
// process directory is not looked at. VT-d: four levels of the host permission table say whether the device may use
// the page (4.2.4).
#include "models/iommu/page_walker/page_walker_core.h"

namespace siov {

// VT-d, the PASID entry is known: it has the table's root.
void PageWalkerCore::EnterContained(OngoingWalk& walk) {
  if (riscv()) return EnterGuestPhysical(walk);
  walk.level_ = HostPermissions::kLevels;
  walk.step_ = Step::kPermissionEntry;
}

// The second stage is the tenant's VM's (models/translation): which one, its PASID says.
void PageWalkerCore::EnterGuestPhysical(OngoingWalk& walk) {
  walk.entry_ = spaces_.ReadPasidEntry(walk.request_.requester, walk.pasid_);
  SetSpace(walk, walk.entry_.present ? spaces_.TablesOf(walk.entry_) : std::nullopt);
  if (!walk.space_) return Fail(walk, kRiscvTransactionDisallowed);
  if (walk.space_->pass_through()) return PassThrough(walk);
  if (walk.space_->second.levels == 0) return Fail(walk, kRiscvDeviceDirectoryMisconfigured);  // T2GPA without iohgatp
  AddGuest(walk, walk.request_.address, OngoingWalk::GuestUse::kOutput);
}

PageWalkerCore::Access PageWalkerCore::ReadPermission(OngoingWalk& walk) {
  ++walk.tally_.permission_reads;
  walk.step_ = Step::kPermissionData;
  const WalkRequest& request = walk.request_;
  return EntryAccess::Read(
      spaces_.structures().BaseOf(request.requester) +
      spaces_.structures().host_permissions().EntryAddress(request.requester, walk.level_, request.address));
}

void PageWalkerCore::TakePermission(OngoingWalk& walk) {
  const WalkRequest& request = walk.request_;
  const HostPermission page =
      spaces_.structures().host_permissions().Find(request.requester, request.address, host_permission_shift_);
  if (walk.level_ > HostPermissions::LeafLevel(page.page_shift)) {
    --walk.level_;
    walk.step_ = Step::kPermissionEntry;
    return;
  }
  if (page.defect == EntryDefect::kUnreadable) return Fail(walk, kHostPermissionReadError);
  if (page.defect == EntryDefect::kReserved) return Fail(walk, kHostPermissionReservedBits);
  if (!page.read && !page.write) return Fail(walk, kHostPermissionNotPresent);
  Translation& result = walk.result_;
  result.page_shift = page.page_shift;
  result.address = PageBase(request.address, page.page_shift);
  result.read = result.privileged_read = page.read;
  result.write = result.privileged_write = page.write;
  result.fpd = walk.fpd_;
  walk.step_ = Step::kDone;
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// Changes of explicit address spaces that replaying tenants ask for (docs/translation.md, "Mapping requests").
#include "models/base/invariant.h"
#include "models/host/cpus/host.h"

namespace siov {

void Host::ChangeMapping(MappingRequest& change) {
  switch (change.action) {
    case MappingAction::kMap:
      MapPages(change);
      return OnMappingDone(change);
    case MappingAction::kUnmapTable:
      UnmapPages(change.pasid, change.address, change.size_bytes);
      return OnMappingDone(change);
    case MappingAction::kUnmap:
      UnmapPages(change.pasid, change.address, change.size_bytes);
      return driver_.ReplayUnmap(change);
    case MappingAction::kInvalidate:
      return driver_.ReplayInvalidate(change);
  }
  throw InvariantError(path() + ": a change of mappings that the driver does not know");
}

// Pages in the way give way. First-stage tables cannot say that a page may be written and not be read.
void Host::MapPages(const MappingRequest& change) {
  const MappingRequest::Page& page = change.page;
  const std::uint64_t page_bytes = std::uint64_t{1} << page.shift;
  const auto space = address_spaces_.Find(change.pasid);
  CheckInvariant(space.has_value(), [&] { return this->path() + ": a mapping for a PASID without address space"; });
  const bool first_stage = space->tenant_stage() == TableStage::kFirst;
  for (std::uint64_t done = 0; done < change.size_bytes; done += page_bytes) {
    const std::uint64_t address = change.address + done;
    const PageMapping before = address_spaces_.Translate(change.pasid, address);
    const bool equal_pages = page.shift == kPageShift4K && before.page_shift == kPageShift4K && !space->nested();
    if (!equal_pages) {
      UnmapPages(change.pasid, address, page_bytes);
    }
    address_spaces_.Map(change.pasid, address, page.shift, page.address + done, page.read || first_stage, page.write);
    pages_mapped_.Add();
  }
}

void Host::UnmapPages(Pasid pasid, std::uint64_t address, std::uint64_t bytes) {
  for (std::uint64_t done = 0; done < bytes; done += kPage4K) {
    if (address_spaces_.Unmap(pasid, address + done)) pages_unmapped_.Add();
  }
}

}  // namespace siov

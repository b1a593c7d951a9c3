// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/replayed_mappings.h"

#include "models/base/invariant.h"

namespace siov {

ReplayedMappings::ReplayedMappings(PartedBlock& host, StatGroup& statistics, AddressSpaces& spaces, Driver& driver)
    : BlockPart(host),
      from_replay("from_replay", this, &ReplayedMappings::OnRequest),
      spaces_(spaces),
      driver_(driver),
      pages_mapped_(statistics, "pages_mapped", "pages", "Pages mapped on request of replaying tenants."),
      pages_unmapped_(statistics, "pages_unmapped", "pages", "Pages unmapped on request of replaying tenants.") {}

tlm::tlm_sync_enum ReplayedMappings::OnRequest(std::uint32_t, MappingRequest& request, Picoseconds delay) {
  Arrive(delay, kRequest, request);
  return tlm::TLM_UPDATED;
}

void ReplayedMappings::Change(MappingRequest& request) {
  switch (request.action) {
    case MappingAction::kMap:
      Map(request);
      return Answer(request);
    case MappingAction::kUnmapTable:
      Unmap(request.pasid, request.address, request.size_bytes);
      return Answer(request);
    case MappingAction::kUnmap:
      Unmap(request.pasid, request.address, request.size_bytes);
      return driver_.ReplayUnmap(request);
    case MappingAction::kInvalidate:
      return driver_.ReplayInvalidate(request);
  }
}

// Pages in the way give way. First-stage tables cannot say that a page may be written and not be read.
void ReplayedMappings::Map(const MappingRequest& request) {
  const MappingRequest::Page& page = request.page;
  const std::uint64_t page_bytes = std::uint64_t{1} << page.shift;
  const auto space = spaces_.Find(request.pasid);
  CheckInvariant(space.has_value(), [&] { return this->path() + ": a mapping for a PASID without address space"; });
  const bool first_stage = space->tenant_stage() == TableStage::kFirst;
  for (std::uint64_t done = 0; done < request.size_bytes; done += page_bytes) {
    const std::uint64_t address = request.address + done;
    const PageMapping before = spaces_.Translate(request.pasid, address);
    const bool equal_pages = page.shift == kPageShift4K && before.page_shift == kPageShift4K && !space->nested();
    if (!equal_pages) Unmap(request.pasid, address, page_bytes);
    spaces_.Map(request.pasid, address, page.shift, page.address + done, page.read || first_stage, page.write);
    pages_mapped_.Add();
  }
}

void ReplayedMappings::Unmap(Pasid pasid, std::uint64_t address, Bytes bytes) {
  for (std::uint64_t done = 0; done < bytes; done += kPage4K) {
    if (spaces_.Unmap(pasid, address + done)) pages_unmapped_.Add();
  }
}

void ReplayedMappings::Answer(MappingRequest& request) {
  request.ledger.Open(now());  // it only tells the time
  from_replay.Respond(request, 0);
}

}  // namespace siov

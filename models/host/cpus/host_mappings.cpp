// SPDX-License-Identifier: Apache-2.0
// Changes of explicit address spaces that replaying tenants ask for (docs/translation.md, "Mapping requests").
#include "models/base/invariant.h"
#include "models/host/cpus/host.h"

namespace siov {

void Host::ChangeMapping(Payload& change) {
  const Tlp& tlp = TlpOf(change);
  switch (tlp.mapping) {
    case MappingAction::kMap:
      MapPages(change);
      return AnswerChange(change, 0);
    case MappingAction::kUnmapTable:
      UnmapPages(tlp.pasid, tlp.virtual_address, change.get_data_length());
      return AnswerChange(change, 0);
    case MappingAction::kUnmap:
      UnmapPages(tlp.pasid, tlp.virtual_address, change.get_data_length());
      return driver_.ReplayUnmap(change);
    case MappingAction::kInvalidate:
      return driver_.ReplayInvalidate(change);
  }
  throw InvariantError(path() + ": a change of mappings that the driver does not know");
}

// Pages in the way give way. First-stage tables cannot say that a page may be written and not be read.
void Host::MapPages(Payload& change) {
  const Tlp& tlp = TlpOf(change);
  const Translation& page = tlp.translation;
  const std::uint64_t page_bytes = std::uint64_t{1} << page.page_shift;
  const auto space = address_spaces_.Find(tlp.pasid);
  CheckInvariant(space.has_value(), [&] { return this->path() + ": a mapping for a PASID without address space"; });
  const bool first_stage = space->tenant_stage() == TableStage::kFirst;
  for (std::uint64_t done = 0; done < change.get_data_length(); done += page_bytes) {
    const std::uint64_t address = tlp.virtual_address + done;
    const PageMapping before = address_spaces_.Translate(tlp.pasid, address);
    const bool equal_pages = page.page_shift == kPageShift4K && before.page_shift == kPageShift4K && !space->nested();
    if (!equal_pages) {
      UnmapPages(tlp.pasid, address, page_bytes);
    }
    address_spaces_.Map(tlp.pasid, address, page.page_shift, page.address + done, page.read || first_stage, page.write);
    pages_mapped_.Add();
  }
}

void Host::UnmapPages(Pasid pasid, std::uint64_t address, std::uint64_t bytes) {
  for (std::uint64_t done = 0; done < bytes; done += kPage4K) {
    if (address_spaces_.Unmap(pasid, address + done)) pages_unmapped_.Add();
  }
}

void Host::AnswerChange(Payload& change, Picoseconds delay) {
  TlpOf(change).ledger.Open(now() + delay);  // as in AnswerSubmission
  from_traffic.Respond(change, delay);
}

}  // namespace siov

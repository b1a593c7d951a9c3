// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_address_space.h"

#include <algorithm>

#include "platforms/resolve/number_text.h"
#include "platforms/resolve/read_parameters.h"

namespace siov {
namespace {

// Pages that are there before the first job, as a fraction.
double ResidentAtStart(const ResolveContext& context, const std::string& path, const siovsim::AddressSpace& space) {
  const double fraction = space.has_resident_fraction() ? space.resident_fraction() : 1.0;
  if (space.paging() != siovsim::AddressSpace::ON_DEMAND) return fraction;
  if (fraction != 1.0) {
    context.Add(path + ".address_space.resident_fraction", NumberText(fraction),
                "address spaces paged ON_DEMAND start without a page: leave it out");
  }
  return 0.0;
}

}  // namespace

AddressSpaceClass ResolveAddressSpace(const ResolveContext& context, const std::string& path,
                                      const siovsim::AddressSpace& space, std::uint32_t first_pasid,
                                      std::uint32_t tenants) {
  AddressSpaceClass resolved;
  resolved.first_pasid = first_pasid;
  resolved.count = tenants;
  Read(space, &resolved);
  const bool nested = resolved.stages == TranslationStages::kNested;
  const bool uses_first = nested || resolved.stages == TranslationStages::kFirstOnly;
  if (!uses_first) resolved.first_format = TableFormat::kNone;
  for (const siovsim::PageRange& range : space.page_ranges()) {
    Read(range, &resolved.leaf_ranges.emplace_back());
  }
  resolved.resident_fraction = ResidentAtStart(context, path, space);
  context.AddBlockFaults(path + ".address_space", resolved.Validate());
  return resolved;
}

void UseRecordedPages(const ResolveContext& context, const siovsim::AddressSpace& space, AddressSpaceClass* resolved) {
  resolved->explicit_pages = true;
  const std::string path = "replay.address_space";
  const std::string reason = "pages are mapped as recorded (replay.pages)";
  if (resolved->stages == TranslationStages::kPassThrough) {
    context.Add(path + ".stages", "PASS_THROUGH", reason, "FIRST, SECOND or NESTED");
  }
  if (space.paging() == siovsim::AddressSpace::ON_DEMAND) {
    context.Add(path + ".paging", "ON_DEMAND", reason, "PINNED");
  } else if (resolved->resident_fraction < 1.0) {
    context.Add(path + ".resident_fraction", NumberText(resolved->resident_fraction), reason, "1");
  }
  if (resolved->read_only) context.Add(path + ".read_only", "true", reason, "false");
  const bool nested = resolved->stages == TranslationStages::kNested;
  const bool first = nested || resolved->stages == TranslationStages::kFirstOnly;
  const siovsim::AddressSpace::Page page = first ? space.first_page() : space.second_page();
  if (page != siovsim::AddressSpace::PAGE_4K) {
    context.Add(path + (first ? ".first_page" : ".second_page"), siovsim::AddressSpace::Page_Name(page),
                reason + ", in their recorded sizes", "PAGE_4K");
  }
  if (!nested && resolved->pasids_per_domain > 1) {
    context.Add(path + ".tenants_per_vm", std::to_string(resolved->pasids_per_domain),
                reason + ", and every recorded domain has its own", "1");
  }
}

void RefuseStreaming(const ResolveContext& context, const std::string& path, const TenantClassConfig& tenants,
                     const siovsim::AddressSpace& space) {
  const auto refuse = [&](bool holds, const char* why) {
    if (holds) context.Add(path + ".mapping", "STREAMING", why, "PINNED");
  };
  refuse(tenants.origin == JobOrigin::kDevice, "needs the host's submission: jobs that begin in the device have none");
  refuse(std::any_of(tenants.jobs.begin(), tenants.jobs.end(),
                     [](const JobKind& kind) { return kind.op == JobOp::kPacket; }),
         "maps a job's buffers: PACKET jobs make accesses of their own");
  refuse(space.stages() == siovsim::AddressSpace::PASS_THROUGH, "needs tables: PASS_THROUGH maps nothing");
  refuse(space.has_resident_fraction() && space.resident_fraction() < 1.0,
         "maps pages itself: resident_fraction must be 1");
  refuse(space.paging() == siovsim::AddressSpace::ON_DEMAND, "maps pages itself: paging must be PINNED");
  refuse(space.read_only(), "maps pages for reading and writing: read_only must be false");
}

}  // namespace siov

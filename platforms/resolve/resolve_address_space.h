// SPDX-License-Identifier: Apache-2.0
// Address spaces of tenants: configuration message to plain parameters, and what does not go together with how their
// pages come and go. Faults are reported through the context; the structs are filled in any case.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVE_ADDRESS_SPACE_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVE_ADDRESS_SPACE_H_

#include <cstdint>
#include <string>

#include "configs/schema/workload.pb.h"
#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// `path`: of the group of tenants, "tenant_classes[name=a]" or "replay".
AddressSpaceClass ResolveAddressSpace(const ResolveContext& context, const std::string& path,
                                      const siovsim::AddressSpace& space, std::uint32_t first_pasid,
                                      std::uint32_t tenants);

// A replay in recorded order: tenants' pages are then what the recording says and nothing else.
void UseRecordedPages(const ResolveContext& context, const siovsim::AddressSpace& space, AddressSpaceClass* resolved);

// What a driver maps for each job is there and writable until it unmaps it.
void RefuseStreaming(const ResolveContext& context, const std::string& path, const TenantClassConfig& tenants,
                     const siovsim::AddressSpace& space);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVE_ADDRESS_SPACE_H_

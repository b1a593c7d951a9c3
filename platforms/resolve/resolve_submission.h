// SPDX-License-Identifier: Apache-2.0
// What the submission of a class of tenants cannot be asked for, where it is configured.
#ifndef SIOV_PLATFORMS_RESOLVE_RESOLVE_SUBMISSION_H_
#define SIOV_PLATFORMS_RESOLVE_RESOLVE_SUBMISSION_H_

#include <string>

#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

// Guests have a second stage, and the PASIDs of a VM's processes 20 bits.
void RefuseGuestPasids(const ResolveContext& context, const std::string& path, const siovsim::AddressSpace& space,
                       const TenantClassConfig& config);

// What says how ENQCMD is used means nothing where no queue is shared, or nobody submits; nor does a fence where memory
// is a model from outside, which does not say when it was read.
void RefuseWithoutEnqcmd(const ResolveContext& context, const std::string& path, const siovsim::TenantClass& tenants,
                         const ResolvedPlatform& platform, const TenantClassConfig& config);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_RESOLVE_SUBMISSION_H_

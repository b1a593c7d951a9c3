// SPDX-License-Identifier: Apache-2.0
// What a resource does for a job, and so which stage of its ledger is spent waiting for it
// (platforms/collect/resource_roles.h). In the order in which a job comes to them.
#ifndef SIOV_PLATFORMS_KINDS_RESOURCE_ROLE_H_
#define SIOV_PLATFORMS_KINDS_RESOURCE_ROLE_H_

#include <cstdint>

namespace siov {

enum class ResourceRole : std::uint8_t {
  kOther,
  kSubmitCpus,
  kDedicatedPlaces,
  kPortalSlots,
  kQueuePlaces,
  kContexts,
  kPendingTranslations,
  kReadBuffers,
  kWriteBuffers,
  kDataPath,
  kAtcPort,
  kTranslations,
  kTags,
  kPostedQueue,
  kUpstreamCredits,
  kDownstreamCredits,
  kAnswerCredits,
  kWire,
  kRootReads,
  kTranslationWindow,
  kIotlbPort,
  kMissSlots,
  kWalkers,
  kWalkerCache,
  kSocketLink,
  kMemory,
  kFaultCredits,
  kFaultService,
  kVcpus,
  kDriverLock,
  kInvalidationRing,
  kInvalidation,
  kItags,
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_KINDS_RESOURCE_ROLE_H_

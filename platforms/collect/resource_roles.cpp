// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/resource_roles.h"

namespace siov {
namespace {

using Role = ResourceRole;

constexpr RoleSet kCredits = Set(Role::kUpstreamCredits, Role::kDownstreamCredits);
constexpr RoleSet kIommu =
    Set(Role::kTranslationWindow, Role::kMissSlots, Role::kWalkers, Role::kWalkerCache, Role::kIotlbPort);

// What a request does between the device's port and its answer.
constexpr StageSet kInRequest = Set(Stage::kLinkWait, Stage::kLinkCreditWait, Stage::kLinkWire, Stage::kIotlbWait,
                                    Stage::kIotlb, Stage::kWalkWait, Stage::kWalk, Stage::kWalkMemory,
                                    Stage::kSocketLinkWait, Stage::kSocketLink, Stage::kMemoryWait, Stage::kMemory);
// Contexts are held through all that follows them but the interrupt.
constexpr StageSet kInContext =
    kInRequest | Set(Stage::kEngineWait, Stage::kEngine, Stage::kAtcWait, Stage::kAtc, Stage::kTagWait,
                     Stage::kPageRequest, Stage::kPageEvent, Stage::kPageFault, Stage::kPort, Stage::kPageFaultWait,
                     Stage::kPageResponse, Stage::kInvalidateWait, Stage::kOrderWait);
constexpr StageSet kInWalk = Set(Stage::kWalkWait, Stage::kWalk, Stage::kWalkMemory);
constexpr StageSet kInMemory = Set(Stage::kSocketLinkWait, Stage::kSocketLink, Stage::kMemoryWait, Stage::kMemory);
constexpr StageSet kInIotlb = kInWalk | Set(Stage::kIotlbWait, Stage::kIotlb);

}  // namespace

const std::vector<Cause>& Causes() {
  static const std::vector<Cause> causes = {
      {Stage::kSubmitWait, Set(Role::kSubmitCpus, Role::kDedicatedPlaces, Role::kQueuePlaces)},
      {Stage::kSubmit, Set(Role::kPortalSlots)},  // a part of it
      {Stage::kRetryBackoff, Set(Role::kQueuePlaces)},
      {Stage::kLinkWait, Set(Role::kWire, Role::kPostedQueue)},
      {Stage::kLinkCreditWait, kCredits},
      {Stage::kTagWait, Set(Role::kTags)},
      {Stage::kQueueWait, Set(Role::kContexts)},
      {Stage::kEngineWait, Set(Role::kPendingTranslations, Role::kReadBuffers, Role::kWriteBuffers, Role::kDataPath)},
      {Stage::kAtcWait, Set(Role::kTranslations, Role::kAtcPort)},
      {Stage::kIotlbWait, Set(Role::kTranslationWindow, Role::kMissSlots, Role::kIotlbPort)},
      {Stage::kWalkWait, Set(Role::kWalkers, Role::kWalkerCache)},
      {Stage::kSocketLinkWait, Set(Role::kSocketLink)},
      {Stage::kMemoryWait, Set(Role::kMemory, Role::kRootReads)},
      {Stage::kPageFaultWait, Set(Role::kFaultService, Role::kFaultCredits)},
      {Stage::kInterruptWait, Set(Role::kVcpus)},
      {Stage::kOrderWait, kIommu | kCredits |
                              Set(Role::kTranslations, Role::kFaultService, Role::kFaultCredits, Role::kPostedQueue,
                                  Role::kWire, Role::kSocketLink, Role::kMemory)},
      {Stage::kInvalidateWait, Set(Role::kDriverLock, Role::kInvalidationRing, Role::kInvalidation, Role::kItags)},
  };
  return causes;
}

const char* WaitersOf(Role role) {
  switch (role) {
    case Role::kSubmitCpus:
      return "cpu_waiting";
    case Role::kDedicatedPlaces:
      return "credit_waiting";
    case Role::kVcpus:
      return "interrupts_waiting";
    default:
      return nullptr;
  }
}

StageSet InsideOf(Role role) {
  switch (role) {
    case Role::kQueuePlaces:
      return Set(Stage::kQueueWait, Stage::kArbitration);
    case Role::kSubmitCpus:  // servers, but they may stand still inside
      return Set(Stage::kMap, Stage::kSubmit, Stage::kExit, Stage::kUnmap, Stage::kInvalidateWait) |
             Set(Stage::kLinkCreditWait);
    case Role::kDedicatedPlaces:
    case Role::kContexts:
      return kInContext;
    case Role::kReadBuffers:   // from a read's issue until its data is handled
    case Role::kWriteBuffers:  // until a write has left the device
      return kInContext & ~Set(Stage::kEngineWait, Stage::kEngine);
    case Role::kTags:
      return kInRequest;
    case Role::kPendingTranslations:
      return kInRequest | Set(Stage::kAtcWait, Stage::kAtc, Stage::kTagWait, Stage::kPort, Stage::kPageFaultWait,
                              Stage::kPageFault, Stage::kPageEvent);
    case Role::kTranslations:
      return kInIotlb | Set(Stage::kTagWait, Stage::kLinkCreditWait, Stage::kLinkWait, Stage::kLinkWire, Stage::kPort);
    case Role::kPostedQueue:
      return Set(Stage::kLinkCreditWait, Stage::kLinkWait, Stage::kLinkWire, Stage::kPort);
    case Role::kUpstreamCredits:  // until the root port has passed the packet on
      return kInIotlb | Set(Stage::kLinkWait, Stage::kLinkWire, Stage::kPort, Stage::kMemoryWait);
    case Role::kDownstreamCredits:
      return Set(Stage::kLinkWait, Stage::kLinkWire, Stage::kPort);
    case Role::kDriverLock:  // a server as well
      return Set(Stage::kInvalidateWait);
    case Role::kTranslationWindow:
      return kInIotlb;
    case Role::kMissSlots:
      return kInWalk;
    case Role::kRootReads:
      return kInIotlb | kInMemory;
    case Role::kFaultCredits:
      return Set(Stage::kPageFaultWait, Stage::kPageFault, Stage::kPageEvent);
    default:
      return 0;
  }
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/root_port/root_port_core.h"

#include <string>

#include "models/base/invariant.h"

namespace siov {
namespace {

UpstreamRoute RouteTranslated(bool interrupt_range, Containment containment) {
  if (containment == Containment::kSecondStage) return UpstreamRoute::kIotlb;
  if (interrupt_range) return UpstreamRoute::kRefused;
  return containment == Containment::kNone ? UpstreamRoute::kMemory : UpstreamRoute::kIotlb;
}

UpstreamRoute RouteMemoryRequest(TlpKind kind, AddressType at, std::uint64_t address, bool with_pasid, bool blocking,
                                 Containment containment) {
  const bool write = kind == TlpKind::kMemoryWrite;
  const bool interrupt_range = IsInterruptAddress(address);
  switch (at) {
    case AddressType::kTranslated:
      return blocking ? UpstreamRoute::kRefused : RouteTranslated(interrupt_range, containment);
    case AddressType::kTranslationRequest:
      return UpstreamRoute::kRefused;  // translation requests have a kind of their own
    case AddressType::kUntranslated:
      break;
  }
  if (!interrupt_range || with_pasid) return UpstreamRoute::kIotlb;
  return write ? UpstreamRoute::kInterrupts : UpstreamRoute::kRefused;
}

}  // namespace

UpstreamRoute RouteUpstream(TlpKind kind, AddressType at, std::uint64_t address, bool with_pasid,
                            bool acs_translation_blocking, Containment containment) {
  switch (kind) {
    case TlpKind::kMemoryRead:
    case TlpKind::kMemoryWrite:
      return RouteMemoryRequest(kind, at, address, with_pasid, acs_translation_blocking, containment);
    case TlpKind::kTranslationRequest:
      return acs_translation_blocking ? UpstreamRoute::kRefused : UpstreamRoute::kIotlb;
    case TlpKind::kPageRequest:
      return UpstreamRoute::kPriQueue;
    case TlpKind::kInvalidateCompletion:
      return UpstreamRoute::kInvalidations;
    case TlpKind::kDeferrableWrite:
    case TlpKind::kPageGroupResponse:
    case TlpKind::kInvalidateRequest:
    case TlpKind::kConfigRead:
    case TlpKind::kConfigWrite:
    case TlpKind::kRegisterRead:
    case TlpKind::kRegisterWrite:
      break;
  }
  throw InvariantError("root port: a packet of kind " + std::to_string(static_cast<unsigned>(kind)) +
                       " came up the link, which has no place to go in a host");
}

namespace {

FaultReason CheckRoot(const TranslationStructures& structures, RequesterId requester) {
  if (structures.root_mode() == RootMode::kInvalid) return kRootModeInvalid;
  if (structures.root_mode() == RootMode::kAbort) return kRootModeAbort;
  const RootEntry root = structures.Root(requester);
  if (root.defect == EntryDefect::kUnreadable) return kRootReadError;
  if (!root.present) return kRootNotPresent;
  return root.defect == EntryDefect::kReserved ? kRootReservedBits : kNoFault;
}

FaultReason CheckContext(const ContextEntry& context) {
  if (context.defect == EntryDefect::kUnreadable) return kContextReadError;
  if (!context.present) return kContextNotPresent;
  if (context.defect == EntryDefect::kReserved) return kContextReservedBits;
  if ((!context.dte && context.pre) || (!context.paside && context.eptr)) return kContextInvalid;
  return context.dte ? kNoFault : kDeviceTlbDisabled;
}

FaultReason CheckPasidEntry(const PasidEntry& entry) {
  if (entry.defect == EntryDefect::kUnreadable) return kPasidEntryReadError;
  if (!entry.present) return kPasidEntryNotPresent;
  if (entry.defect == EntryDefect::kReserved) return kPasidEntryReservedBits;
  return entry.pgtt < kPgttFirstStage || entry.pgtt > kPgttPassThrough ? kPasidEntryInvalid : kNoFault;
}

// A request with PASID also looks at the entries of its PASID. One nobody set is as good as the walk found it that gave
// the device its translation.
TranslatedCheck CheckPasid(const TranslationStructures& structures, const ContextEntry& context, RequesterId requester,
                           std::uint32_t pasid) {
  if (!context.eptr) return {kTranslatedWithPasidDisabled, context.fpd};
  if (pasid >= context.pasids()) return {kPasidBeyondDirectory, context.fpd};
  if (pasid == context.rid_pasid) return {kPasidEqualsRidPasid, context.fpd};
  const DirectoryEntry directory = structures.Directory(requester, pasid);
  const bool fpd = context.fpd || directory.fpd;
  if (directory.defect == EntryDefect::kUnreadable) return {kPasidDirectoryReadError, fpd};
  if (!directory.present) return {kPasidDirectoryNotPresent, fpd};
  if (directory.defect == EntryDefect::kReserved) return {kPasidDirectoryReservedBits, fpd};
  const PasidEntry* entry = structures.FindPasidEntry(requester, pasid);
  if (entry == nullptr) return {kNoFault, fpd};
  return {CheckPasidEntry(*entry), fpd || entry->fpd};
}

}  // namespace

RequesterCheck CheckRequester(const TranslationStructures& structures, RequesterId requester) {
  const FaultReason root = CheckRoot(structures, requester);
  if (root != kNoFault) return {{root, false}, {}};
  const ContextEntry context = structures.Context(requester);
  return {{CheckContext(context), context.fpd}, context};
}

TranslatedCheck CheckTranslated(const TranslationStructures& structures, const RequesterCheck& of_requester,
                                RequesterId requester, Pasid pasid, std::uint64_t address, unsigned host_address_bits,
                                Containment containment) {
  TranslatedCheck check = of_requester.check;
  if (check.reason != kNoFault) return check;
  if (pasid.valid()) check = CheckPasid(structures, of_requester.context, requester, pasid.value());
  if (check.reason != kNoFault || containment == Containment::kSecondStage) return check;
  if (host_address_bits < 64 && (address >> host_address_bits) != 0) {
    check.reason = kAboveHostWidth;
  } else if (IsInterruptAddress(address)) {
    check.reason = kInterruptRange;
  }
  return check;
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// Where a root port sends what comes up its link. Pure.
#ifndef SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_CORE_H_
#define SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_CORE_H_

#include <cstdint>

#include "models/fabric/root_port/root_port_config.h"
#include "models/protocol/tlp.h"
#include "models/translation/translation_structures.h"

namespace siov {

enum class UpstreamRoute : std::uint8_t {
  kMemory,         // translated: past the IOMMU
  kIotlb,          // untranslated requests, translation requests; translated ones whose addresses are checked
  kPriQueue,       // page requests
  kInterrupts,     // writes to FEEx_xxxxh without PASID (VT-d 5.1)
  kInvalidations,  // invalidate completions
  kRefused,        // Unsupported Request
};

// VT-d 4.2, PCIe base specification 6.12.1.1 (ACS translation blocking) and 10.2.2:
//   write with AT=01, anything translated to FEEx_xxxxh, a read of FEEx_xxxxh without PASID: refused;
//   with translation blocking, translated requests and translation requests: refused.
// With containment (requirements ATS-13) translated requests take the way through the IOMMU; guest-physical addresses
// know no interrupt range.
UpstreamRoute RouteUpstream(TlpKind kind, AddressType at, std::uint64_t address, bool with_pasid,
                            bool acs_translation_blocking, Containment containment = Containment::kNone);

// The check of a translated request (VT-d 4.2.5): it skips the page tables, not the structures above them. kNoFault if
// it may go to memory. `fpd`: what was looked at says not to record the fault. A guest-physical address is left to the
// second stage.
struct TranslatedCheck {
  FaultReason reason = kNoFault;
  bool fpd = false;
};
// What the structures say of a requester, whatever its PASID and address: good until they change.
struct RequesterCheck {
  TranslatedCheck check;
  ContextEntry context;  // if check.reason is kNoFault
};
RequesterCheck CheckRequester(const TranslationStructures& structures, RequesterId requester);
TranslatedCheck CheckTranslated(const TranslationStructures& structures, const RequesterCheck& of_requester,
                                RequesterId requester, Pasid pasid, std::uint64_t address, unsigned host_address_bits,
                                Containment containment);

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_ROOT_PORT_ROOT_PORT_CORE_H_

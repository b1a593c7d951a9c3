// SPDX-License-Identifier: Apache-2.0
// Which packet may pass an older posted request of its link and traffic class: the column "posted" of the ordering
// table of PCI Express (base specification 2.4.1). Packets of different traffic classes know no order. All else in the
// table is a permission; who uses which says so where it queues. Pure.
#ifndef SIOV_MODELS_PROTOCOL_ORDERING_H_
#define SIOV_MODELS_PROTOCOL_ORDERING_H_

#include <cstddef>
#include <cstdint>

#include "models/protocol/tlp.h"

namespace siov {

inline constexpr std::size_t kTrafficClasses = 8;

// What order in a root complex belongs to, whoever asks: a root port's traffic class. Below 256 * kTrafficClasses.
inline std::uint16_t PortStreamOf(std::uint32_t root_port, const TlpHeader& tlp) {
  return static_cast<std::uint16_t>(root_port * kTrafficClasses + tlp.traffic_class % kTrafficClasses);
}

// What the rules look at.
struct OrderAttributes {
  CreditClass credit_class = CreditClass::kPosted;
  bool is_read = false;  // a request without data: relaxed ordering does not help it (B2)
  bool relaxed = false;
  bool id_based = false;
  std::uint8_t traffic_class = 0;
  RequesterId requester = 0;
  Pasid pasid;
};

inline OrderAttributes OrderOfRequest(const TlpHeader& tlp) {
  OrderAttributes order;
  order.credit_class = IsPosted(tlp.kind) ? CreditClass::kPosted : CreditClass::kNonPosted;
  constexpr std::uint32_t kReads = BitOf(TlpKind::kMemoryRead) | BitOf(TlpKind::kTranslationRequest) |
                                   BitOf(TlpKind::kConfigRead) | BitOf(TlpKind::kRegisterRead);
  order.is_read = (kReads & BitOf(tlp.kind)) != 0;
  order.relaxed = tlp.relaxed_ordering;
  order.id_based = tlp.id_based_ordering;
  order.traffic_class = tlp.traffic_class;
  order.requester = tlp.requester;
  order.pasid = tlp.pasid;
  return order;
}
// A completion has the relaxed ordering of its request. Id-based ordering is the completer's to allow; none here does.
inline OrderAttributes OrderOfCompletion(const TlpHeader& tlp) {
  OrderAttributes order = OrderOfRequest(tlp);
  order.credit_class = CreditClass::kCompletion;
  order.is_read = order.id_based = false;
  return order;
}

// Id-based ordering takes them for independent: other requesters, or other PASIDs where both have one.
inline bool AreOfDifferentIds(const OrderAttributes& a, const OrderAttributes& b) {
  return a.requester != b.requester || (a.pasid.valid() && b.pasid.valid() && a.pasid != b.pasid);
}

// A relaxed read is a read: it waits.
inline bool PassesByRelaxedOrdering(const OrderAttributes& younger) { return younger.relaxed && !younger.is_read; }

inline bool MayPassPosted(const OrderAttributes& younger, const OrderAttributes& posted) {
  if (younger.traffic_class != posted.traffic_class) return true;
  if (PassesByRelaxedOrdering(younger)) return true;
  return younger.id_based && AreOfDifferentIds(younger, posted);
}

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_ORDERING_H_

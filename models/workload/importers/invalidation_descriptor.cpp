// SPDX-License-Identifier: Apache-2.0
#include "models/workload/importers/invalidation_descriptor.h"

namespace siov {
namespace {

constexpr std::uint64_t kAddressMask = ~std::uint64_t{0xfff};

std::uint64_t Bits(std::uint64_t value, unsigned high, unsigned low) {
  return (value >> low) & ((std::uint64_t{1} << (high - low + 1)) - 1);
}

// Context and IOTLB descriptors code their granularity the same way.
bool Scope(std::uint64_t code, InvalidationScope finest, InvalidationScope* scope) {
  if (code < 1 || code > 3) return false;
  *scope = code == 1 ? InvalidationScope::kGlobal : code == 2 ? InvalidationScope::kDomain : finest;
  return true;
}

bool DecodeContext(std::uint64_t qword0, InvalidationDescriptor* out) {
  TraceRecord& record = out->record;
  record.kind = TraceKind::kInvalidateContext;
  if (!Scope(Bits(qword0, 5, 4), InvalidationScope::kDevice, &record.scope)) return false;
  if (record.scope != InvalidationScope::kGlobal) record.domain = static_cast<std::uint32_t>(Bits(qword0, 31, 16));
  out->has_requester = record.scope == InvalidationScope::kDevice;
  if (out->has_requester) out->requester_id = static_cast<RequesterId>(Bits(qword0, 47, 32));
  return true;
}

bool DecodeIotlb(std::uint64_t qword0, std::uint64_t qword1, InvalidationDescriptor* out) {
  TraceRecord& record = out->record;
  record.kind = TraceKind::kInvalidateIotlb;
  if (!Scope(Bits(qword0, 5, 4), InvalidationScope::kPage, &record.scope)) return false;
  if (record.scope != InvalidationScope::kGlobal) record.domain = static_cast<std::uint32_t>(Bits(qword0, 31, 16));
  if (record.scope == InvalidationScope::kPage) {
    record.mask_order = static_cast<std::uint8_t>(Bits(qword1, 5, 0));
    record.iova = qword1 & kAddressMask;
  }
  return true;
}

// With S set the lowest zero bit of the address, from bit 12 up, gives the size: 2^(zeroth bit - 11) pages.
void DecodeDevtlbRange(std::uint64_t address, bool sized, TraceRecord* out) {
  TraceRecord& record = *out;
  record.scope = InvalidationScope::kPage;
  record.iova = address & kAddressMask;
  if (!sized) return;
  unsigned order = 1;
  std::uint64_t bit = kPage4K;
  while (bit != 0 && (record.iova & bit) != 0) {
    record.iova &= ~bit;
    bit <<= 1u;
    ++order;
  }
  if (order >= 64 - kPageShift4K) {  // every address bit is set: the whole address space
    record.scope = InvalidationScope::kGlobal;
    record.iova = 0;
    return;
  }
  record.mask_order = static_cast<std::uint8_t>(order);
}

bool DecodeDevtlb(std::uint64_t qword0, std::uint64_t qword1, InvalidationDescriptor* out) {
  out->record.kind = TraceKind::kInvalidateDevtlb;
  out->has_requester = true;
  out->requester_id = static_cast<RequesterId>(Bits(qword0, 47, 32));
  DecodeDevtlbRange(qword1, (qword1 & 1u) != 0, &out->record);
  return true;
}

std::uint32_t PasidOf(std::uint64_t qword0) { return static_cast<std::uint32_t>(Bits(qword0, 51, 32)); }

bool DecodePasidIotlb(std::uint64_t qword0, std::uint64_t qword1, InvalidationDescriptor* out) {
  TraceRecord& record = out->record;
  record.kind = TraceKind::kInvalidatePasidIotlb;
  const std::uint64_t granularity = Bits(qword0, 5, 4);
  if (granularity != 2 && granularity != 3) return false;
  record.domain = static_cast<std::uint32_t>(Bits(qword0, 31, 16));
  record.pasid = PasidOf(qword0);
  record.scope = granularity == 2 ? InvalidationScope::kPasid : InvalidationScope::kPage;
  if (granularity == 3) {
    record.mask_order = static_cast<std::uint8_t>(Bits(qword1, 5, 0));
    record.iova = qword1 & kAddressMask;
  }
  return true;
}

bool DecodePasidCache(std::uint64_t qword0, InvalidationDescriptor* out) {
  TraceRecord& record = out->record;
  record.kind = TraceKind::kInvalidatePasidCache;
  const std::uint64_t granularity = Bits(qword0, 5, 4);
  if (granularity == 2) return false;
  record.scope = granularity == 0   ? InvalidationScope::kDomain
                 : granularity == 1 ? InvalidationScope::kPasid
                                    : InvalidationScope::kGlobal;
  if (granularity != 3) record.domain = static_cast<std::uint32_t>(Bits(qword0, 31, 16));
  if (granularity == 1) record.pasid = PasidOf(qword0);
  return true;
}

bool DecodePasidDevtlb(std::uint64_t qword0, std::uint64_t qword1, InvalidationDescriptor* out) {
  out->record.kind = TraceKind::kInvalidatePasidDevtlb;
  out->record.pasid = PasidOf(qword0);
  out->has_requester = true;
  out->requester_id = static_cast<RequesterId>(Bits(qword0, 31, 16));
  DecodeDevtlbRange(qword1, Bits(qword1, 11, 11) != 0, &out->record);
  return true;
}

bool DecodePageResponse(std::uint64_t qword0, std::uint64_t qword1, InvalidationDescriptor* out) {
  out->record.kind = TraceKind::kPageResponse;
  if (Bits(qword0, 4, 4) != 0) out->record.pasid = PasidOf(qword0);
  out->record.opcode = static_cast<std::uint8_t>(Bits(qword0, 15, 12));
  out->record.tag = Bits(qword1, 11, 3);
  out->has_requester = true;
  out->requester_id = static_cast<RequesterId>(Bits(qword0, 31, 16));
  return true;
}

bool DecodeIec(std::uint64_t qword0, InvalidationDescriptor* out) {
  TraceRecord& record = out->record;
  record.kind = TraceKind::kInvalidateIec;
  const bool indexed = Bits(qword0, 4, 4) != 0;
  record.scope = indexed ? InvalidationScope::kPage : InvalidationScope::kGlobal;
  if (indexed) {
    record.mask_order = static_cast<std::uint8_t>(Bits(qword0, 31, 27));
    record.tag = Bits(qword0, 47, 32);
  }
  return true;
}

}  // namespace

bool DecodeInvalidation(std::uint64_t qword0, std::uint64_t qword1, InvalidationDescriptor* out) {
  *out = InvalidationDescriptor();
  switch (Bits(qword0, 3, 0)) {
    case 1:
      return DecodeContext(qword0, out);
    case 2:
      return DecodeIotlb(qword0, qword1, out);
    case 3:
      return DecodeDevtlb(qword0, qword1, out);
    case 4:
      return DecodeIec(qword0, out);
    case 5:
      out->record.kind = TraceKind::kWait;
      return true;
    case 6:
      return DecodePasidIotlb(qword0, qword1, out);
    case 7:
      return DecodePasidCache(qword0, out);
    case 8:
      return DecodePasidDevtlb(qword0, qword1, out);
    case 9:
      return DecodePageResponse(qword0, qword1, out);
    default:
      return false;
  }
}

}  // namespace siov

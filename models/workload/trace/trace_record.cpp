// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/trace_record.h"

#include <cstdio>
#include <tuple>

namespace siov {

bool operator==(const TraceRecord& a, const TraceRecord& b) {
  const auto tie = [](const TraceRecord& r) {
    return std::tie(r.time_ps, r.kind, r.scope, r.layer, r.phase, r.page_shift, r.permissions, r.mask_order, r.opcode,
                    r.preexisting, r.stream, r.domain, r.pasid, r.iova, r.size_bytes, r.pa, r.buffer_offset,
                    r.buffer_bytes, r.tag, r.mark);
  };
  return tie(a) == tie(b);
}

const char* Name(TraceKind kind) {
  static const char* const kNames[kTraceKinds] = {"none",
                                                  "read",
                                                  "write",
                                                  "access",
                                                  "map",
                                                  "unmap",
                                                  "invalidate_iotlb",
                                                  "invalidate_devtlb",
                                                  "invalidate_context",
                                                  "invalidate_iec",
                                                  "wait",
                                                  "interrupt",
                                                  "command",
                                                  "mark",
                                                  "invalidate_pasid_iotlb",
                                                  "invalidate_pasid_cache",
                                                  "invalidate_pasid_devtlb",
                                                  "page_response"};
  const auto index = static_cast<unsigned>(kind);
  return index < kTraceKinds ? kNames[index] : "unknown";
}

const char* Name(InvalidationScope scope) {
  switch (scope) {
    case InvalidationScope::kGlobal:
      return "global";
    case InvalidationScope::kDomain:
      return "domain";
    case InvalidationScope::kPage:
      return "page";
    case InvalidationScope::kDevice:
      return "device";
    case InvalidationScope::kPasid:
      return "pasid";
    case InvalidationScope::kNone:
      break;
  }
  return "none";
}

std::string RequesterName(RequesterId id) {
  char text[16];
  std::snprintf(text, sizeof text, "%02x:%02x.%x", id >> 8u, (id >> 3u) & 0x1fu, id & 7u);
  return text;
}

std::string SegmentName(std::uint32_t segment) {
  if (segment == 0) return "";
  char text[16];
  std::snprintf(text, sizeof text, "%04x:", segment);
  return text;
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "models/host/fault_service/fault_service_core.h"

#include <algorithm>

namespace siov {

PageRequestVerdict JudgePageRequest(const PageRequestFields& request, bool accepts,
                                    const std::vector<RequesterId>& devices) {
  if (!request.pasid.valid() || !accepts) return PageRequestVerdict::kInvalid;
  if (request.privileged && (request.read || request.write)) return PageRequestVerdict::kInvalid;
  if (request.execute && request.read) return PageRequestVerdict::kInvalid;
  if (request.IsStopMarker()) return PageRequestVerdict::kDrop;
  const bool known = devices.empty() || std::find(devices.begin(), devices.end(), request.requester) != devices.end();
  return known ? PageRequestVerdict::kServe : PageRequestVerdict::kInvalid;
}

bool PageGroupAssembler::Add(std::uint32_t queue, const PageRequestFields& request, Pages* pages) {
  if (!request.last) {
    partial_[KeyOf(queue, request)].push_back(request);
    return false;
  }
  pages->clear();
  if (!partial_.empty()) {
    const auto found = partial_.find(KeyOf(queue, request));
    if (found != partial_.end()) {
      pages->swap(found->second);
      partial_.erase(found);
    }
  }
  pages->push_back(request);
  return true;
}

std::size_t PageGroupAssembler::Discard(std::uint32_t queue) {
  std::size_t discarded = 0;
  for (auto group = partial_.begin(); group != partial_.end();) {
    if ((group->first.origin >> 16) != queue) {
      ++group;
      continue;
    }
    discarded += group->second.size();
    group = partial_.erase(group);
  }
  return discarded;
}

void PageGroupAssembler::DiscardGroup(std::uint32_t queue, const PageRequestFields& last) {
  partial_.erase(KeyOf(queue, last));
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "models/bridge/memory_bridge_core.h"

namespace siov {

std::uint32_t CountAccesses(const MemoryBridgeConfig& config, std::uint64_t address, std::uint32_t length) {
  std::uint32_t count = 0;
  ForEachAccess(config, address, length, [&count](std::uint64_t, std::uint32_t) { ++count; });
  return count;
}

WriteOrder::Place WriteOrder::Enter(RequesterId requester, bool relaxed, void* what) {
  Stream& stream = streams_[requester];
  stream.entries.PushBack({what, false, relaxed, false});
  return {requester, stream.first + stream.entries.size() - 1};
}

bool WriteOrder::EnterFence(RequesterId requester, void* what) {
  Stream& stream = streams_[requester];
  if (stream.entries.empty()) return false;
  stream.entries.PushBack({what, true, false, true});
  return true;
}

void WriteOrder::Done(const Place& place, std::vector<Passed>* passed) {
  Stream& stream = streams_[place.requester];
  Entry& entry = stream.entries[static_cast<std::size_t>(place.number - stream.first)];
  entry.done = true;
  if (entry.relaxed) passed->push_back({entry.what, false});
  while (!stream.entries.empty() && stream.entries.front().done) {
    const Entry front = stream.entries.PopFront();
    ++stream.first;
    if (!front.relaxed) passed->push_back({front.what, front.fence});
  }
}

}  // namespace siov

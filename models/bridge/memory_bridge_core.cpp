// SPDX-License-Identifier: Apache-2.0
#include "models/bridge/memory_bridge_core.h"

namespace siov {

std::uint32_t CountAccesses(const MemoryBridgeConfig& config, std::uint64_t address, std::uint32_t length) {
  std::uint32_t count = 0;
  ForEachAccess(config, address, length, [&count](std::uint64_t, std::uint32_t) { ++count; });
  return count;
}

WriteOrder::Place WriteOrder::Enter(Stream stream, bool relaxed, void* what) {
  Queue& queue = streams_[stream];
  queue.entries.PushBack({what, false, relaxed, false});
  return {stream, queue.first + queue.entries.size() - 1};
}

bool WriteOrder::EnterFence(Stream stream, void* what) {
  Queue& queue = streams_[stream];
  if (queue.entries.empty()) return false;
  queue.entries.PushBack({what, true, false, true});
  return true;
}

void WriteOrder::Done(const Place& place, std::vector<Passed>* passed) {
  Queue& queue = streams_[place.stream];
  Entry& entry = queue.entries[static_cast<std::size_t>(place.number - queue.first)];
  entry.done = true;
  if (entry.relaxed) passed->push_back({entry.what, false});
  while (!queue.entries.empty() && queue.entries.front().done) {
    const Entry front = queue.entries.PopFront();
    ++queue.first;
    if (!front.relaxed) passed->push_back({front.what, front.fence});
  }
}

}  // namespace siov

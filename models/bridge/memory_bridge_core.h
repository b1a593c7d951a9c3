// SPDX-License-Identifier: Apache-2.0
// What a memory outside does not know: how a request is split into its accesses, and in which order posted writes
// become visible. Pure.
#ifndef SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_CORE_H_
#define SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_CORE_H_

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/base/ids.h"
#include "models/base/ring_queue.h"
#include "models/bridge/memory_bridge_parameters.h"

namespace siov {

// Calls fn(address, length) for each access of a request, in rising order. A request of no bytes looks at one.
template <class Fn>
void ForEachAccess(const MemoryBridgeConfig& config, std::uint64_t address, std::uint32_t length, Fn fn) {
  const std::uint64_t size = config.access_bytes;
  const std::uint64_t end = address + std::max(length, 1u);
  for (std::uint64_t base = address & ~(size - 1); base < end; base += size) {
    const std::uint64_t from = config.whole_accesses ? base : std::max(base, address);
    const std::uint64_t to = config.whole_accesses ? base + size : std::min(base + size, end);
    fn(from, static_cast<std::uint32_t>(to - from));
  }
}

std::uint32_t CountAccesses(const MemoryBridgeConfig& config, std::uint64_t address, std::uint32_t length);

// Posted writes of one stream (a link's traffic class) become visible in their order, whatever the order in which the
// memory has done them; relaxed ones do not wait, but those after them do. A fence is passed when all before it are
// visible.
class WriteOrder {
 public:
  using Stream = std::uint16_t;
  struct Place {
    Stream stream = 0;
    std::uint64_t number = 0;
  };
  // `what`: the caller's own, given back by Done().
  Place Enter(Stream stream, bool relaxed, void* what);
  // False: nothing is before it, so it is passed already.
  bool EnterFence(Stream stream, void* what);

  struct Passed {
    void* what;
    bool fence;
  };
  // Memory has done the write: appends what becomes visible, and what fences are passed, in order.
  void Done(const Place& place, std::vector<Passed>* passed);

 private:
  struct Entry {
    void* what;
    bool fence;
    bool relaxed;
    bool done;
  };
  struct Queue {
    std::uint64_t first = 0;  // number of the front entry
    RingQueue<Entry> entries;
  };
  std::unordered_map<Stream, Queue> streams_;
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_MEMORY_BRIDGE_CORE_H_

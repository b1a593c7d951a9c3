// SPDX-License-Identifier: Apache-2.0
#include "platforms/bench/heap_loop.h"

#include <ctime>
#include <functional>
#include <queue>
#include <vector>

#include "models/base/random.h"

namespace siov {
namespace {

struct Event {
  std::uint64_t time;
  std::uint64_t sequence;
  void* object;
  std::uint64_t kind;
  bool operator>(const Event& other) const {
    return time != other.time ? time > other.time : sequence > other.sequence;
  }
};

}  // namespace

double HeapLoopNsPerEvent(std::uint64_t in_flight, std::uint64_t events) {
  std::priority_queue<Event, std::vector<Event>, std::greater<>> heap;
  RandomStream random(1);
  constexpr std::uint64_t kSpread = 1'000'000;  // up to a microsecond ahead, as the models' delays are
  std::uint64_t sequence = 0;
  for (std::uint64_t i = 0; i < in_flight; ++i) heap.push({random.Below(kSpread), sequence++, nullptr, 0});
  const std::clock_t start = std::clock();
  for (std::uint64_t i = 0; i < events; ++i) {
    Event event = heap.top();
    heap.pop();
    event.time += random.Below(kSpread);
    event.sequence = sequence++;
    heap.push(event);
  }
  const double cpu_ns = static_cast<double>(std::clock() - start) * 1e9 / CLOCKS_PER_SEC;
  return cpu_ns / static_cast<double>(events);
}

}  // namespace siov

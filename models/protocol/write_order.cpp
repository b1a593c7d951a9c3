// SPDX-License-Identifier: Apache-2.0
#include "models/protocol/write_order.h"

namespace siov {

WriteOrder::Place WriteOrder::Enter(Stream stream, const OrderAttributes& order, void* what, std::uint32_t memory) {
  Queue& queue = streams_[stream];
  queue.entries.PushBack({what, Kind::kWrite, false, memory, order});
  return {stream, queue.first + queue.entries.size() - 1};
}

bool WriteOrder::EnterFence(Stream stream, void* what) {
  Queue& queue = streams_[stream];
  if (queue.entries.empty()) return false;
  queue.entries.PushBack({what, Kind::kFence, true, 0, {}});
  return true;
}

bool WriteOrder::EnterRead(Stream stream, const OrderAttributes& order, void* what, std::uint32_t memory) {
  Queue& queue = streams_[stream];
  if (!IsHeld(queue, queue.entries.size(), order, memory)) return false;
  queue.entries.PushBack({what, Kind::kRead, false, memory, order});
  ++queue.reads;
  return true;
}

bool WriteOrder::IsHeld(const Queue& queue, std::size_t older, const OrderAttributes& read, std::uint32_t memory) {
  for (std::size_t i = 0; i < older; ++i) {
    if (Holds(queue.entries[i], read, memory)) return true;
  }
  return false;
}

void WriteOrder::FreeReads(Queue& queue, std::vector<Passed>* passed) {
  for (std::size_t i = 0; queue.reads != 0 && i < queue.entries.size(); ++i) {
    Entry& entry = queue.entries[i];
    if (entry.kind != Kind::kRead || entry.done || IsHeld(queue, i, entry.order, entry.memory)) continue;
    entry.done = true;
    --queue.reads;
    passed->push_back({entry.what, Kind::kRead});
  }
}

// Reads do not hold up what comes after them: one that waits at the front lets those behind it pass.
void WriteOrder::Done(const Place& place, std::vector<Passed>* passed) {
  Queue& queue = streams_[place.stream];
  Entry& entry = queue.entries[static_cast<std::size_t>(place.number - queue.first)];
  entry.done = true;
  if (entry.relaxed()) passed->push_back({entry.what, Kind::kWrite});
  for (bool moved = true; moved;) {
    moved = false;
    while (!queue.entries.empty() && queue.entries.front().done) {
      const Entry front = queue.entries.PopFront();
      ++queue.first;
      moved = true;
      const bool told = front.relaxed() || front.kind == Kind::kRead;
      if (!told) passed->push_back({front.what, front.kind});
    }
    const std::size_t before = passed->size();
    FreeReads(queue, passed);
    moved = moved || passed->size() != before;
  }
}

}  // namespace siov

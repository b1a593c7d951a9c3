// SPDX-License-Identifier: Apache-2.0
// The order of PCI Express among requests whose writes are done at moments nobody knows beforehand: in a memory that is
// a model from outside, or in several memories of which some lie behind a link.
//
// Posted writes of one stream (a root port's traffic class) become visible in their order, whatever the order in which
// memory has done them; relaxed ones do not wait, but those after them do. A fence is passed when all before it are
// visible. A read of one memory waits until older writes to others that it may not pass are visible; behind writes to
// its own memory it is there after them, as both take the same way. Pure.
#ifndef SIOV_MODELS_PROTOCOL_WRITE_ORDER_H_
#define SIOV_MODELS_PROTOCOL_WRITE_ORDER_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/protocol/ordering.h"

namespace siov {

class WriteOrder {
 public:
  using Stream = std::uint16_t;
  struct Place {
    Stream stream = 0;
    std::uint64_t number = 0;
  };
  // `what`: the caller's own, given back by Done(). `memory`: where it is written, among several.
  Place Enter(Stream stream, const OrderAttributes& order, void* what, std::uint32_t memory = 0);
  // False: nothing is before it, so it is passed already.
  bool EnterFence(Stream stream, void* what);
  // False: nothing holds it, so it may go on at once.
  bool EnterRead(Stream stream, const OrderAttributes& order, void* what, std::uint32_t memory);

  enum class Kind : std::uint8_t { kWrite, kFence, kRead };
  struct Passed {
    void* what;
    Kind kind;
  };
  // Memory has done the write: appends what becomes visible, what fences are passed and what reads may go on, in order.
  void Done(const Place& place, std::vector<Passed>* passed);

 private:
  struct Entry {
    void* what;
    Kind kind;
    bool done;  // a fence always, a read when it has gone on
    std::uint32_t memory;
    OrderAttributes order;

    bool relaxed() const { return kind == Kind::kWrite && PassesByRelaxedOrdering(order); }
    bool visible() const { return relaxed() && done; }  // and not at the front
  };
  struct Queue {
    std::uint64_t first = 0;  // number of the front entry
    std::uint32_t reads = 0;  // that wait
    RingQueue<Entry> entries;
  };

  static bool Holds(const Entry& older, const OrderAttributes& read, std::uint32_t memory) {
    return older.kind == Kind::kWrite && !older.visible() && older.memory != memory &&
           !MayPassPosted(read, older.order);
  }
  static bool IsHeld(const Queue& queue, std::size_t older, const OrderAttributes& read, std::uint32_t memory);
  static void FreeReads(Queue& queue, std::vector<Passed>* passed);

  std::unordered_map<Stream, Queue> streams_;
};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_WRITE_ORDER_H_

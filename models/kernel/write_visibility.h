// SPDX-License-Identifier: Apache-2.0
// For blocks that take requests for memory and learn only afterwards when they are done: what PCI Express promises of
// their order (models/protocol/write_order.h), and the answers to those who ask whether older ones are (IsFlush).
#ifndef SIOV_MODELS_KERNEL_WRITE_VISIBILITY_H_
#define SIOV_MODELS_KERNEL_WRITE_VISIBILITY_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/base/sequence_window.h"
#include "models/protocol/tlp.h"
#include "models/protocol/write_order.h"

namespace siov {

class WriteVisibility {
 public:
  // Whose requests these are; `what` is what it gave.
  class Owner {
   public:
    virtual void OnVisible(void* write) = 0;
    virtual void OnReadFree(void* read) = 0;
    // All that it asked for is visible, or served. To be answered in an event of its own: it may still be on its way
    // in.
    virtual void OnFencePassed(Tlp& fence) = 0;

   protected:
    ~Owner() = default;
  };
  // `sockets`: by which requests come.
  WriteVisibility(Owner* owner, std::size_t sockets) : owner_(owner), ports_(sockets) {}

  // A request has come by a socket; it is served, and a write visible.
  std::uint64_t Enter(std::uint32_t socket) { return ports_[socket].requests.Enter(); }
  void Leave(std::uint32_t socket, std::uint64_t number) {
    Port& port = ports_[socket];
    port.requests.Leave(number);
    PassFences(port);
  }

  // `memory`: among several, where it is written.
  WriteOrder::Place EnterWrite(const Tlp& write, void* what, std::uint32_t memory = 0) {
    return writes_.Enter(PortStreamOf(write.source_port, write), OrderOfRequest(write), what, memory);
  }
  // False: it may go on at once.
  bool HoldsRead(const Tlp& read, void* what, std::uint32_t memory) {
    return writes_.EnterRead(PortStreamOf(read.source_port, read), OrderOfRequest(read), what, memory);
  }
  // What passes by it is gathered first, as whoever hears of it may send something here.
  void WriteDone(const WriteOrder::Place& place) {
    std::vector<WriteOrder::Passed> passed = std::exchange(passed_, {});
    writes_.Done(place, &passed);
    for (const WriteOrder::Passed& one : passed) {
      switch (one.kind) {
        case WriteOrder::Kind::kFence:
          owner_->OnFencePassed(*static_cast<Tlp*>(one.what));
          break;
        case WriteOrder::Kind::kRead:
          owner_->OnReadFree(one.what);
          break;
        case WriteOrder::Kind::kWrite:
          owner_->OnVisible(one.what);
          break;
      }
    }
    passed.clear();
    passed_ = std::move(passed);
  }

  void EnterFence(Tlp& fence, std::uint32_t socket) {
    if (fence.requester != 0) {
      if (!writes_.EnterFence(PortStreamOf(fence.source_port, fence), &fence)) owner_->OnFencePassed(fence);
      return;
    }
    Port& port = ports_[socket];
    port.fences.PushBack({&fence, port.requests.next()});
    PassFences(port);
  }

 private:
  struct Fence {
    Tlp* payload;
    std::uint64_t until;  // all requests of its socket below this number
  };
  struct Port {
    SequenceWindow requests;
    RingQueue<Fence> fences;  // for all of them
  };

  void PassFences(Port& port) {
    while (!port.fences.empty() && port.fences.front().until <= port.requests.oldest()) {
      owner_->OnFencePassed(*port.fences.PopFront().payload);
    }
  }

  Owner* owner_;
  WriteOrder writes_;
  std::vector<Port> ports_;
  std::vector<WriteOrder::Passed> passed_;
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_WRITE_VISIBILITY_H_

// SPDX-License-Identifier: Apache-2.0
// What the contexts of the engines have left to do, without time: how ranges are cut into requests, who gets the next
// read buffer, and when a job is done.
//
// Reads and writes are cut at the limits of PCIe: at most MRRS (reads) or MPS (writes) bytes, never across a 4 KiB
// boundary. A read holds a buffer, counted in places and bytes, from its issue until ReadFinished(); contexts that want
// one and find none wait in order, and take one buffer at a turn, so that jobs share the buffers evenly; who waits only
// for his group's own limit holds up no other group. Where a device stores accesses as a whole, reads also end where
// those do.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_CORE_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_CORE_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/device/engine/buffer_room.h"
#include "models/device/engine/engine_config.h"
#include "models/device/engine/group_room.h"
#include "models/device/engine/read_accesses.h"

namespace siov {

// A context's job: the range it walks. Reads are issued over it if `reads`; else data is generated for it.
struct EngineWork {
  std::uint64_t address = 0;
  std::uint32_t size_bytes = 0;
  bool reads = false;
};

// A request's part of the range.
struct Piece {
  std::uint64_t address = 0;
  std::uint32_t offset = 0;
  std::uint32_t size_bytes = 0;
  std::uint32_t access = 0;  // of a read, where accesses are stored as a whole
};

// The part of [address, address + remaining) that one request may cover. A request's length counts whole double words
// (PCIe base specification 2.2.2), so that one which starts within a double word may cover that much less.
constexpr std::uint32_t PieceSize(std::uint64_t address, std::uint32_t remaining, std::uint32_t limit) {
  constexpr std::uint64_t kDoubleWord = 4;
  const std::uint64_t to_boundary = kPage4K - address % kPage4K;
  const std::uint64_t to_limit = limit - address % kDoubleWord;
  const std::uint64_t size = to_limit < to_boundary ? to_limit : to_boundary;
  return static_cast<std::uint32_t>(size < remaining ? size : remaining);
}

class EngineCore {
 public:
  static constexpr std::uint32_t kNoFailure = 0xFFFF'FFFFu;

  explicit EngineCore(const EngineConfig& config);

  void Begin(std::uint32_t slot, const EngineWork& work);

  // The next read of a context, with a buffer; false if there is none left or the context now waits for a buffer.
  bool NextRead(std::uint32_t slot, Piece* piece);
  // The read at the head of the waiting contexts, if a buffer is free.
  bool NextWaitingRead(std::uint32_t* slot, Piece* piece) {
    std::size_t at = 0;
    if (waiters_.empty() || !FirstToGo(&at)) return false;
    *slot = waiters_[at];
    Context& context = contexts_[*slot];
    *piece = IssueRead(*slot);
    if (context.access_left != 0) return true;  // it has the room for the rest
    const bool more = MoreToIssue(context);
    if (at == 0 && more) {
      waiters_.Rotate();
      return true;
    }
    RemoveWaiter(at);
    context.waiting = more;
    if (more) waiters_.PushBack(*slot);
    return true;
  }
  // A read's data has been handled, or it failed: its buffer is free.
  void ReadFinished(std::uint32_t slot, std::uint32_t size_bytes) {
    Give(slot, 1, size_bytes);
    --contexts_[slot].in_flight;
  }

  // A read of a packet, outside of any range, the first of an access if `begins`. Returns the access.
  // REQUIRES no limit of read buffers.
  std::uint32_t AddRead(std::uint32_t slot, std::uint32_t size_bytes, bool begins) {
    Context& context = contexts_[slot];
    ++context.in_flight;
    Take(slot, 1, size_bytes);
    return access_bytes_ != 0 ? context.accesses.Issue(begins) : 0;
  }
  // All reads of the packet have been added.
  void EndReads(std::uint32_t slot) { contexts_[slot].accesses.Close(); }

  // Where accesses are stored as a whole. A read of it has been answered, well or not.
  void ReadArrived(std::uint32_t slot, std::uint32_t access) { contexts_[slot].accesses.Arrive(access); }
  bool AccessComplete(std::uint32_t slot, std::uint32_t access) const {
    return contexts_[slot].accesses.IsComplete(access);
  }
  // Nobody asks for complete accesses any more.
  void ForgetAccesses(std::uint32_t slot) { contexts_[slot].accesses.Forget(); }

  // The next data to generate; false if there is none left.
  bool NextGenerated(std::uint32_t slot, Piece* piece);

  // The request at `offset` failed: nothing more is issued, and what counts as completed ends before it.
  void Fail(std::uint32_t slot, std::uint32_t offset);

  // Everything issued and nothing in flight.
  bool Done(std::uint32_t slot) const {
    const Context& context = contexts_[slot];
    return context.in_flight == 0 && (context.failed_at != kNoFailure || context.issued == context.work.size_bytes);
  }
  bool failed(std::uint32_t slot) const { return contexts_[slot].failed_at != kNoFailure; }
  std::uint32_t failed_at(std::uint32_t slot) const { return contexts_[slot].failed_at; }
  std::uint32_t bytes_completed(std::uint32_t slot) const {
    const Context& context = contexts_[slot];
    return failed(slot) ? context.failed_at : context.work.size_bytes;
  }
  const BufferRoom& buffers() const { return buffers_; }
  const GroupRoom* groups() const { return groups_ ? &*groups_ : nullptr; }
  bool waits(std::uint32_t slot) const { return contexts_[slot].waiting; }  // for a read buffer

 private:
  struct Context {
    EngineWork work;
    std::uint32_t issued = 0;  // bytes of the range
    std::uint32_t in_flight = 0;
    std::uint32_t failed_at = kNoFailure;
    bool waiting = false;
    std::uint32_t access_left = 0;  // bytes of its access that are yet to be asked for, with room
    ReadAccesses accesses;
  };
  bool MoreToIssue(const Context& context) const {
    return context.failed_at == kNoFailure && context.issued < context.work.size_bytes;
  }
  // Of an access that is stored as a whole, the room is taken as a whole: half of it would keep others from finishing.
  bool BufferFree(const Context& context) const {
    if (plain_) return buffers_.Fits(1, 0);
    if (context.access_left != 0) return true;
    const std::uint32_t size = NextAccess(context);
    return buffers_.Fits(ReadsOf(NextAddress(context), size), size);
  }
  // Of those that wait, the one that has its turn and room.
  bool FirstToGo(std::size_t* at) const {
    *at = 0;
    return groups_ ? FirstToGoOfGroups(at) : BufferFree(contexts_[waiters_.front()]);
  }
  bool FirstToGoOfGroups(std::size_t* at) const;
  // One that has not waited: nobody before it wants what it takes.
  bool MayGo(std::uint32_t slot) const;
  std::uint32_t ReadsOfNext(const Context& context) const {
    return access_bytes_ == 0 ? 1 : ReadsOf(NextAddress(context), NextAccess(context));
  }
  void RemoveWaiter(std::size_t at) {
    if (at == 0) {
      waiters_.PopFront();
    } else {
      waiters_.Remove(std::uint32_t{waiters_[at]});
    }
  }
  void Take(std::uint32_t slot, std::uint32_t places, std::uint64_t bytes) {
    buffers_.Take(places, bytes);
    if (groups_) groups_->Take(groups_->GroupOf(slot), places);
  }
  void Give(std::uint32_t slot, std::uint32_t places, std::uint64_t bytes) {
    buffers_.Give(places, bytes);
    if (groups_) groups_->Give(groups_->GroupOf(slot), places);
  }
  void Wait(std::uint32_t slot) {
    contexts_[slot].waiting = true;
    waiters_.PushBack(slot);
  }
  static std::uint64_t NextAddress(const Context& context) { return context.work.address + context.issued; }
  static std::uint32_t NextSize(const Context& context, std::uint32_t limit) {
    return PieceSize(NextAddress(context), context.work.size_bytes - context.issued, limit);
  }
  static Piece Issue(Context& context, std::uint32_t limit) {
    const Piece piece{NextAddress(context), context.issued, NextSize(context, limit)};
    context.issued += piece.size_bytes;
    return piece;
  }
  // What of the range is stored together: a read, unless the device stores more than that as a whole.
  std::uint32_t NextAccess(const Context& context) const {
    return NextSize(context, access_bytes_ == 0 ? max_read_bytes_ : access_bytes_);
  }
  std::uint32_t ReadsOf(std::uint64_t address, std::uint32_t size_bytes) const {
    return access_bytes_ == 0 ? 1 : static_cast<std::uint32_t>(CeilDiv(address % 4 + size_bytes, max_read_bytes_));
  }
  Piece IssueRead(std::uint32_t slot) {
    Context& context = contexts_[slot];
    if (plain_) {
      const Piece piece = Issue(context, max_read_bytes_);
      Take(slot, 1, piece.size_bytes);
      ++context.in_flight;
      return piece;
    }
    const bool begins = context.access_left == 0;
    if (begins) {
      context.access_left = NextAccess(context);
      Take(slot, ReadsOf(NextAddress(context), context.access_left), context.access_left);
    }
    const auto in_word = static_cast<std::uint32_t>(NextAddress(context) % 4);
    Piece piece = Issue(context, std::min(max_read_bytes_, context.access_left + in_word));
    context.access_left -= piece.size_bytes;
    ++context.in_flight;
    if (access_bytes_ == 0) return piece;
    piece.access = context.accesses.Issue(begins);
    if (context.access_left == 0) context.accesses.Close();
    return piece;
  }

  std::uint32_t max_read_bytes_;
  std::uint32_t write_access_bytes_;
  std::uint32_t access_bytes_;  // of reads; 0: each is stored by itself
  bool plain_;                  // each read by itself, and places alone are counted
  BufferRoom buffers_;
  std::optional<GroupRoom> groups_;  // where groups have limits of their own
  std::vector<Context> contexts_;
  RingQueue<std::uint32_t> waiters_;  // contexts, each at most once
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_CORE_H_

// SPDX-License-Identifier: Apache-2.0
// What the contexts of the engines have left to do, without time: how ranges are cut into requests, who gets the next
// read buffer, and when a job is done.
//
// Reads and writes are cut at the limits of PCIe: at most MRRS (reads) or MPS (writes) bytes, never across a 4 KiB
// boundary. A read holds a buffer from its issue until ReadFinished(); contexts that want one and find none wait in
// order, and take one buffer at a turn, so that jobs share the buffers evenly.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_CORE_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_CORE_H_

#include <cstdint>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/device/engine/engine_config.h"

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
    if (waiters_.empty() || !BufferFree()) return false;
    *slot = waiters_.PopFront();
    Context& context = contexts_[*slot];
    context.waiting = false;
    ++buffers_in_use_;
    ++context.in_flight;
    *piece = Issue(context, max_read_bytes_);
    if (MoreToIssue(context)) Wait(*slot);
    return true;
  }
  // A read's data has been handled, or it failed: its buffer is free.
  void ReadFinished(std::uint32_t slot) {
    --buffers_in_use_;
    --contexts_[slot].in_flight;
  }

  // A read of a packet, outside of any range. REQUIRES no limit of read buffers.
  void AddRead(std::uint32_t slot) {
    ++contexts_[slot].in_flight;
    ++buffers_in_use_;
  }

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
  std::uint32_t buffers_in_use() const { return buffers_in_use_; }
  bool waits(std::uint32_t slot) const { return contexts_[slot].waiting; }  // for a read buffer

 private:
  struct Context {
    EngineWork work;
    std::uint32_t issued = 0;  // bytes of the range
    std::uint32_t in_flight = 0;
    std::uint32_t failed_at = kNoFailure;
    bool waiting = false;
  };
  bool MoreToIssue(const Context& context) const {
    return context.failed_at == kNoFailure && context.issued < context.work.size_bytes;
  }
  bool BufferFree() const { return read_buffers_ == 0 || buffers_in_use_ < read_buffers_; }
  void Wait(std::uint32_t slot) {
    contexts_[slot].waiting = true;
    waiters_.PushBack(slot);
  }
  Piece Issue(Context& context, std::uint32_t limit) {
    const std::uint64_t address = context.work.address + context.issued;
    const std::uint32_t size = PieceSize(address, context.work.size_bytes - context.issued, limit);
    const Piece piece{address, context.issued, size};
    context.issued += size;
    return piece;
  }

  std::uint32_t max_read_bytes_;
  std::uint32_t max_write_bytes_;
  std::uint32_t read_buffers_;
  std::uint32_t buffers_in_use_ = 0;
  std::vector<Context> contexts_;
  RingQueue<std::uint32_t> waiters_;  // contexts, each at most once
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_CORE_H_

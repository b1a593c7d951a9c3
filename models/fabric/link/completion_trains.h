// SPDX-License-Identifier: Apache-2.0
// Reads that are answered by several completions each, and which of them sends its next one when the wire has nothing
// else to send: the one with the fewest still to send, so that small reads overtake the tails of large ones; of
// several, the one that has waited longest with so few. The oldest read has its turn after kMostAhead packets that went
// before it.
//
// Which completion a root complex sends next is not public (status K). Pure.
#ifndef SIOV_MODELS_FABRIC_LINK_COMPLETION_TRAINS_H_
#define SIOV_MODELS_FABRIC_LINK_COMPLETION_TRAINS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/base/units.h"

namespace siov {

// The completions of a read that are still to be sent.
struct CompletionTrain {
  void* object = nullptr;     // the caller's
  std::uint64_t address = 0;  // of the next one; whole double words
  std::uint32_t left = 0;     // bytes
  std::uint32_t packets = 0;  // completions
  Picoseconds wire_ps = 0;    // what those sent took
  Picoseconds waits_since = 0;
};

class CompletionTrains {
 public:
  static constexpr std::uint32_t kMostAhead = 8;
  static constexpr std::uint32_t kMostPackets = 63;  // 4 KiB in 128 bytes each, off a boundary, are 33

  bool empty() const { return alive_ == 0; }
  // REQUIRES: of 1 to kMostPackets packets.
  void Begin(const CompletionTrain& train);
  // A packet of no train goes before them. REQUIRES !empty()
  void Overtaken() { ++ahead_; }
  // Before whatever comes next, the oldest has its turn.
  bool OldestsTurn() const { return ahead_ >= kMostAhead && !empty(); }
  // Which sends next. REQUIRES !empty()
  const CompletionTrain& next() const { return places_[Next()].train; }
  // It sends a completion of `bytes`, from `start` to `end`; returns what is left of it then.
  CompletionTrain Send(std::uint32_t bytes, Picoseconds start, Picoseconds end);

 private:
  struct Place {
    CompletionTrain train;
    std::uint64_t born = 0;  // which of all reads it is; 0: free
  };
  struct Aged {
    std::uint32_t place;
    std::uint64_t born;
  };
  std::uint32_t Next() const;
  std::uint32_t Oldest() const;

  std::vector<Place> places_;
  std::vector<std::uint32_t> free_;
  std::array<RingQueue<std::uint32_t>, kMostPackets + 1> waiting_;  // places, by packets left
  std::uint64_t lengths_ = 0;                                       // bit n: somebody waits with n left
  mutable RingQueue<Aged> by_age_;  // those that are done go when they come to the front
  std::uint64_t births_ = 0;
  std::uint32_t alive_ = 0;
  std::uint32_t ahead_ = 0;  // packets that went before the oldest since it last sent one
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_LINK_COMPLETION_TRAINS_H_

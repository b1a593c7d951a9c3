// SPDX-License-Identifier: Apache-2.0
#include "models/fabric/link/completion_trains.h"

#include <string>

#include "models/base/invariant.h"

namespace siov {
namespace {

constexpr std::uint64_t BitOf(std::uint32_t packets) { return std::uint64_t{1} << packets; }

}  // namespace

void CompletionTrains::Begin(const CompletionTrain& train) {
  CheckInvariant(train.packets != 0 && train.packets <= kMostPackets, [&] {
    return "link: a read is answered by " + std::to_string(train.packets) + " completions, which is more than " +
           std::to_string(kMostPackets);
  });
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(places_.size()));
    places_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  if (alive_++ == 0) ahead_ = 0;
  places_[place] = {train, ++births_};
  by_age_.PushBack({place, births_});
  waiting_[train.packets].PushBack(place);
  lengths_ |= BitOf(train.packets);
}

std::uint32_t CompletionTrains::Oldest() const {
  while (places_[by_age_.front().place].born != by_age_.front().born) by_age_.PopFront();
  return by_age_.front().place;
}

std::uint32_t CompletionTrains::Next() const {
  if (ahead_ >= kMostAhead) return Oldest();
  return waiting_[static_cast<std::size_t>(__builtin_ctzll(lengths_))].front();
}

CompletionTrain CompletionTrains::Send(std::uint32_t bytes, Picoseconds start, Picoseconds end) {
  const std::uint32_t place = Next();
  ahead_ = place == Oldest() ? 0 : ahead_ + 1;
  CompletionTrain& train = places_[place].train;
  RingQueue<std::uint32_t>& waiting = waiting_[train.packets];
  if (waiting.front() == place) {
    waiting.PopFront();
  } else {
    waiting.Remove(place);  // the oldest, in its turn
  }
  if (waiting.empty()) lengths_ &= ~BitOf(train.packets);
  train.address += bytes;
  train.left -= bytes;
  train.wire_ps += end - start;
  CompletionTrain left = train;
  train.waits_since = end;
  if (--train.packets != 0) {
    waiting_[train.packets].PushBack(place);
    lengths_ |= BitOf(train.packets);
  } else {
    places_[place].born = 0;
    free_.push_back(place);
    --alive_;
  }
  --left.packets;
  return left;
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// Posted writes of one requester leave in the order in which they came, however late the translation of an older one is
// (PCIe: a posted request never passes a posted request). Requesters do not wait for each other. Pure.
#ifndef SIOV_MODELS_TRANSLATION_ORDERED_STREAMS_H_
#define SIOV_MODELS_TRANSLATION_ORDERED_STREAMS_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "models/base/ids.h"

namespace siov {

template <class Item>
class OrderedStreams {
 public:
  using Ticket = std::uint64_t;

  OrderedStreams() : stream_of_(kRequesters, kNoStream) {}

  // Nothing older of this requester waits: a write that is ready now need not enter.
  bool Idle(RequesterId requester) const {
    const std::uint32_t stream = stream_of_[requester];
    return stream == kNoStream || streams_[stream].places.empty();
  }
  // A place behind everything that entered before.
  Ticket Enter(RequesterId requester) {
    Stream& stream = StreamOf(requester);
    stream.places.push_back({Item{}, Place::kWaits});
    return stream.front + stream.places.size() - 1;
  }
  // The write may leave; release(item) runs for it and its successors as far as nothing older waits.
  template <class Release>
  void Ready(RequesterId requester, Ticket ticket, const Item& item, Release release) {
    Settle(requester, ticket, {item, Place::kReady}, release);
  }
  // Is one ready, but behind an older one, that pred(item) selects?
  template <class Pred>
  bool AnyReady(Pred pred) const {
    for (const Stream& stream : streams_) {
      for (const Place& place : stream.places) {
        if (place.state == Place::kReady && pred(place.item)) return true;
      }
    }
    return false;
  }
  // Takes back the readiness of what has not left and pred(item) selects: it keeps its place and waits again.
  // taken_back(ticket, item) must not call into the streams.
  template <class Pred, class TakenBack>
  void TakeBack(Pred pred, TakenBack taken_back) {
    for (Stream& stream : streams_) {
      for (std::size_t i = 0; i < stream.places.size(); ++i) {
        Place& place = stream.places[i];
        if (place.state != Place::kReady || !pred(place.item)) continue;
        place.state = Place::kWaits;
        taken_back(stream.front + i, place.item);
      }
    }
  }
  // The write will never leave.
  template <class Release>
  void Drop(RequesterId requester, Ticket ticket, Release release) {
    Settle(requester, ticket, {Item{}, Place::kDropped}, release);
  }

 private:
  static constexpr std::uint32_t kRequesters = 1u << 16;
  static constexpr std::uint32_t kNoStream = 0xFFFF'FFFFu;
  struct Place {
    enum State : std::uint8_t { kWaits, kReady, kDropped };
    Item item;
    State state;
  };
  struct Stream {
    Ticket front = 0;  // ticket of places.front()
    std::deque<Place> places;
  };

  Stream& StreamOf(RequesterId requester) {
    std::uint32_t& stream = stream_of_[requester];
    if (stream == kNoStream) {
      stream = static_cast<std::uint32_t>(streams_.size());
      streams_.emplace_back();
    }
    return streams_[stream];
  }

  // Each release may bring new writes into the same stream, so every place is taken off before its item is released.
  template <class Release>
  void Settle(RequesterId requester, Ticket ticket, const Place& settled, Release& release) {
    Stream& stream = StreamOf(requester);
    stream.places[static_cast<std::size_t>(ticket - stream.front)] = settled;
    while (!stream.places.empty() && stream.places.front().state != Place::kWaits) {
      const Place place = stream.places.front();
      stream.places.pop_front();
      ++stream.front;
      if (place.state == Place::kReady) release(place.item);
    }
  }

  std::vector<std::uint32_t> stream_of_;
  std::deque<Stream> streams_;  // stable addresses
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_ORDERED_STREAMS_H_

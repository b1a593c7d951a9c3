// SPDX-License-Identifier: Apache-2.0
// What waits for translations leaves in the order that is owed within its stream, however late the translation of an
// older request is; streams do not wait for each other. Pure.
//
// A stream is whatever the caller's key says: a link's traffic class in a root complex, a job stream in a device.
// Within one the rules of models/protocol/ordering.h hold: nothing passes an older posted request unless relaxed or
// id-based ordering permits; posted requests pass what is not posted; what is not posted knows no order of its own.
#ifndef SIOV_MODELS_TRANSLATION_ORDERED_STREAMS_H_
#define SIOV_MODELS_TRANSLATION_ORDERED_STREAMS_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "models/protocol/ordering.h"

namespace siov {

// A request's place in its stream; none where nothing older could hold it back and it holds nothing back.
struct OrderTicket {
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFu;
  std::uint32_t stream = kNone;
  std::uint64_t number = 0;  // a posted request: its place; another: everything posted below it is older
  bool valid() const { return stream != kNone; }
};

// Item: default-constructible.
template <class Item>
class OrderedStreams {
 public:
  using Key = std::uint64_t;

  // No posted request of the stream waits: who is ready now need not enter.
  bool Idle(Key key) const {
    if (stream_of_.empty()) return true;
    const auto found = stream_of_.find(key);
    return found == stream_of_.end() || streams_[found->second].places.empty();
  }
  // A place behind all posted requests that wait now.
  OrderTicket Enter(Key key, const OrderAttributes& order) {
    const std::uint32_t index = StreamOf(key);
    Stream& stream = streams_[index];
    const std::uint64_t number = stream.front + stream.places.size();
    if (IsPlaced(order)) {
      stream.places.push_back({Item{}, order, Place::kWaits});
    } else {
      ++stream.others;
    }
    return {index, number};
  }
  // The request may leave; release(item) runs for it and for those that waited for it, as far as order permits.
  template <class Release>
  void Ready(const OrderTicket& ticket, const OrderAttributes& order, const Item& item, Release release) {
    Stream& stream = streams_[ticket.stream];
    const bool held = IsHeld(stream, order, ticket.number);
    if (!IsPlaced(order)) {
      if (held) return Wait(stream, {item, order, ticket.number, stream.arrivals++});
      --stream.others;
      return Settle(ticket.stream, release, &item);
    }
    Place& place = PlaceOf(ticket);
    place.item = item;
    place.state = Place::kReady;
    if (held) {
      stream.id_based_ready += order.id_based ? 1 : 0;
      return;
    }
    place.state = Place::kLeft;
    Settle(ticket.stream, release, &item);
  }
  // The request will never leave.
  template <class Release>
  void Drop(const OrderTicket& ticket, const OrderAttributes& order, Release release) {
    if (!IsPlaced(order)) {
      --streams_[ticket.stream].others;
      return FreeIfEmpty(ticket.stream);
    }
    PlaceOf(ticket).state = Place::kLeft;
    Settle(ticket.stream, release, nullptr);
  }
  // Is a posted one ready, but behind an older one, that pred(item) selects?
  template <class Pred>
  bool AnyReady(Pred pred) const {
    for (const Stream& stream : streams_) {
      for (const Place& place : stream.places) {
        if (place.state == Place::kReady && pred(place.item)) return true;
      }
    }
    return false;
  }
  // Takes back the readiness of posted requests that have not left and that pred(item) selects: they keep their places
  // and wait again. taken_back(ticket, item) must not call into the streams.
  template <class Pred, class TakenBack>
  void TakeBack(Pred pred, TakenBack taken_back) {
    for (std::uint32_t index = 0; index < streams_.size(); ++index) {
      Stream& stream = streams_[index];
      for (std::size_t i = 0; i < stream.places.size(); ++i) {
        Place& place = stream.places[i];
        if (place.state != Place::kReady || !pred(place.item)) continue;
        place.state = Place::kWaits;
        stream.id_based_ready -= place.order.id_based ? 1 : 0;
        taken_back(OrderTicket{index, stream.front + i}, place.item);
      }
    }
  }

 private:
  struct Place {
    enum State : std::uint8_t { kWaits, kReady, kLeft };
    Item item;
    OrderAttributes order;
    State state;
  };
  struct Other {  // ready, and not posted
    Item item;
    OrderAttributes order;
    std::uint64_t number = 0;                   // everything posted below it is older
    std::uint64_t arrival = 0;                  // among those that became ready
    bool operator<(const Other& after) const {  // for a heap whose front leaves first
      return number != after.number ? number > after.number : arrival > after.arrival;
    }
  };
  struct Stream {
    Key key = 0;
    std::uint64_t front = 0;           // number of places.front()
    std::deque<Place> places;          // posted requests, from the oldest that has not left
    std::vector<Other> strict;         // a heap
    std::vector<Other> id_based;       // in order of arrival
    std::uint64_t arrivals = 0;        // of those
    std::uint32_t others = 0;          // entered, not posted, and not gone
    std::uint32_t id_based_ready = 0;  // posted ones that wait behind others
    bool settling = false;
  };

  static bool IsPlaced(const OrderAttributes& order) { return order.credit_class == CreditClass::kPosted; }

  std::uint32_t StreamOf(Key key) {
    const auto found = stream_of_.find(key);
    if (found != stream_of_.end()) return found->second;
    std::uint32_t index = static_cast<std::uint32_t>(streams_.size());
    if (free_.empty()) {
      streams_.emplace_back();
    } else {
      index = free_.back();
      free_.pop_back();
    }
    streams_[index].key = key;
    stream_of_.emplace(key, index);
    return index;
  }
  Place& PlaceOf(const OrderTicket& ticket) {
    Stream& stream = streams_[ticket.stream];
    return stream.places[static_cast<std::size_t>(ticket.number - stream.front)];
  }

  // Behind a posted request older than `number` that it may not pass?
  static bool IsHeld(const Stream& stream, const OrderAttributes& order, std::uint64_t number) {
    if (number <= stream.front || PassesByRelaxedOrdering(order)) return false;
    if (!order.id_based) return true;  // places.front() has not left
    const auto older = stream.places.begin() + static_cast<std::ptrdiff_t>(number - stream.front);
    return std::any_of(stream.places.begin(), older, [&order](const Place& place) {
      return place.state != Place::kLeft && !MayPassPosted(order, place.order);
    });
  }

  void Wait(Stream& stream, const Other& other) {
    if (other.order.id_based) return stream.id_based.push_back(other);
    stream.strict.push_back(other);
    std::push_heap(stream.strict.begin(), stream.strict.end());
  }

  // One has left or will not; `first` is what leaves by it. A release may bring new requests into the same stream, and
  // let others of it leave: what then may leave behind those is this loop's, too.
  template <class Release>
  void Settle(std::uint32_t index, Release& release, const Item* first) {
    Stream& stream = streams_[index];
    const bool outermost = !stream.settling;
    stream.settling = true;
    PopLeft(stream);
    if (first != nullptr) release(*first);
    if (!outermost) return;
    Item next{};
    while (TakeNext(stream, &next)) release(next);
    stream.settling = false;
    FreeIfEmpty(index);
  }

  static void PopLeft(Stream& stream) {
    while (!stream.places.empty() && stream.places.front().state == Place::kLeft) {
      stream.places.pop_front();
      ++stream.front;
    }
  }

  static bool TakeNext(Stream& stream, Item* next) {
    if (!stream.strict.empty() && stream.strict.front().number <= stream.front) {
      std::pop_heap(stream.strict.begin(), stream.strict.end());
      *next = stream.strict.back().item;
      stream.strict.pop_back();
      --stream.others;
      return true;
    }
    if (!stream.id_based.empty() && TakeIdBased(stream, next)) return true;
    const std::size_t most =
        stream.id_based_ready != 0 ? stream.places.size() : std::min<std::size_t>(1, stream.places.size());
    for (std::size_t i = 0; i < most; ++i) {
      Place& place = stream.places[i];
      if (place.state != Place::kReady || IsHeld(stream, place.order, stream.front + i)) continue;
      place.state = Place::kLeft;
      stream.id_based_ready -= place.order.id_based ? 1 : 0;
      *next = place.item;
      PopLeft(stream);
      return true;
    }
    return false;
  }

  static bool TakeIdBased(Stream& stream, Item* next) {
    const auto free = std::find_if(stream.id_based.begin(), stream.id_based.end(), [&stream](const Other& other) {
      return !IsHeld(stream, other.order, other.number);
    });
    if (free == stream.id_based.end()) return false;
    *next = free->item;
    stream.id_based.erase(free);
    --stream.others;
    return true;
  }

  void FreeIfEmpty(std::uint32_t index) {
    Stream& stream = streams_[index];
    if (stream.settling || !stream.places.empty() || stream.others != 0) return;
    stream_of_.erase(stream.key);
    free_.push_back(index);
  }

  std::unordered_map<Key, std::uint32_t> stream_of_;  // those in which something waits
  std::deque<Stream> streams_;                        // stable addresses
  std::vector<std::uint32_t> free_;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRANSLATION_ORDERED_STREAMS_H_

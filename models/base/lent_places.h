// SPDX-License-Identifier: Apache-2.0
// Places that are lent out and come back at moments known in advance: link credits, places in a queue to the wire.
//
// Like Occupancy it reports the time-weighted mean, the maximum and the capacity, without an event per place that comes
// back. Places differ in size: some may be left and still be too few for who comes next, so it also reports the share
// of the time in which somebody waited for them.
#ifndef SIOV_MODELS_BASE_LENT_PLACES_H_
#define SIOV_MODELS_BASE_LENT_PLACES_H_

#include <cstdint>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/base/statistics.h"

namespace siov {

class LentPlaces final : public Statistic {
 public:
  LentPlaces(StatGroup& group, const char* name, const char* unit, const char* sentence, std::uint64_t capacity)
      : Statistic(group, name, unit, sentence), capacity_(capacity) {}
  ~LentPlaces() override { NoteCoverage(); }

  void Take(Picoseconds now, std::uint64_t places) {
    Settle(now);
    level_ += places;
    if (level_ > max_) max_ = level_;
  }
  // They are free at `free_at`, now or later. REQUIRES: never decreases.
  void Return(Picoseconds free_at, std::uint64_t places) { returning_.PushBack({free_at, places}); }
  // Were taken for nothing.
  void GiveBack(Picoseconds now, std::uint64_t places) {
    Settle(now);
    level_ -= places;
  }
  // Somebody waits for places from now on, or nobody does any more.
  void SetShort(Picoseconds now, bool is_short) {
    if (short_) short_ps_ += now - short_since_;
    short_since_ = now;
    short_ = is_short;
  }

  std::uint64_t capacity() const { return capacity_; }
  std::uint64_t Level(Picoseconds now) const { return At(now).level; }
  double Integral(Picoseconds now) const { return At(now).integral.value(); }
  double Mean(Picoseconds now) const { return Share(Integral(now), now); }
  // Share of the time in which somebody waited.
  double Short(Picoseconds now) const {
    return Share(static_cast<double>(short_ps_ + (short_ ? now - short_since_ : 0)), now);
  }

  std::vector<StatValue> Values(Picoseconds now) const override {
    return {{".mean", unit(), Mean(now)},
            {".max", unit(), static_cast<double>(max_)},
            {".capacity", unit(), static_cast<double>(capacity_)},
            {".short", "fraction", Short(now)}};
  }
  void Reset(Picoseconds now) override {
    ever_ = ever_ || max_ != 0;
    Settle(now);
    integral_ = {};
    max_ = level_;
    start_ = short_since_ = now;
    short_ps_ = 0;
  }
  bool moved() const override { return ever_ || max_ != 0; }

 private:
  struct Returning {
    Picoseconds at;
    std::uint64_t places;
  };
  struct State {
    std::uint64_t level;
    Picoseconds since;
    LevelTime integral;
    void Advance(Picoseconds to) {
      integral.Add(level, to - since);
      since = to;
    }
  };

  State At(Picoseconds now) const {
    State state{level_, since_, integral_};
    for (std::size_t i = 0; i < returning_.size() && returning_[i].at <= now; ++i) {
      if (returning_[i].at > state.since) state.Advance(returning_[i].at);
      state.level -= returning_[i].places;
    }
    if (now > state.since) state.Advance(now);
    return state;
  }
  void Settle(Picoseconds now) {
    const State state = At(now);
    while (!returning_.empty() && returning_.front().at <= now) returning_.PopFront();
    level_ = state.level;
    since_ = state.since;
    integral_ = state.integral;
  }
  double Share(double sum, Picoseconds now) const {
    return now > start_ ? sum / static_cast<double>(now - start_) : 0.0;
  }

  std::uint64_t capacity_;
  std::uint64_t level_ = 0;  // at since_
  std::uint64_t max_ = 0;
  Picoseconds since_ = 0;
  Picoseconds start_ = 0;
  LevelTime integral_;  // up to since_
  RingQueue<Returning> returning_;
  bool short_ = false;
  Picoseconds short_since_ = 0;
  Picoseconds short_ps_ = 0;
  bool ever_ = false;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_LENT_PLACES_H_

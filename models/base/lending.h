// SPDX-License-Identifier: Apache-2.0
// Places that are lent out and come back at moments known in advance, without an event per place that comes back: how
// many are taken at a time, the most and the mean of that, and for how long somebody waited for some. Pure;
// LentPlaces (lent_places.h) reports it.
#ifndef SIOV_MODELS_BASE_LENDING_H_
#define SIOV_MODELS_BASE_LENDING_H_

#include <cstddef>
#include <cstdint>

#include "models/base/level_time.h"
#include "models/base/ring_queue.h"
#include "models/base/units.h"

namespace siov {

class Lending {
 public:
  // 0: any number, and nothing is kept of it.
  explicit Lending(std::uint64_t capacity = 0) : capacity_(capacity) {}

  bool limited() const { return capacity_ != 0; }
  std::uint64_t capacity() const { return capacity_; }
  // Those that have come back by now are free.
  void Settle(Picoseconds now) {
    while (!returning_.empty() && returning_.front().at <= now) level_ -= returning_.PopFront().places;
  }
  // So many were free when it was settled last.
  bool Covers(std::uint64_t places) const { return !limited() || level_ + places <= capacity_; }
  // When so many will be, by what is known to come back; kNever: not by that.
  Picoseconds CoversFrom(std::uint64_t places) const {
    if (Covers(places)) return 0;
    std::uint64_t level = level_;
    for (std::size_t i = 0; i < returning_.size(); ++i) {
      level -= returning_[i].places;
      if (level + places <= capacity_) return returning_[i].at;
    }
    return kNever;
  }
  // From when on, `at` or later, so many are free, by what is known to come back; taken then. kNever, and nothing is
  // taken: nobody knows.
  Picoseconds TakeFrom(Picoseconds at, std::uint64_t places) {
    Settle(at);
    const Picoseconds free = CoversFrom(places);
    if (free == kNever) return kNever;
    const Picoseconds from = free > at ? free : at;
    Settle(from);
    Take(from, places);
    return from;
  }
  // When the next come back; kNever: none are known to.
  Picoseconds NextReturn() const { return returning_.empty() ? kNever : returning_.front().at; }

  // Whether or not they are free. REQUIRES: settled.
  void Take(Picoseconds now, std::uint64_t places) {
    if (!limited()) return;
    level_ += places;
    integral_.Subtract(places, now);
    if (level_ > max_) max_ = level_;
  }
  // They are free at `free_at`, now or later. REQUIRES: never decreases.
  void Return(Picoseconds free_at, std::uint64_t places) {
    if (!limited()) return;
    returning_.PushBack({free_at, places});
    integral_.Add(places, free_at);
  }
  // Were taken for nothing.
  void GiveBack(Picoseconds now, std::uint64_t places) {
    level_ -= places;
    integral_.Add(places, now);
  }
  // Somebody waits for places from now on, or nobody does any more.
  void SetShort(Picoseconds now, bool is_short) {
    if (short_) short_ps_ += now - short_since_;
    short_since_ = now;
    short_ = is_short;
  }

  std::uint64_t Level(Picoseconds now) const {
    std::uint64_t level = level_;
    for (std::size_t i = 0; i < returning_.size() && returning_[i].at <= now; ++i) level -= returning_[i].places;
    return level;
  }
  std::uint64_t max() const { return max_; }
  double Integral(Picoseconds now) const {
    LevelTime integral = integral_;
    for (std::size_t i = returning_.size(); i > 0 && returning_[i - 1].at > now; --i) {
      integral.Subtract(returning_[i - 1].places, returning_[i - 1].at);
    }
    integral.Add(Level(now), now);
    return integral.value();
  }
  double Mean(Picoseconds now) const { return Share(Integral(now), now); }
  // Share of the time in which somebody waited.
  double Short(Picoseconds now) const {
    return Share(static_cast<double>(short_ps_ + (short_ ? now - short_since_ : 0)), now);
  }
  // Looks at what comes from here on.
  void Reset(Picoseconds now) {
    Settle(now);
    integral_ = {};
    integral_.Subtract(level_, now);
    for (std::size_t i = 0; i < returning_.size(); ++i) integral_.Add(returning_[i].places, returning_[i].at);
    max_ = level_;
    start_ = short_since_ = now;
    short_ps_ = 0;
  }

 private:
  struct Returning {
    Picoseconds at;
    std::uint64_t places;
  };
  double Share(double sum, Picoseconds now) const {
    return now > start_ ? sum / static_cast<double>(now - start_) : 0.0;
  }

  std::uint64_t capacity_;
  std::uint64_t level_ = 0;  // those in returning_ included
  std::uint64_t max_ = 0;
  LevelTime integral_;  // when each comes back, less when it was taken: modulo, until the level times now is added
  RingQueue<Returning> returning_;
  Picoseconds start_ = 0;
  Picoseconds short_since_ = 0;
  Picoseconds short_ps_ = 0;
  bool short_ = false;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_LENDING_H_

// SPDX-License-Identifier: Apache-2.0
// The queue in front of a server whose start times are known on arrival: an occupancy without an event per departure.
//
// Like Occupancy it reports the time-weighted mean and the maximum, and counts arrivals for Little's law; departures
// lie in the future when they are told, and are settled when somebody looks or the next one arrives.
#ifndef SIOV_MODELS_BASE_BACKLOG_H_
#define SIOV_MODELS_BASE_BACKLOG_H_

#include <cstdint>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/base/statistics.h"

namespace siov {

class Backlog final : public Statistic {
 public:
  using Statistic::Statistic;

  // Somebody queues at `now` and leaves the queue at `leaves`. REQUIRES: `now` and `leaves` never decrease.
  void Enter(Picoseconds now, Picoseconds leaves) {
    Settle(now);
    ++arrivals_;
    ever_ = true;
    if (leaves <= now) return;  // did not wait
    integral_ += static_cast<double>(leaves - now);
    leaving_.PushBack(leaves);
    if (leaving_.size() > max_) max_ = leaving_.size();
  }

  std::uint64_t arrivals() const { return arrivals_; }
  std::uint64_t Level(Picoseconds now) const {
    std::size_t first = 0;
    while (first < leaving_.size() && leaving_[first] <= now) ++first;
    return leaving_.size() - first;
  }
  // Time spent in the queue until `now`, summed over everybody (ps).
  double Integral(Picoseconds now) const {
    double ahead = 0;
    for (std::size_t i = leaving_.size(); i > 0 && leaving_[i - 1] > now; --i) {
      ahead += static_cast<double>(leaving_[i - 1] - now);
    }
    return integral_ - ahead;
  }
  double Mean(Picoseconds now) const { return now > start_ ? Integral(now) / static_cast<double>(now - start_) : 0.0; }

  std::vector<StatValue> Values(Picoseconds now) const override {
    return {{".mean", unit(), Mean(now)}, {".max", unit(), static_cast<double>(max_)}};
  }
  void Reset(Picoseconds now) override {
    Settle(now);
    integral_ -= Integral(now);
    arrivals_ = 0;
    max_ = leaving_.size();
    start_ = now;
  }
  bool moved() const override { return ever_; }

 private:
  void Settle(Picoseconds now) {
    while (!leaving_.empty() && leaving_.front() <= now) leaving_.PopFront();
  }

  RingQueue<Picoseconds> leaving_;
  std::uint64_t arrivals_ = 0;
  std::uint64_t max_ = 0;
  Picoseconds start_ = 0;
  double integral_ = 0;  // includes what those in the queue will still spend there
  bool ever_ = false;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_BACKLOG_H_

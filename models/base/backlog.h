// SPDX-License-Identifier: Apache-2.0
// The queue in front of a server whose start times are known on arrival: an occupancy without an event per departure.
//
// Like Occupancy it reports the time-weighted mean and the maximum; departures lie in the future when they are told,
// and are settled when somebody looks or the next one arrives.
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
    ever_ = true;
    if (leaves <= now) return;  // did not wait
    integral_.Add(1, leaves - now);
    leaving_.PushBack(leaves);
    if (leaving_.size() > max_) max_ = leaving_.size();
  }

  // Who enters now had queued elsewhere since `since`: known only now, and in no Level() before.
  void Before(Picoseconds since, Picoseconds now) {
    if (since < start_) since = start_;
    if (now > since) integral_.Add(1, now - since);
  }

  std::uint64_t Level(Picoseconds now) const {
    std::size_t first = 0;
    while (first < leaving_.size() && leaving_[first] <= now) ++first;
    return leaving_.size() - first;
  }
  // Time spent in the queue until `now`, summed over everybody (ps).
  double Integral(Picoseconds now) const {
    LevelTime spent = integral_;
    spent -= Ahead(now);
    return spent.value();
  }
  double Mean(Picoseconds now) const { return now > start_ ? Integral(now) / static_cast<double>(now - start_) : 0.0; }

  std::vector<StatValue> Values(Picoseconds now) const override {
    return {{".mean", unit(), Mean(now)}, {".max", unit(), static_cast<double>(max_)}};
  }
  void Reset(Picoseconds now) override {
    Settle(now);
    integral_ = Ahead(now);
    max_ = leaving_.size();
    start_ = now;
  }
  bool moved() const override { return ever_; }

 private:
  // What those in the queue will still spend there.
  LevelTime Ahead(Picoseconds now) const {
    LevelTime ahead;
    for (std::size_t i = leaving_.size(); i > 0 && leaving_[i - 1] > now; --i) ahead.Add(1, leaving_[i - 1] - now);
    return ahead;
  }
  void Settle(Picoseconds now) {
    while (!leaving_.empty() && leaving_.front() <= now) leaving_.PopFront();
  }

  RingQueue<Picoseconds> leaving_;
  std::uint64_t max_ = 0;
  Picoseconds start_ = 0;
  LevelTime integral_;  // includes what those in the queue will still spend there
  bool ever_ = false;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_BACKLOG_H_

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

#include "models/base/lending.h"
#include "models/base/statistics.h"

namespace siov {

class LentPlaces final : public Statistic {
 public:
  LentPlaces(StatGroup& group, const char* name, const char* unit, const char* sentence, std::uint64_t capacity)
      : Statistic(group, name, unit, sentence), own_(capacity), lending_(&own_) {}
  // Of somebody else's, who outlives it.
  LentPlaces(StatGroup& group, const char* name, const char* unit, const char* sentence, Lending* lending)
      : Statistic(group, name, unit, sentence), lending_(lending) {}
  ~LentPlaces() override { NoteCoverage(); }

  void Take(Picoseconds now, std::uint64_t places) {
    lending_->Settle(now);
    lending_->Take(now, places);
  }
  void Return(Picoseconds free_at, std::uint64_t places) { lending_->Return(free_at, places); }
  void GiveBack(Picoseconds now, std::uint64_t places) { lending_->GiveBack(now, places); }
  void SetShort(Picoseconds now, bool is_short) { lending_->SetShort(now, is_short); }

  std::uint64_t capacity() const { return lending_->capacity(); }
  std::uint64_t Level(Picoseconds now) const { return lending_->Level(now); }
  double Integral(Picoseconds now) const { return lending_->Integral(now); }
  double Mean(Picoseconds now) const { return lending_->Mean(now); }
  double Short(Picoseconds now) const { return lending_->Short(now); }

  std::vector<StatValue> Values(Picoseconds now) const override {
    return {{".mean", unit(), Mean(now)},
            {".max", unit(), static_cast<double>(lending_->max())},
            {".capacity", unit(), static_cast<double>(capacity())},
            {".short", "fraction", Short(now)}};
  }
  void Reset(Picoseconds now) override {
    ever_ = moved();
    lending_->Reset(now);
  }
  bool moved() const override { return ever_ || lending_->max() != 0; }

 private:
  Lending own_;
  Lending* lending_;
  bool ever_ = false;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_LENT_PLACES_H_

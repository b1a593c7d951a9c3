// SPDX-License-Identifier: Apache-2.0
// Statistics: every number a block reports has a name, a unit and one sentence, declared where the member is declared.
//
// A StatGroup belongs to one block instance ("dsa0.atc"). Members register themselves with it and live as long as it
// does. Blocks keep raw counters and time integrals; ratios (hit rate, utilisation) are derived once, when results are
// collected. Statistics can be reset at the end of warm-up and never influence behaviour.
#ifndef SIOV_MODELS_BASE_STATISTICS_H_
#define SIOV_MODELS_BASE_STATISTICS_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/base/level_time.h"
#include "models/base/units.h"

namespace siov {

class Statistic;

class StatGroup {
 public:
  explicit StatGroup(std::string path) : path_(std::move(path)) {}
  StatGroup(const StatGroup&) = delete;
  StatGroup& operator=(const StatGroup&) = delete;
  const std::string& path() const { return path_; }
  const std::vector<Statistic*>& members() const { return members_; }
  void Reset(Picoseconds now);  // end of warm-up: forget what was counted before `now`

 private:
  friend class Statistic;
  std::string path_;
  std::vector<Statistic*> members_;
};

// One reported value of a statistic: a counter has one, an occupancy two or three, a busy time one.
struct StatValue {
  std::string suffix;  // "" or ".mean", ".max", ".capacity"
  std::string unit;
  double value;
};

class Statistic {
 public:
  Statistic(StatGroup& group, const char* name, const char* unit, const char* sentence);
  virtual ~Statistic() = default;
  Statistic(const Statistic&) = delete;
  Statistic& operator=(const Statistic&) = delete;
  const char* name() const { return name_; }
  const char* unit() const { return unit_; }
  const char* sentence() const { return sentence_; }
  virtual std::vector<StatValue> Values(Picoseconds now) const = 0;
  virtual void Reset(Picoseconds now) = 0;
  virtual bool moved() const = 0;  // has this statistic ever changed? (the suite fails on one that never does)

 protected:
  // For the destructors of the kinds below. With SIOV_STAT_COVERAGE_DIR set, every statistic leaves a line in that
  // folder when it goes: what it was, and whether it ever moved. tests/statistics merges them over the whole suite.
  void NoteCoverage() const;

 private:
  StatGroup& group_;
  const char* name_;
  const char* unit_;
  const char* sentence_;
};

// Counts events.
class Counter final : public Statistic {
 public:
  using Statistic::Statistic;
  ~Counter() override { NoteCoverage(); }
  void Add(std::uint64_t n = 1) { value_ += n; }
  std::uint64_t value() const { return value_ - base_; }
  std::vector<StatValue> Values(Picoseconds now) const override;
  void Reset(Picoseconds) override { base_ = value_; }
  bool moved() const override { return value_ != 0; }

 private:
  std::uint64_t value_ = 0;
  std::uint64_t base_ = 0;
};

// Integrates a level over time (queue length, slots in use): reports the time-weighted mean, the maximum and, where it
// is bounded, the capacity.
class Occupancy final : public Statistic {
 public:
  Occupancy(StatGroup& group, const char* name, const char* unit, const char* sentence, std::uint64_t capacity)
      : Statistic(group, name, unit, sentence), capacity_(capacity) {}
  ~Occupancy() override { NoteCoverage(); }
  void Set(Picoseconds now, std::uint64_t level) {
    integral_.Add(level_, now);
    integral_.Subtract(level, now);
    since_ = now;
    level_ = level;
    if (level > max_) max_ = level;
  }
  void Increment(Picoseconds now) {
    integral_.Subtract(1, now);
    since_ = now;
    if (++level_ > max_) max_ = level_;
  }
  void Decrement(Picoseconds now) {
    integral_.Add(1, now);
    since_ = now;
    --level_;
  }
  std::uint64_t level() const { return level_; }
  std::uint64_t capacity() const { return capacity_; }  // 0: unbounded
  // Up to `now`; what happened after it (a run that drained ended before its last event) is part of the integral.
  double Integral(Picoseconds now) const {
    LevelTime integral = integral_;
    integral.Add(level_, std::max(now, since_));
    return integral.value();
  }
  double Mean(Picoseconds now) const;
  std::vector<StatValue> Values(Picoseconds now) const override;
  void Reset(Picoseconds now) override;
  bool moved() const override { return ever_ || max_ != 0; }

 private:
  std::uint64_t capacity_;
  std::uint64_t level_ = 0;
  std::uint64_t max_ = 0;
  Picoseconds since_ = 0;
  Picoseconds start_ = 0;
  LevelTime integral_;  // when items left less when they came: those that are there are yet to be added
  bool ever_ = false;
};

// Time in which one or more servers worked, as it happens: utilisation = busy / (elapsed x servers), never above 1.
//
// Blocks know departures in advance, so service is told in one of three ways, none of which counts what lies ahead of
// the moment somebody looks: Begin() and End() where the end is an event; Serve() for one server whose work is known on
// arrival; Book() for several of those, whose backlog the block itself can say.
class BusyTime final : public Statistic {
 public:
  // `ahead(at)`, for Book() only: how much of what was booked lies after `at`, summed over the servers.
  using Ahead = std::function<Picoseconds(Picoseconds at)>;
  BusyTime(StatGroup& group, const char* name, const char* sentence, std::uint64_t servers, Ahead ahead = nullptr)
      : Statistic(group, name, "fraction", sentence), servers_(servers), ahead_(std::move(ahead)) {}
  ~BusyTime() override { NoteCoverage(); }

  void Begin(Picoseconds now) {  // of one server
    busy_ -= now;                // the sum is taken modulo 2^64; Total() adds what the running ones have done
    ++running_;
    ever_ = true;
  }
  void End(Picoseconds now) {
    busy_ += now;
    --running_;
  }
  // Work of the only server. REQUIRES: starts at the later of the time of the call and the previous end.
  void Serve(Picoseconds start, Picoseconds end) {
    if (start != until_) since_ = start;
    until_ = end;
    busy_ += end - start;
  }
  // REQUIRES: the constructor was given `ahead`.
  void Book(Picoseconds busy) { busy_ += busy; }
  // The only server was stopped: what it would have done after `now` does not happen.
  void Stop(Picoseconds now) {
    busy_ -= AheadOf(now);
    until_ = std::min(until_, now);
  }

  std::uint64_t servers() const { return servers_; }
  // From the end of warm-up to `now`.
  Picoseconds busy(Picoseconds now) const { return Total(now) - base_; }
  double Utilisation(Picoseconds now) const;
  std::vector<StatValue> Values(Picoseconds now) const override;
  void Reset(Picoseconds now) override {
    base_ = Total(now);
    start_ = now;
  }
  bool moved() const override { return ever_ || busy_ != 0; }

 private:
  Picoseconds AheadOf(Picoseconds now) const { return until_ > now ? until_ - std::max(since_, now) : 0; }
  Picoseconds Total(Picoseconds now) const;

  std::uint64_t servers_;
  Ahead ahead_;
  Picoseconds busy_ = 0;   // what lies ahead included
  Picoseconds since_ = 0;  // Serve(): the server works from here
  Picoseconds until_ = 0;  // without a break to here
  std::uint64_t running_ = 0;
  bool ever_ = false;
  Picoseconds base_ = 0;
  Picoseconds start_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_BASE_STATISTICS_H_

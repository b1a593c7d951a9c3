// SPDX-License-Identifier: Apache-2.0
#include "models/base/statistics.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace siov {

Statistic::Statistic(StatGroup& group, const char* name, const char* unit, const char* sentence)
    : group_(group), name_(name), unit_(unit), sentence_(sentence) {
  group.members_.push_back(this);
}

void Statistic::NoteCoverage() const {
  static const char* const folder = std::getenv("SIOV_STAT_COVERAGE_DIR");
  if (folder == nullptr) return;
  static std::ofstream file = [] {
    std::filesystem::create_directories(folder);
    return std::ofstream(std::string(folder) + "/" + std::to_string(getpid()) + ".tsv", std::ios::app);
  }();
  file << (moved() ? "moved" : "still") << '\t' << name_ << '\t' << unit_ << '\t' << sentence_ << '\t' << group_.path()
       << std::endl;  // at once: tests may leave their process by _exit
}

void StatGroup::Reset(Picoseconds now) {
  for (Statistic* member : members_) member->Reset(now);
}

std::vector<StatValue> Counter::Values(Picoseconds) const { return {{"", unit(), static_cast<double>(value())}}; }

double Occupancy::Mean(Picoseconds now) const {
  return now > start_ ? Integral(now) / static_cast<double>(now - start_) : 0.0;
}

std::vector<StatValue> Occupancy::Values(Picoseconds now) const {
  std::vector<StatValue> values = {{".mean", unit(), Mean(now)}, {".max", unit(), static_cast<double>(max_)}};
  if (capacity_ > 0) values.push_back({".capacity", unit(), static_cast<double>(capacity_)});
  return values;
}

void Occupancy::Reset(Picoseconds now) {
  ever_ = ever_ || max_ != 0;
  integral_ = {};
  integral_.Subtract(level_, now);
  since_ = now;
  start_ = now;
  max_ = level_;
}

Picoseconds BusyTime::Total(Picoseconds now) const {
  const Picoseconds ahead = ahead_ ? ahead_(now) : AheadOf(now);
  return busy_ + running_ * now - ahead;
}

double BusyTime::Utilisation(Picoseconds now) const {
  if (now <= start_ || servers_ == 0) return 0.0;
  return static_cast<double>(busy(now)) / (static_cast<double>(now - start_) * static_cast<double>(servers_));
}

std::vector<StatValue> BusyTime::Values(Picoseconds now) const { return {{"", unit(), Utilisation(now)}}; }

}  // namespace siov

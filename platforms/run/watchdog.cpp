// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/watchdog.h"

#include <algorithm>
#include <map>
#include <set>

#include "models/base/invariant.h"
#include "platforms/kinds/words.h"

namespace siov {
namespace {

using Paths = std::vector<std::string>;

std::string Joined(const Paths& paths) {
  std::string text;
  for (const std::string& path : paths) text += (text.empty() ? "" : ", ") + path;
  return text;
}

// "16 of 16 walks: misses in flight to the page walker"
std::string Describe(const Occupancy& held) {
  std::string text = std::to_string(held.level());
  if (held.capacity() != 0) text += " of " + std::to_string(held.capacity());
  std::string sentence = held.sentence();
  if (!sentence.empty() && sentence.back() == '.') sentence.pop_back();
  return text + " " + held.name() + ": " + sentence;
}

class Waits {
 public:
  explicit Waits(const std::vector<const Block*>& blocks) {
    for (const Block* block : blocks) blocks_[block->path()] = block;
    for (const auto& [path, block] : blocks_) ReportHeld(*block);
    for (const std::string& path : Paths(waited_for_.begin(), waited_for_.end())) Follow(path);
  }
  std::string Text() const {
    std::string text;
    for (const std::string& line : lines_) text += "\n  " + line;
    if (!owing_.empty()) {
      text += "\n  waited for, and holding nothing: " + Joined(Paths(owing_.begin(), owing_.end()));
    }
    return text;
  }

 private:
  void ReportHeld(const Block& block) {
    for (const Statistic* member : block.statistics().members()) {
      const auto* held = dynamic_cast<const Occupancy*>(member);
      if (held == nullptr || held->level() == 0) continue;
      if (std::string(held->unit()) == "bytes") continue;  // memory in use waits for nobody
      holding_.insert(block.path());
      const Paths peers = block.WaitsFor(*held);
      lines_.push_back(block.path() + " holds " + Describe(*held) +
                       (peers.empty() ? "" : "; it waits for " + Joined(peers)));
      waited_for_.insert(peers.begin(), peers.end());
    }
  }
  // Through blocks that only pass on, to those that hold something (they have their own lines) or nothing at all.
  void Follow(const std::string& path) {
    if (holding_.count(path) != 0 || !followed_.insert(path).second) return;
    const auto block = blocks_.find(path);
    const Paths peers = block == blocks_.end() ? Paths{} : block->second->PassesOnTo();
    if (peers.empty()) {
      owing_.insert(path);
      return;
    }
    lines_.push_back(path + " holds nothing and passes on to " + Joined(peers));
    for (const std::string& peer : peers) Follow(peer);
  }

  std::map<std::string, const Block*> blocks_;
  std::set<std::string> holding_;
  std::set<std::string> waited_for_;
  std::set<std::string> followed_;
  std::set<std::string> owing_;
  Paths lines_;
};

}  // namespace

std::string WhoWaitsForWhom(const std::vector<const Block*>& blocks) { return Waits(blocks).Text(); }

void Watchdog::NothingBetween(Picoseconds from, Picoseconds to) {
  constexpr unsigned kMostTimers = 64;
  if (to - from < stall_limit_ps_ / 4 || timers_ == kMostTimers) return;
  ++timers_;
  progress_at_ += to - from;
}

void Watchdog::Check(const Agenda& agenda, Picoseconds now, std::uint64_t finished_jobs,
                     std::uint64_t unfinished_jobs) {
  if (finished_jobs != finished_jobs_ || unfinished_jobs == 0) {
    progress_at_ = now;
    timers_ = 0;
  }
  finished_jobs_ = finished_jobs;
  if (unfinished_jobs == 0) return;
  const std::string unfinished = std::to_string(unfinished_jobs) + " jobs are unfinished. Who waits for whom:";
  if (agenda.idle() && agenda.events() > 0) {
    throw InvariantError("deadlock at " + NsText(agenda.now()) + ": nothing is due, but " + unfinished +
                         WhoWaitsForWhom(blocks_));
  }
  if (stall_limit_ps_ != 0 && now - progress_at_ >= stall_limit_ps_) {
    throw InvariantError("standstill at " + NsText(now) + ": no job has finished since " + NsText(progress_at_) +
                         ", longer than run.stall_limit_us allows, and " + unfinished + WhoWaitsForWhom(blocks_));
  }
}

}  // namespace siov

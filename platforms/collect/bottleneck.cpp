// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/bottleneck.h"

#include <algorithm>
#include <numeric>

#include "platforms/collect/resource_roles.h"
#include "platforms/collect/words.h"

namespace siov {
namespace {

// A resource busier than this is called saturated; between measurement noise and queueing theory, a server at 90 %
// makes its customers wait nine service times.
constexpr double kSaturated = 0.9;
// A cache is too small if more entries, as far as its watch sees, would spare this share of its fills.
constexpr double kSpared = 0.5;

// Time behind others' translations, as a multiple of that of translations themselves, up to which their stages say what
// it was spent on.
constexpr double kMostBehind = 10;

// Below saturation too, a cache whose misses take this share of the latency is what would help.
constexpr double kMostly = 0.5;

using Role = ResourceRole;
constexpr StageSet kEverything = ~StageSet{0};

constexpr Stage kTranslating[] = {Stage::kAtcWait,    Stage::kIotlbWait,     Stage::kWalkWait,  Stage::kWalk,
                                  Stage::kWalkMemory, Stage::kPageFaultWait, Stage::kPageFault, Stage::kPageEvent};
// What else keeps a posted write, and so those in order behind it.
constexpr Stage kLeaving[] = {Stage::kLinkWait, Stage::kLinkCreditWait};

class Search {
 public:
  explicit Search(const Results& results)
      : results_(results), measured_(results.bands.front().mean_ns), time_(measured_) {
    ShareOut();
  }

  Bottleneck Find() {
    Follow();
    if (!chain_.empty() && LimitedSomewhere()) {
      const CachePressure* cache = TooSmallCache(chain_.back()->role);
      return cache != nullptr ? BlameCache(*cache) : Blame(*chain_.back());
    }
    if (const CachePressure* cache = CacheThatCosts()) return BlameUnsaturated(*cache);
    return chain_.empty() ? WithoutWaiting() : Unsaturated();
  }

 private:
  double TimeIn(Stage stage) const { return time_[static_cast<std::size_t>(stage)]; }
  double Latency() const { return std::accumulate(measured_.begin(), measured_.end(), 0.0); }
  double& TimeIn(Stage stage) { return time_[static_cast<std::size_t>(stage)]; }

  // Who waits behind another's translation, or behind an older write that waits for one, waits for what that one waits
  // for: in the proportions of the time that translations take, and for an older write also of what keeps writes from
  // leaving. If hardly any is seen, as the ledgers of those who went ahead are few, whatever serves translations and is
  // under most pressure is the cause.
  void ShareOut() {
    double translating = 0;
    double leaving = 0;
    for (const Stage stage : kTranslating) translating += TimeIn(stage);
    for (const Stage stage : kLeaving) leaving += TimeIn(stage);
    const double in_order = TimeIn(Stage::kOrderWait);
    const double ahead = TimeIn(Stage::kAtsWait);
    const bool seen = in_order + ahead < kMostBehind * (translating + leaving);
    const bool translated = ahead < kMostBehind * translating;
    TimeIn(Stage::kAtsWait) = 0;
    TimeIn(Stage::kOrderWait) = (seen ? 0 : in_order) + (translated ? 0 : ahead);
    const double for_writes = seen && in_order > 0 ? in_order / (translating + leaving) : 0;
    const double for_translations = translated && ahead > 0 ? ahead / translating : 0;
    for (const Stage stage : kTranslating) TimeIn(stage) *= 1 + for_writes + for_translations;
    for (const Stage stage : kLeaving) TimeIn(stage) *= 1 + for_writes;
  }

  // A queue that turns away most of what comes is full when it matters, whatever its mean.
  static double Pressure(const ResourceLoad& load) {
    return std::max({load.utilisation, load.waited, load.turned_away});
  }

  // What a job waits for the resource in the stage.
  double WaitFor(Stage stage, const ResourceLoad& load) const {
    return load.wait_ns ? std::min(*load.wait_ns, TimeIn(stage)) : TimeIn(stage);
  }

  // As many as it has places for come, and no more: however full it is, more of it would change nothing. A server that
  // nobody waits for still serves faster if it is faster, unless what is busy is one of many.
  bool NobodyWaits(const ResourceLoad& load) const {
    if (load.waiting) return *load.waiting == 0;
    if (load.waited > 0 || load.turned_away > 0 || !load.slots) return false;
    bool known = false;
    for (const Cause& cause : Causes()) {
      if ((cause.roles & Bit(load.role)) == 0) continue;
      known = true;
      if (measured_[static_cast<std::size_t>(cause.stage)] > 0) return false;
    }
    return known;
  }

  // Of several resources that a stage waits for a saturated server comes first, then the saturated pool that a job
  // comes to last, which fills those before it; else the one under most pressure.
  double Rank(const ResourceLoad& load) const {
    const double pressure = Pressure(load);
    if (pressure < kSaturated) return pressure;
    return load.slots ? 2 + static_cast<double>(load.role) + pressure : 100 + pressure;
  }
  const ResourceLoad* ResourceOf(const Cause& cause) const {
    const ResourceLoad* chosen = nullptr;
    for (const ResourceLoad& load : results_.resources) {
      if ((cause.roles & Bit(load.role)) == 0 || NobodyWaits(load)) continue;
      // Who comes back need not have been turned away for want of a place.
      if (cause.stage == Stage::kRetryBackoff && load.turned_away == 0) continue;
      // Its stage does not tell what an invalidation waits for: one thing after another.
      if (cause.stage == Stage::kInvalidateWait && Visited(&load)) continue;
      if (chosen == nullptr || Rank(load) > Rank(*chosen)) chosen = &load;
    }
    return chosen;
  }

  // Time that a job holds a place of the pool: by Little's law for what a job holds once, else what the ledger says.
  double Held(const ResourceLoad& pool, StageSet inside) const {
    double ledger = 0;
    for (std::size_t i = 0; i < kStageCount; ++i) ledger += (inside >> i & 1) != 0 ? time_[i] : 0;
    const double seconds = ToSeconds(results_.measured_ps);
    const double per_s = seconds > 0 ? results_.Metric("job.completed") / seconds : 0;
    const bool once = pool.role == Role::kContexts || pool.role == Role::kQueuePlaces;
    return once && per_s > 0 && pool.mean > 0 ? std::max(pool.mean / per_s * 1e9, 1e-9) : ledger;
  }

  // Going on to what is waited for is right if more places here would help less than an end of that waiting: places
  // help until the other is saturated, and at most twice as many are looked at. What is idle half the time does not
  // keep a pool from serving more: there its places are too few for the bursts that come. A server serves unless what
  // it stands still for is saturated.
  bool GoesOn(double wait, double pressure) const {
    if (!chain_.empty() && pressure < (chain_.back()->slots ? 0.5 : kSaturated)) return false;
    return wait > 1 - std::min(0.99, std::max(0.5, pressure));
  }

  bool Visited(const ResourceLoad* load) const { return std::find(chain_.begin(), chain_.end(), load) != chain_.end(); }

  // The longest wait among `inside` that explains more than the pool itself.
  const ResourceLoad* Next(StageSet inside, double held) {
    const ResourceLoad* next = nullptr;
    double longest = 0;
    for (const Cause& cause : Causes()) {
      if ((inside & Bit(cause.stage)) == 0) continue;
      if (TimeIn(cause.stage) <= longest) continue;
      const ResourceLoad* load = ResourceOf(cause);
      if (load == nullptr || Visited(load)) continue;
      const double wait = WaitFor(cause.stage, *load);
      if (wait <= longest || !GoesOn(wait / held, Pressure(*load))) continue;
      next = load;
      longest = wait;
    }
    if (next != nullptr) last_wait_ns_ = longest;
    return next;
  }

  void Follow() {
    if (Latency() <= 0) return;
    const ResourceLoad* next = Next(kEverything, Latency());
    while (next != nullptr) {
      chain_.push_back(next);
      const StageSet inside = InsideOf(next->role);
      const double held = Held(*next, inside);
      next = held > 0 ? Next(inside, held) : nullptr;
      if (next == nullptr && chain_.back()->role == Role::kSubmitCpus) next = AnswersLateFor();
      if (next == nullptr && chain_.back()->role == Role::kSubmitCpus) next = TurnedAwayBy();
    }
  }

  // A CPU waits for the answer to its ENQCMD, which jobs' ledgers do not: they have gone on.
  const ResourceLoad* AnswersLateFor() const {
    for (const ResourceLoad& load : results_.resources) {
      if (load.role == Role::kAnswerCredits && Pressure(load) >= kSaturated) return &load;
    }
    return nullptr;
  }

  // CPUs most of whose submissions find a queue full are busy because of what keeps the queue full.
  const ResourceLoad* TurnedAwayBy() const {
    const ResourceLoad* queue = ResourceOf({Stage::kRetryBackoff, Bit(Role::kQueuePlaces)});
    return queue != nullptr && queue->turned_away > kMostly && !Visited(queue) ? queue : nullptr;
  }

  // Who spends most of the time coming back from a queue was turned away by it, whatever its mean.
  bool LimitedSomewhere() const {
    if (chain_.front()->role == Role::kQueuePlaces) return true;
    return std::any_of(chain_.begin(), chain_.end(),
                       [this](const ResourceLoad* load) { return Pressure(*load) >= kSaturated; });
  }

  static std::string NameOf(const ResourceLoad& load) { return load.block + "." + load.name; }
  static std::string LoadText(const ResourceLoad& load) {
    const std::string full = PercentText(load.utilisation) + (load.slots ? " full" : " busy") + load.share;
    const bool too_few = load.waited > load.utilisation;  // places are left, but too few for who comes next
    return NameOf(load) + " (" + full + (too_few ? ", too few " + PercentText(load.waited) + " of the time)" : ")");
  }

  // "; who waits for it fills a (99 % full) and b (98 % full)": the pools on the way, the nearest first.
  std::string FilledText(std::size_t but) const {
    std::string text;
    for (std::size_t i = chain_.size() - but; i-- > 0;) text += (text.empty() ? "" : ", ") + LoadText(*chain_[i]);
    return text.empty() ? "" : "; what waits for it fills " + text;
  }

  // The next resource inside a pool, which limits as soon as the pool has more places.
  std::string AfterText(const ResourceLoad& pool) const {
    if (!pool.slots) return "";
    const StageSet inside = InsideOf(pool.role);
    const ResourceLoad* next = nullptr;
    for (const Cause& cause : Causes()) {
      if ((inside & Bit(cause.stage)) == 0) continue;
      for (const ResourceLoad& load : results_.resources) {
        if (Visited(&load) || (cause.roles & Bit(load.role)) == 0) continue;
        if (load.utilisation >= 0.5 && (next == nullptr || load.utilisation > next->utilisation)) next = &load;
      }
    }
    return next == nullptr ? "" : "; with more of it the next limit is " + LoadText(*next);
  }

  Bottleneck Blame(const ResourceLoad& load) const {
    return {NameOf(load), "The bottleneck is " + LoadText(load) + AfterText(load) + FilledText(1)};
  }

  // The cache whose misses make the work that a resource does: an ATC before an IOTLB, as it spares more.
  const CachePressure* TooSmallCache(Role role) const {
    const bool walks = role == Role::kWalkers || role == Role::kMissSlots || role == Role::kWalkerCache;
    const CachePressure* chosen = nullptr;
    for (const CachePressure& cache : results_.caches) {
      const bool asked = cache.atc ? walks || role == Role::kTranslations : walks;
      if (!asked || cache.fills == 0 || cache.spared.back() < kSpared * static_cast<double>(cache.fills)) continue;
      if (chosen == nullptr || (cache.atc && !chosen->atc) ||
          (cache.atc == chosen->atc && cache.fills > chosen->fills)) {
        chosen = &cache;
      }
    }
    return chosen;
  }

  static double ShareOf(StageSet stages, const std::array<double, kStageCount>& times) {
    double sum = 0;
    double all = 0;
    for (std::size_t i = 0; i < kStageCount; ++i) {
      sum += (stages >> i & 1) != 0 ? times[i] : 0;
      all += times[i];
    }
    return all > 0 ? sum / all : 0;
  }
  double TranslatingShare() const {
    StageSet stages = 0;
    for (const Stage stage : kTranslating) stages |= Bit(stage);
    return ShareOf(stages, time_);
  }
  // Nothing is saturated, but most of the latency is what misses cost.
  const CachePressure* CacheThatCosts() const {
    return TranslatingShare() < kMostly ? nullptr : TooSmallCache(Role::kWalkers);
  }

  // "256 entries instead of 64 would spare 60.0 % of its fills"
  static std::string EnoughText(const CachePressure& cache) {
    const double fills = static_cast<double>(cache.fills);
    std::size_t enough = 0;
    while (cache.spared[enough] < kSpared * fills) ++enough;
    return CountText(cache.entries << (enough + 1)) + " entries instead of " + CountText(cache.entries) +
           " would spare " + PercentText(cache.spared[enough] / fills) + " of its fills";
  }
  Bottleneck BlameCache(const CachePressure& cache) const {
    return {cache.block + ".entries", "The bottleneck is " + cache.block + ".entries: " + EnoughText(cache) +
                                          ", which wait for " + LoadText(*chain_.back()) + AfterText(*chain_.back()) +
                                          FilledText(1)};
  }
  Bottleneck BlameUnsaturated(const CachePressure& cache) const {
    return {cache.block + ".entries", "Nothing is saturated, but translations take " + PercentText(TranslatingShare()) +
                                          " of the latency, and of " + cache.block + ".entries " + EnoughText(cache)};
  }
  Bottleneck Unsaturated() const {
    return {"none", "Nothing is saturated: jobs wait most for " + LoadText(*chain_.back()) + ", " +
                        PercentText(last_wait_ns_ / Latency()) + " of their latency"};
  }
  // The stage that most time is waited in, if most of the latency is waiting.
  std::string MostlyWaiting() const {
    StageSet waiting = 0;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < kStageCount; ++i) {
      if (Describe(static_cast<Stage>(i)).kind != StageKind::kWait) continue;
      waiting |= StageSet{1} << i;
      if ((waiting >> longest & 1) == 0 || measured_[i] > measured_[longest]) longest = i;
    }
    if (ShareOf(waiting, measured_) < kMostly) return "";
    return "; jobs wait most in " + std::string(Describe(static_cast<Stage>(longest)).name) + ", " +
           PercentText(ShareOf(StageSet{1} << longest, measured_)) + " of their latency";
  }

  bool IsFullForNobody(const ResourceLoad& load) const { return load.utilisation >= kSaturated && NobodyWaits(load); }

  // Hardly anybody waits, but somebody does for what is full. The one farthest along a job's path is the cause of those
  // before it, and among equals a server.
  Bottleneck WithoutWaiting() const {
    std::vector<const ResourceLoad*> saturated;
    const ResourceLoad* busiest = &results_.resources.front();
    for (const ResourceLoad& load : results_.resources) {
      if (IsFullForNobody(load)) continue;
      if (load.utilisation > busiest->utilisation || IsFullForNobody(*busiest)) busiest = &load;
      if (load.utilisation >= kSaturated && load.role != Role::kFaultService) saturated.push_back(&load);
    }
    if (saturated.empty())
      return {"none", "Nothing is saturated: the busiest is " + LoadText(*busiest) + MostlyWaiting()};
    std::stable_sort(saturated.begin(), saturated.end(), [](const ResourceLoad* a, const ResourceLoad* b) {
      return a->depth != b->depth ? a->depth > b->depth : !a->slots && b->slots;
    });
    std::string sentence = "The bottleneck is " + LoadText(*saturated.front());
    if (saturated.size() > 1) sentence += "; before it, filled up by it: ";
    for (std::size_t i = 1; i < saturated.size(); ++i) sentence += (i > 1 ? ", " : "") + LoadText(*saturated[i]);
    return {NameOf(*saturated.front()), sentence};
  }

  const Results& results_;
  const std::array<double, kStageCount>& measured_;
  std::array<double, kStageCount> time_;    // measured, but the time behind others put down to what those waited for
  std::vector<const ResourceLoad*> chain_;  // from the jobs inwards; the last limits
  double last_wait_ns_ = 0;                 // for the last of them
};

}  // namespace

Bottleneck FindBottleneck(const Results& results) { return Search(results).Find(); }

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/bottleneck.h"

#include <algorithm>

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

using Role = ResourceRole;

// A bit each.
using StageSet = std::uint64_t;
using RoleSet = std::uint64_t;
template <class Enum>
constexpr std::uint64_t Bit(Enum member) {
  return std::uint64_t{1} << static_cast<unsigned>(member);
}
template <class... Enums>
constexpr std::uint64_t Set(Enums... members) {
  return (Bit(members) | ...);
}
constexpr StageSet kEverything = ~StageSet{0};

// What is waited for in a stage.
struct Cause {
  Stage stage;
  RoleSet roles;
};
constexpr Cause kCauses[] = {
    {Stage::kSubmitWait, Set(Role::kSubmitCpus, Role::kDedicatedPlaces)},
    {Stage::kRetryBackoff, Set(Role::kQueuePlaces)},
    {Stage::kLinkWait, Set(Role::kWire)},
    {Stage::kLinkCreditWait, Set(Role::kRootReads, Role::kMissSlots, Role::kWalkers, Role::kIotlbPort, Role::kMemory)},
    {Stage::kTagWait, Set(Role::kTags)},
    {Stage::kQueueWait, Set(Role::kContexts)},
    {Stage::kEngineWait, Set(Role::kReadBuffers, Role::kDataPath)},
    {Stage::kAtcWait, Set(Role::kTranslations, Role::kAtcPort)},
    {Stage::kIotlbWait, Set(Role::kMissSlots, Role::kIotlbPort)},
    {Stage::kWalkWait, Set(Role::kWalkers)},
    {Stage::kMemoryWait, Set(Role::kMemory, Role::kRootReads)},
    {Stage::kPageFaultWait, Set(Role::kFaultService, Role::kFaultCredits)},
    {Stage::kInterruptWait, Set(Role::kVcpus)},
    {Stage::kOrderWait, Set(Role::kTranslations, Role::kMissSlots, Role::kWalkers, Role::kIotlbPort,
                            Role::kFaultService, Role::kFaultCredits, Role::kWire, Role::kMemory)},
    {Stage::kInvalidateWait, Set(Role::kDriverLock, Role::kInvalidation)},
};

// What a job does while it holds a place of a pool. Contexts are held through all that follows them but the interrupt.
constexpr StageSet kInContext = Set(
    Stage::kEngineWait, Stage::kEngine, Stage::kAtcWait, Stage::kAtc, Stage::kTagWait, Stage::kIotlbWait, Stage::kIotlb,
    Stage::kWalkWait, Stage::kWalk, Stage::kWalkMemory, Stage::kMemoryWait, Stage::kMemory, Stage::kLinkWait,
    Stage::kLinkWire, Stage::kLinkCreditWait, Stage::kPageRequest, Stage::kPageEvent, Stage::kPageFault, Stage::kPort,
    Stage::kPageFaultWait, Stage::kPageResponse, Stage::kInvalidateWait, Stage::kOrderWait);
constexpr StageSet kInRequest =
    Set(Stage::kLinkWait, Stage::kLinkCreditWait, Stage::kLinkWire, Stage::kIotlbWait, Stage::kIotlb, Stage::kWalkWait,
        Stage::kWalk, Stage::kWalkMemory, Stage::kMemoryWait, Stage::kMemory);
constexpr StageSet kInWalk = Set(Stage::kWalkWait, Stage::kWalk, Stage::kWalkMemory);

StageSet InsideOf(Role role) {
  switch (role) {
    case Role::kQueuePlaces:
      return Set(Stage::kQueueWait, Stage::kArbitration);
    case Role::kSubmitCpus:  // servers, but they may stand still inside
      return Set(Stage::kMap, Stage::kSubmit, Stage::kExit, Stage::kUnmap, Stage::kInvalidateWait);
    case Role::kDedicatedPlaces:
    case Role::kContexts:
      return kInContext;
    case Role::kReadBuffers:
    case Role::kTags:
      return kInRequest;
    case Role::kTranslations:
    case Role::kMissSlots:
      return kInWalk;
    case Role::kRootReads:
      return Set(Stage::kMemoryWait, Stage::kMemory);
    case Role::kFaultCredits:
      return Set(Stage::kPageFaultWait, Stage::kPageFault, Stage::kPageEvent);
    default:
      return 0;
  }
}

constexpr Stage kTranslating[] = {Stage::kAtcWait,    Stage::kIotlbWait,     Stage::kWalkWait,  Stage::kWalk,
                                  Stage::kWalkMemory, Stage::kPageFaultWait, Stage::kPageFault, Stage::kPageEvent};

class Search {
 public:
  explicit Search(const Results& results) : results_(results), time_(results.bands.front().mean_ns) { ShareOut(); }

  Bottleneck Find() {
    Follow();
    if (chain_.empty()) return WithoutWaiting();
    if (!LimitedSomewhere()) {
      return {"none", "Nothing is saturated: jobs wait most for " + LoadText(*chain_.back()) + ", " +
                          PercentText(last_wait_) + " of their latency"};
    }
    if (const CachePressure* cache = TooSmallCache()) return BlameCache(*cache);
    return Blame(*chain_.back());
  }

 private:
  double TimeIn(Stage stage) const { return time_[static_cast<std::size_t>(stage)]; }
  double& TimeIn(Stage stage) { return time_[static_cast<std::size_t>(stage)]; }

  // Who waits behind another's translation, or behind an older write that waits for one, waits for what that one waits
  // for: in the proportions of the time that translations take. If hardly any is seen, as the ledgers of those who went
  // ahead are few, whatever serves translations and is under most pressure is the cause.
  void ShareOut() {
    const double behind = TimeIn(Stage::kAtsWait) + TimeIn(Stage::kOrderWait);
    double translating = 0;
    for (const Stage stage : kTranslating) translating += TimeIn(stage);
    const bool seen = behind < kMostBehind * translating;
    TimeIn(Stage::kAtsWait) = 0;
    TimeIn(Stage::kOrderWait) = seen ? 0 : behind;
    if (!seen) return;
    for (const Stage stage : kTranslating) TimeIn(stage) *= 1 + behind / translating;
  }

  // A queue that turns away most of what comes is full when it matters, whatever its mean.
  double Pressure(const ResourceLoad& load) const {
    if (load.role != Role::kQueuePlaces) return load.utilisation;
    const double retries = results_.Metric("job.retries");
    const double answers = retries + results_.Metric("job.completed");
    return answers > 0 ? std::max(load.utilisation, retries / answers) : load.utilisation;
  }

  // What a stage waits for: of several resources a saturated server, else the one under most pressure.
  const ResourceLoad* ResourceOf(const Cause& cause) const {
    const ResourceLoad* chosen = nullptr;
    const auto rank = [this](const ResourceLoad& load) {
      return Pressure(load) + (!load.slots && load.utilisation >= kSaturated ? 1 : 0);
    };
    for (const ResourceLoad& load : results_.resources) {
      if ((cause.roles & Bit(load.role)) == 0) continue;
      if (chosen == nullptr || rank(load) > rank(*chosen)) chosen = &load;
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
  // keep a pool from serving more: there its places are too few for the bursts that come.
  bool GoesOn(double wait, double pressure) const {
    if (!chain_.empty() && pressure < 0.5) return false;
    return wait > 1 - std::min(0.99, std::max(0.5, pressure));
  }

  bool Visited(const ResourceLoad* load) const { return std::find(chain_.begin(), chain_.end(), load) != chain_.end(); }

  // The longest wait among `inside` that explains more than the pool itself.
  const ResourceLoad* Next(StageSet inside, double held) {
    const ResourceLoad* next = nullptr;
    double longest = 0;
    for (const Cause& cause : kCauses) {
      if ((inside & Bit(cause.stage)) == 0) continue;
      const double wait = TimeIn(cause.stage);
      if (wait <= longest) continue;
      const ResourceLoad* load = ResourceOf(cause);
      if (load == nullptr || Visited(load) || !GoesOn(wait / held, Pressure(*load))) continue;
      next = load;
      longest = wait;
    }
    if (next != nullptr) last_wait_ = longest / held;
    return next;
  }

  void Follow() {
    double latency = 0;
    for (const double time : time_) latency += time;
    if (latency <= 0) return;
    const ResourceLoad* next = Next(kEverything, latency);
    while (next != nullptr) {
      chain_.push_back(next);
      const StageSet inside = InsideOf(next->role);
      const double held = Held(*next, inside);
      next = held > 0 ? Next(inside, held) : nullptr;
    }
  }

  // Who spends most of the time coming back from a queue was turned away by it, whatever its mean.
  bool LimitedSomewhere() const {
    if (chain_.front()->role == Role::kQueuePlaces) return true;
    return std::any_of(chain_.begin(), chain_.end(),
                       [this](const ResourceLoad* load) { return Pressure(*load) >= kSaturated; });
  }

  static std::string NameOf(const ResourceLoad& load) { return load.block + "." + load.name; }
  static std::string LoadText(const ResourceLoad& load) {
    return NameOf(load) + " (" + PercentText(load.utilisation) + (load.slots ? " full" : " busy") + ")";
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
    for (const Cause& cause : kCauses) {
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

  // The cache whose misses make the work that the chain ends in: an ATC before an IOTLB, as it spares more.
  const CachePressure* TooSmallCache() const {
    const Role role = chain_.back()->role;
    const bool walks = role == Role::kWalkers || role == Role::kMissSlots;
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

  Bottleneck BlameCache(const CachePressure& cache) const {
    const double fills = static_cast<double>(cache.fills);
    std::size_t enough = 0;
    while (cache.spared[enough] < kSpared * fills) ++enough;
    const std::uint64_t entries = cache.entries << (enough + 1);
    return {cache.block + ".entries", "The bottleneck is " + cache.block + ".entries: " + CountText(entries) +
                                          " entries instead of " + CountText(cache.entries) + " would spare " +
                                          PercentText(cache.spared[enough] / fills) + " of its fills, which wait for " +
                                          LoadText(*chain_.back()) + AfterText(*chain_.back()) + FilledText(1)};
  }

  // Hardly anybody waits: a pool can still be full because as many jobs come as it has places. The one farthest along
  // a job's path is the cause of those before it, and among equals a server.
  Bottleneck WithoutWaiting() const {
    std::vector<const ResourceLoad*> saturated;
    const ResourceLoad* busiest = &results_.resources.front();
    for (const ResourceLoad& load : results_.resources) {
      if (load.utilisation > busiest->utilisation) busiest = &load;
      if (load.utilisation >= kSaturated && load.role != Role::kFaultService) saturated.push_back(&load);
    }
    if (saturated.empty()) return {"none", "Nothing is saturated: the busiest is " + LoadText(*busiest)};
    std::stable_sort(saturated.begin(), saturated.end(), [](const ResourceLoad* a, const ResourceLoad* b) {
      return a->depth != b->depth ? a->depth > b->depth : !a->slots && b->slots;
    });
    std::string sentence = "The bottleneck is " + LoadText(*saturated.front());
    if (saturated.size() > 1) sentence += "; before it, filled up by it: ";
    for (std::size_t i = 1; i < saturated.size(); ++i) sentence += (i > 1 ? ", " : "") + LoadText(*saturated[i]);
    return {NameOf(*saturated.front()), sentence};
  }

  const Results& results_;
  std::array<double, kStageCount> time_;
  std::vector<const ResourceLoad*> chain_;  // from the jobs inwards; the last limits
  double last_wait_ = 0;                    // share of the last step's holders' time
};

}  // namespace

Bottleneck FindBottleneck(const Results& results) { return Search(results).Find(); }

}  // namespace siov

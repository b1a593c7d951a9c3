// SPDX-License-Identifier: Apache-2.0
// Admission, turns and slots of the work queues beside plain counts and lists, under the same random calls.
#include <gtest/gtest.h>

#include <vector>

#include "models/base/random.h"
#include "models/device/swq_arbiter/portal_map.h"
#include "models/device/swq_arbiter/swq_arbiter_core.h"

namespace siov {
namespace {

using Outcome = SwqArbiterCore::Outcome;

struct Write {
  std::uint64_t queue;
  bool limited;
  bool ims;
  bool deferrable;
  std::uint32_t size;
  std::uint64_t offset;  // in the portal's page
};

class PlainArbiter {
 public:
  PlainArbiter(const SwqArbiterConfig& config, const EngineSlots& slots)
      : config_(config), slots_(slots), held_(config.queues.size()), turn_(config.groups), engine_turn_(config.groups) {
    for (const WorkQueueConfig& queue : config.queues) credits_.push_back(queue.priority);
    busy_.resize(slots.count());
  }

  // The rules in the order of the table in swq_arbiter_core.h.
  Outcome Submit(const Write& write) {
    const bool whole = write.size == 64 && write.offset % 64 == 0;
    if (write.queue >= held_.size() || !write.ims) {
      if (!write.deferrable) return {Admission::kIgnored, SwqArbiterCore::kNone};
      return {whole ? Admission::kRetry : Admission::kUnsupported, SwqArbiterCore::kNone};
    }
    const auto queue = static_cast<std::uint32_t>(write.queue);
    if (!whole) return {write.deferrable ? Admission::kUnsupported : Admission::kIgnored, queue};
    const WorkQueueConfig& config = config_.queues[queue];
    const bool shared = config.mode == QueueMode::kShared;
    if (shared && !write.deferrable) return {Admission::kIgnored, queue};
    if (!shared && write.deferrable) return {Admission::kRetry, queue};
    const std::uint32_t room = shared && write.limited ? config.threshold : config.size;
    if (held_[queue] >= room) return {shared ? Admission::kRetry : Admission::kDropped, queue};
    ++held_[queue];
    return {Admission::kAccepted, queue};
  }
  bool SubmitOwn(std::uint32_t queue) {
    if (held_[queue] == config_.queues[queue].size) return false;
    ++held_[queue];
    return true;
  }
  // The queue whose turn it is and the engine that takes it; false: no work or no slot.
  bool Choose(std::uint32_t group, std::uint32_t* queue, std::uint32_t* engine) {
    std::vector<std::uint32_t> queues;
    for (std::uint32_t i = 0; i < held_.size(); ++i) {
      if (config_.queues[i].group == group) queues.push_back(i);
    }
    if (!ChooseEngine(group, engine)) return false;
    if (!ChooseQueue(group, queues, queue)) return false;
    engine_turn_[group] = *engine + 1;
    --held_[*queue];
    return true;
  }
  bool Take(std::uint32_t slot) {
    const bool was_free = !busy_[slot];
    busy_[slot] = true;
    return was_free;
  }
  void Free(std::uint32_t slot) { busy_[slot] = false; }
  bool busy(std::uint32_t slot) const { return busy_[slot]; }
  std::uint32_t held(std::uint32_t queue) const { return held_[queue]; }

 private:
  // Round robin over those with work and credits; if none of those with work has credits, all get theirs again.
  bool ChooseQueue(std::uint32_t group, const std::vector<std::uint32_t>& queues, std::uint32_t* chosen) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      for (std::size_t step = 0; step < queues.size(); ++step) {
        const std::size_t position = (turn_[group] + step) % queues.size();
        const std::uint32_t queue = queues[position];
        if (held_[queue] == 0 || credits_[queue] == 0) continue;
        --credits_[queue];
        turn_[group] = position + 1;
        *chosen = queue;
        return true;
      }
      bool work = false;
      for (const std::uint32_t queue : queues) work = work || held_[queue] != 0;
      if (!work) return false;
      for (const std::uint32_t queue : queues) credits_[queue] = config_.queues[queue].priority;
    }
    return false;
  }
  // That with the fewest jobs; among equals the one after the last chosen.
  bool ChooseEngine(std::uint32_t group, std::uint32_t* chosen) const {
    const std::size_t engines = slots_.group_of_engine.size();
    std::uint32_t fewest = slots_.jobs_per_engine;
    for (std::size_t step = 0; step < engines; ++step) {
      const std::size_t engine = (engine_turn_[group] + step) % engines;
      if (slots_.group_of_engine[engine] != group) continue;
      std::uint32_t jobs = 0;
      for (std::uint32_t i = 0; i < slots_.jobs_per_engine; ++i) jobs += busy_[engine * slots_.jobs_per_engine + i];
      if (jobs >= fewest) continue;
      fewest = jobs;
      *chosen = static_cast<std::uint32_t>(engine);
    }
    return fewest < slots_.jobs_per_engine;
  }

  SwqArbiterConfig config_;
  EngineSlots slots_;
  std::vector<std::uint32_t> held_;
  std::vector<std::uint32_t> credits_;
  std::vector<std::size_t> turn_;         // by group: position of the queue
  std::vector<std::size_t> engine_turn_;  // by group: number of the engine
  std::vector<bool> busy_;
};

SwqArbiterConfig SixQueues() {
  SwqArbiterConfig config;
  config.groups = 2;
  config.queues = {{"wq0", QueueMode::kShared, 4, 2, 3, 0},    {"wq1", QueueMode::kDedicated, 3, 0, 2, 1},
                   {"wq2", QueueMode::kDedicated, 2, 0, 1, 0}, {"wq3", QueueMode::kShared, 5, 5, 4, 1},
                   {"wq4", QueueMode::kShared, 6, 0, 15, 0},   {"wq5", QueueMode::kShared, 1, 1, 1, 0}};
  return config;
}

Write RandomWrite(RandomStream& random) {
  Write write{};
  write.queue = random.Below(7);
  write.limited = random.Bernoulli(0.4);
  write.ims = random.Bernoulli(0.9);
  write.deferrable = random.Bernoulli(0.6);
  write.size = random.Bernoulli(0.95) ? 64 : 32;
  write.offset = random.Bernoulli(0.9) ? 64 * random.Below(64) : 32;
  return write;
}

TEST(SwqArbiterCore, AdmitsAndChoosesAsPlainCountsDo) {
  const SwqArbiterConfig config = SixQueues();
  for (const EngineSlots& slots :
       {EngineSlots{{0, 1, 0, 0, 1}, 3}, EngineSlots{{1, 0}, 1}, EngineSlots{{0, 1, 0}, 2}}) {
    SwqArbiterCore core(config, slots);
    PlainArbiter plain(config, slots);
    RandomStream random(slots.count());
    for (int call = 0; call < 20'000; ++call) {
      const std::uint64_t what = random.Below(8);
      if (what < 3) {
        const Write write = RandomWrite(random);
        const std::uint64_t address =
            PortalAddress(write.queue, write.limited ? PortalLimit::kLimited : PortalLimit::kUnlimited,
                          write.ims ? PortalInterrupts::kIms : PortalInterrupts::kMsiX) +
            write.offset;
        const Outcome outcome = core.Submit(address, write.size, write.deferrable);
        const Outcome expected = plain.Submit(write);
        ASSERT_EQ(outcome.admission, expected.admission) << call;
        ASSERT_EQ(outcome.queue, expected.queue) << call;
      } else if (what == 3) {
        const auto queue = static_cast<std::uint32_t>(random.Below(6));
        ASSERT_EQ(core.SubmitOwn(queue), plain.SubmitOwn(queue)) << call;
      } else if (what < 6) {
        const auto group = static_cast<std::uint32_t>(random.Below(2));
        SwqArbiterCore::Choice choice{};
        std::uint32_t queue = 0;
        std::uint32_t engine = 0;
        const bool chosen = core.Choose(group, &choice);
        ASSERT_EQ(chosen, plain.Choose(group, &queue, &engine)) << call;
        if (!chosen) continue;
        ASSERT_EQ(choice.queue, queue) << call;
        ASSERT_EQ(choice.slot / slots.jobs_per_engine, engine) << call;
        ASSERT_EQ(core.GroupOfSlot(choice.slot), group);
        ASSERT_TRUE(plain.Take(choice.slot)) << call;
      } else {
        const auto slot = static_cast<std::uint32_t>(random.Below(slots.count()));
        if (!plain.busy(slot)) continue;
        core.FreeSlot(slot);
        plain.Free(slot);
      }
      for (std::uint32_t queue = 0; queue < 6; ++queue) ASSERT_EQ(core.occupancy(queue), plain.held(queue)) << call;
    }
  }
}

}  // namespace
}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "models/kernel/due_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/base/random.h"

namespace siov {
namespace {

using Log = std::vector<std::string>;

// Writes (name, kind, time) of every item; kind 9 spawns two items at the same time.
class Recorder : public DueHandler {
 public:
  Recorder(Agenda& agenda, std::string name, Log& log)
      : name_(std::move(name)), agenda_(agenda), log_(log), queue_(agenda, this, name_) {}
  void OnDue(const DueItem& item) override {
    log_.push_back(name_ + std::to_string(item.kind) + "@" + std::to_string(agenda_.now()));
    if (item.kind == 9) {
      queue_.Push(0, {nullptr, 2, 0}, DueRank::kDecide);
      queue_.Push(0, {nullptr, 1, 0});
    }
    if (item.kind == 13) throw std::out_of_range(name_ + " is broken");
  }
  DueQueue& queue() { return queue_; }

 private:
  std::string name_;
  Agenda& agenda_;
  Log& log_;
  DueQueue queue_;
};

// A chain of pseudo-random pushes over three blocks, constructed in the given order of names.
Log RunChain(Agenda::Mode mode, const std::vector<std::string>& construction_order) {
  Agenda agenda("agenda", mode);
  Log log;
  class Chain : public DueHandler {
   public:
    Chain(Agenda& agenda, const std::string& name, Log& log)
        : name_(name), agenda_(agenda), log_(log), queue_(agenda, this, name), random_(RandomStream(7).Split(name)) {}
    void OnDue(const DueItem& item) override {
      log_.push_back(name_ + "@" + std::to_string(agenda_.now()) + ":" + std::to_string(item.argument));
      if (item.argument == 0) return;
      queue_.Push(random_.Below(5), {nullptr, 0, item.argument - 1});
    }
    DueQueue queue_copy() { return queue_; }
    std::string name_;
    Agenda& agenda_;
    Log& log_;
    DueQueue queue_;
    RandomStream random_;
  };
  std::vector<std::unique_ptr<Chain>> blocks;
  for (const std::string& name : construction_order) blocks.push_back(std::make_unique<Chain>(agenda, name, log));
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  for (auto& block : blocks) block->queue_.Push(3, {nullptr, 0, 200});
  agenda.RunUntil(10'000);
  EXPECT_EQ(agenda.pending(), 0u);
  return log;
}

Log ExpectedChain() {
  // A slow oracle: repeatedly take the least (time, name, sequence).
  struct Item {
    Picoseconds time;
    std::string name;
    unsigned sequence;
    unsigned left;
  };
  std::vector<Item> items{{3, "a", 0, 200}, {3, "b", 1, 200}, {3, "c", 2, 200}};
  std::vector<std::pair<std::string, RandomStream>> streams;
  for (const char* name : {"a", "b", "c"}) streams.emplace_back(name, RandomStream(7).Split(name));
  unsigned sequence = 3;
  Log log;
  while (!items.empty()) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < items.size(); ++i) {
      const auto key = [&](const Item& item) { return std::make_tuple(item.time, item.name, item.sequence); };
      if (key(items[i]) < key(items[best])) best = i;
    }
    const Item item = items[best];
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(best));
    log.push_back(item.name + "@" + std::to_string(item.time) + ":" + std::to_string(item.left));
    if (item.left == 0) continue;
    for (auto& [name, stream] : streams) {
      if (name == item.name) items.push_back({item.time + stream.Below(5), name, sequence++, item.left - 1});
    }
  }
  return log;
}

TEST(DueQueue, ArrivalsOfAnInstantPrecedeDecisionsAndBlocksGoByName) {
  Agenda agenda("agenda", Agenda::Mode::kInStep);
  Log log;
  Recorder b(agenda, "b", log);
  Recorder a(agenda, "a", log);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  b.queue().Push(5, {nullptr, 9, 0});
  b.queue().Push(5, {nullptr, 3, 0}, DueRank::kDecide);
  a.queue().Push(5, {nullptr, 4, 0}, DueRank::kDecide);
  a.queue().Push(5, {nullptr, 5, 0});
  a.queue().Push(4, {nullptr, 6, 0});
  agenda.RunUntil(100);
  EXPECT_EQ(log, (Log{"a6@4", "a5@5", "b9@5", "b1@5", "a4@5", "b3@5", "b2@5"}));
}

TEST(DueQueue, InStepMatchesTheOracle) { EXPECT_EQ(RunChain(Agenda::Mode::kInStep, {"a", "b", "c"}), ExpectedChain()); }

TEST(DueQueue, AheadMatchesTheOracle) { EXPECT_EQ(RunChain(Agenda::Mode::kAhead, {"a", "b", "c"}), ExpectedChain()); }

TEST(DueQueue, ConstructionOrderDoesNotMatter) {
  EXPECT_EQ(RunChain(Agenda::Mode::kAhead, {"c", "a", "b"}), ExpectedChain());
}

TEST(DueQueue, SlicesEndWhereTheyAreToldTo) {
  Agenda agenda("agenda", Agenda::Mode::kAhead);
  Log log;
  Recorder a(agenda, "a", log);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  for (Picoseconds t : {10u, 20u, 30u}) a.queue().Push(t, {nullptr, 1, 0});
  agenda.RunUntil(20);
  EXPECT_EQ(log.size(), 2u);
  agenda.RunUntil(30);
  EXPECT_EQ(log.size(), 3u);
  EXPECT_EQ(agenda.events(), 3u);
}

// The kernel reports exceptions of processes as errors of its own; callers of the agenda tell them apart by type.
class ThrowingHandler : public ::testing::TestWithParam<Agenda::Mode> {};

TEST_P(ThrowingHandler, WhatItThrowsComesOutAsItWasThrown) {
  Agenda agenda("agenda", GetParam());
  Log log;
  Recorder a(agenda, "a", log);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  a.queue().Push(10, {nullptr, 13, 0});
  a.queue().Push(20, {nullptr, 1, 0});
  try {
    agenda.RunUntil(30);
    FAIL() << "nothing was thrown";
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "a is broken");
  }
  EXPECT_EQ(log, Log{"a13@10"}) << "nothing runs after a failure";
}

INSTANTIATE_TEST_SUITE_P(BothModes, ThrowingHandler, ::testing::Values(Agenda::Mode::kAhead, Agenda::Mode::kInStep));

}  // namespace
}  // namespace siov

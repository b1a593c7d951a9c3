// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "models/base/random.h"
#include "models/device/engine/data_path.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

EngineConfig Config(std::uint32_t contexts, std::uint32_t read_buffers) {
  EngineConfig config;
  config.jobs_per_engine = contexts;
  config.read_buffers = read_buffers;
  return config;
}

TEST(PieceSize, NeverCrossesA4KiBBoundaryNorTheLimit) {
  EXPECT_EQ(PieceSize(0, 10'000, 512), 512u);
  EXPECT_EQ(PieceSize(4'000, 10'000, 512), 96u);
  EXPECT_EQ(PieceSize(4'096, 100, 512), 100u);
  EXPECT_EQ(PieceSize(3'584, 512, 512), 512u) << "up to the boundary is allowed";
}

TEST(EngineCore, ReadsCoverTheRangeExactlyOnce) {
  EngineCore core(Config(1, 0));
  core.Begin(0, {0x1F00, 1'000, true});
  std::vector<std::pair<std::uint64_t, std::uint32_t>> pieces;
  Piece piece;
  while (core.NextRead(0, &piece)) pieces.push_back({piece.address, piece.size_bytes});
  EXPECT_THAT(pieces, ElementsAre(std::pair{0x1F00u, 256u}, std::pair{0x2000u, 512u}, std::pair{0x2200u, 232u}));
  EXPECT_FALSE(core.Done(0));
  for (int i = 0; i < 3; ++i) core.ReadFinished(0, 512);
  EXPECT_TRUE(core.Done(0));
  EXPECT_EQ(core.bytes_completed(0), 1'000u);
}

// Of a job that waited for its buffer as well: the limit is that of reads, the flight is counted.
TEST(EngineCore, AReadThatWaitedIsCutAtTheReadLimitAndCounted) {
  EngineConfig config = Config(2, 1);
  config.max_read_request_bytes = 1'024;
  config.max_payload_bytes = 128;
  EngineCore core(config);
  Piece piece;
  core.Begin(0, {0, 4'096, true});
  core.Begin(1, {0x1000, 1'500, true});
  ASSERT_TRUE(core.NextRead(0, &piece));
  ASSERT_FALSE(core.NextRead(1, &piece));
  core.ReadFinished(0, 512);
  std::uint32_t slot = 9;
  ASSERT_TRUE(core.NextWaitingRead(&slot, &piece));
  EXPECT_EQ(slot, 1u);
  EXPECT_EQ(piece.address, 0x1000u);
  EXPECT_EQ(piece.size_bytes, 1'024u);
  EXPECT_TRUE(core.waits(1)) << "for the rest";
  core.ReadFinished(1, 512);
  ASSERT_TRUE(core.NextWaitingRead(&slot, &piece));
  EXPECT_EQ(piece.size_bytes, 476u);
  EXPECT_FALSE(core.waits(1)) << "nothing is left to ask for";
  EXPECT_FALSE(core.Done(1)) << "it is on its way";
  core.ReadFinished(1, 512);
  EXPECT_TRUE(core.Done(1));
  EXPECT_EQ(core.buffers().places(), 0u);
}

TEST(EngineCore, WaitingJobsTakeBuffersInTurn) {
  EngineCore core(Config(3, 2));
  Piece piece;
  for (std::uint32_t slot : {0u, 1u, 2u}) core.Begin(slot, {0, 2'048, true});
  EXPECT_TRUE(core.NextRead(0, &piece));
  EXPECT_TRUE(core.NextRead(0, &piece));
  for (std::uint32_t slot : {0u, 1u, 2u}) {
    EXPECT_FALSE(core.NextRead(slot, &piece));
    EXPECT_TRUE(core.waits(slot));
  }
  std::vector<std::uint32_t> order;
  for (int i = 0; i < 5; ++i) {
    std::uint32_t slot = 0;
    EXPECT_FALSE(core.NextWaitingRead(&slot, &piece)) << "no buffer is free";
    core.ReadFinished(0, 512);
    ASSERT_TRUE(core.NextWaitingRead(&slot, &piece));
    order.push_back(slot);
  }
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 0, 1));
  EXPECT_EQ(core.buffers().places(), 2u);
}

TEST(EngineCore, AFailedJobIssuesNothingMoreAndDrains) {
  EngineCore core(Config(2, 2));
  Piece piece;
  core.Begin(0, {0, 4'096, true});
  ASSERT_TRUE(core.NextRead(0, &piece));
  ASSERT_TRUE(core.NextRead(0, &piece));
  ASSERT_FALSE(core.NextRead(0, &piece));
  core.Fail(0, 512);
  core.Fail(0, 1'024);  // a later address does not count
  EXPECT_FALSE(core.waits(0));
  EXPECT_FALSE(core.Done(0));
  core.ReadFinished(0, 512);
  core.ReadFinished(0, 512);
  std::uint32_t slot = 0;
  EXPECT_FALSE(core.NextWaitingRead(&slot, &piece));
  EXPECT_TRUE(core.Done(0));
  EXPECT_EQ(core.bytes_completed(0), 512u);
}

// What contexts ask for and get, beside lists of pieces that are cut beforehand.
class PlainEngine {
 public:
  explicit PlainEngine(std::uint32_t buffers) : buffers_(buffers) {}
  void Begin(std::uint32_t slot, std::uint32_t size) {
    contexts_[slot] = {};
    for (std::uint32_t at = 0; at < size; at += 512) contexts_[slot].left.push_back(at);
  }
  // The offset of the read that is issued, or nothing.
  std::optional<std::uint32_t> Next(std::uint32_t slot) {
    if (contexts_[slot].left.empty() || Waits(slot)) return std::nullopt;
    if (in_use() < buffers_ && waiting_.empty()) return Issue(slot);
    waiting_.push_back(slot);
    return std::nullopt;
  }
  std::optional<std::uint32_t> NextWaiting(std::uint32_t* slot) {
    if (waiting_.empty() || in_use() == buffers_) return std::nullopt;
    *slot = waiting_.front();
    waiting_.erase(waiting_.begin());
    const std::uint32_t offset = Issue(*slot);
    if (!contexts_[*slot].left.empty()) waiting_.push_back(*slot);
    return offset;
  }
  void Fail(std::uint32_t slot) {
    contexts_[slot].left.clear();
    waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), slot), waiting_.end());
  }
  void Finish(std::uint32_t slot) { --contexts_[slot].in_flight; }
  bool Waits(std::uint32_t slot) const { return std::count(waiting_.begin(), waiting_.end(), slot) != 0; }
  bool Done(std::uint32_t slot) const { return contexts_[slot].left.empty() && contexts_[slot].in_flight == 0; }
  std::uint32_t in_flight(std::uint32_t slot) const { return contexts_[slot].in_flight; }
  std::uint32_t in_use() const { return contexts_[0].in_flight + contexts_[1].in_flight + contexts_[2].in_flight; }

 private:
  struct Context {
    std::vector<std::uint32_t> left;  // offsets of reads
    std::uint32_t in_flight = 0;
  };
  std::uint32_t Issue(std::uint32_t slot) {
    ++contexts_[slot].in_flight;
    const std::uint32_t offset = contexts_[slot].left.front();
    contexts_[slot].left.erase(contexts_[slot].left.begin());
    return offset;
  }
  std::uint32_t buffers_;
  std::array<Context, 3> contexts_;
  std::vector<std::uint32_t> waiting_;
};

TEST(EngineCore, SharesItsReadBuffersAsPlainListsOfReadsDo) {
  RandomStream random(5);
  EngineCore core(Config(3, 3));
  PlainEngine plain(3);
  for (int call = 0; call < 4'000; ++call) {
    std::uint32_t slot = static_cast<std::uint32_t>(random.Below(3));
    std::uint32_t other = slot;
    std::optional<std::uint32_t> expected;
    Piece piece;
    bool issued = false;
    switch (random.Below(6)) {
      case 0:
      case 1:
        issued = core.NextRead(slot, &piece);
        expected = plain.Next(slot);
        break;
      case 2:
        issued = core.NextWaitingRead(&slot, &piece);
        expected = plain.NextWaiting(&other);
        break;
      case 3:
        if (plain.in_flight(slot) == 0) break;
        core.ReadFinished(slot, 512);
        plain.Finish(slot);
        break;
      case 4:
        if (random.Below(10) != 0) break;
        core.Fail(slot, 0);
        plain.Fail(slot);
        break;
      default:
        if (!plain.Done(slot)) break;
        core.Begin(slot, {0x10000, 512 * 4, true});
        plain.Begin(slot, 512 * 4);
    }
    ASSERT_EQ(issued, expected.has_value()) << call;
    if (issued) {
      ASSERT_EQ(slot, other) << call;
      ASSERT_EQ(piece.offset, *expected) << call;
    }
    for (std::uint32_t i = 0; i < 3; ++i) {
      ASSERT_EQ(core.waits(i), plain.Waits(i)) << call;
      ASSERT_EQ(core.Done(i), plain.Done(i)) << call;
    }
    ASSERT_EQ(core.buffers().places(), plain.in_use());
  }
}

TEST(EngineCore, GeneratedDataIsCutAtTheWriteLimit) {
  EngineCore core(Config(1, 1));
  core.Begin(0, {0x1080, 600, false});
  std::vector<std::uint32_t> sizes;
  Piece piece;
  while (core.NextGenerated(0, &piece)) sizes.push_back(piece.size_bytes);
  EXPECT_THAT(sizes, ElementsAre(256, 256, 88));
}

TEST(DataPath, UnloadedPassageTakesTheLongerTime) {
  DataPath path(1e12, 0.5e12, 2);  // 1 and 2 ps a byte
  const DataPath::Passage passage = path.Pass(0, 100, 64);
  EXPECT_EQ(passage.start, 100u);
  EXPECT_EQ(passage.end, 100u + 128u);
}

TEST(DataPath, EnginesShareTheDeviceInOrderOfArrival) {
  DataPath path(0.25e12, 0.5e12, 2);  // 4 and 2 ps a byte
  EXPECT_EQ(path.Pass(0, 0, 64).end, 256u);
  const DataPath::Passage other = path.Pass(1, 0, 64);
  EXPECT_EQ(other.start, 128u) << "the device is busy with the first, the engine is not";
  EXPECT_EQ(other.end, 128u + 256u);
  const DataPath::Passage again = path.Pass(0, 0, 64);
  EXPECT_EQ(again.start, 256u) << "the engine is the later of the two";
}

TEST(DataPath, UnlimitedTakesNoTime) {
  DataPath path(0, 0, 1);
  EXPECT_EQ(path.Pass(0, 7, 1u << 20).end, 7u);
}

TEST(EngineConfig, Validates) {
  EXPECT_TRUE(EngineConfig{}.Validate().empty());
  EngineConfig config;
  config.group_of_engine.clear();
  config.jobs_per_engine = 0;
  config.bytes_per_second = -1;
  config.max_payload_bytes = 100;
  EXPECT_EQ(config.Validate().size(), 4u);
}

// Two engines of two contexts each, a group each.
EngineConfig TwoGroups(std::uint32_t read_buffers) {
  EngineConfig config = Config(2, read_buffers);
  config.group_of_engine = {0, 1};
  return config;
}

std::vector<std::uint32_t> WhoGoes(EngineCore& core) {
  std::vector<std::uint32_t> slots;
  std::uint32_t slot = 0;
  for (Piece piece; core.NextWaitingRead(&slot, &piece);) slots.push_back(slot);
  return slots;
}

TEST(EngineCore, AGroupAtItsOwnLimitHoldsUpNoOther) {
  EngineConfig config = TwoGroups(4);
  config.group_read_buffers_allowed = {2};
  EngineCore core(config);
  Piece piece;
  for (const std::uint32_t slot : {0u, 1u, 2u}) core.Begin(slot, {slot * 0x10'000u, 65'536, true});
  EXPECT_TRUE(core.NextRead(0, &piece));
  EXPECT_TRUE(core.NextRead(1, &piece));
  EXPECT_FALSE(core.NextRead(0, &piece));
  EXPECT_TRUE(core.NextRead(2, &piece)) << "of the other group";
  EXPECT_TRUE(core.NextRead(2, &piece));
  EXPECT_FALSE(core.NextRead(2, &piece)) << "none left";
  core.ReadFinished(1, 512);
  EXPECT_THAT(WhoGoes(core), ElementsAre(0u));
  core.ReadFinished(2, 512);
  EXPECT_THAT(WhoGoes(core), ElementsAre(2u)) << "the first group has two";
}

TEST(EngineCore, WhatIsKeptForAGroupIsNobodyElses) {
  EngineConfig config = TwoGroups(3);
  config.group_read_buffers_reserved = {0, 2};
  EngineCore core(config);
  Piece piece;
  core.Begin(0, {0, 65'536, true});
  core.Begin(2, {0x10'000, 65'536, true});
  EXPECT_TRUE(core.NextRead(0, &piece));
  EXPECT_FALSE(core.NextRead(0, &piece));
  EXPECT_TRUE(core.NextRead(2, &piece));
  EXPECT_TRUE(core.NextRead(2, &piece)) << "though another waits";
  EXPECT_FALSE(core.NextRead(2, &piece));
  core.ReadFinished(2, 512);
  EXPECT_THAT(WhoGoes(core), ElementsAre(2u)) << "the older one may not have it";
  core.ReadFinished(0, 512);
  EXPECT_THAT(WhoGoes(core), ElementsAre(0u)) << "of what is not kept the older one is next";
}

// As with one group, whoever waits longest is next for what all share.
TEST(EngineCore, GroupsWaitForWhatTheyShareInOrder) {
  EngineConfig config = TwoGroups(1);
  config.group_read_buffers_allowed = {1, 1};
  EngineCore core(config);
  Piece piece;
  for (const std::uint32_t slot : {0u, 2u, 3u}) core.Begin(slot, {slot * 0x10'000u, 65'536, true});
  EXPECT_TRUE(core.NextRead(0, &piece));
  for (const std::uint32_t slot : {2u, 0u, 3u}) EXPECT_FALSE(core.NextRead(slot, &piece));
  std::vector<std::uint32_t> went = {0};
  for (int i = 0; i < 4; ++i) {
    core.ReadFinished(went.back(), 512);
    const std::vector<std::uint32_t> now = WhoGoes(core);
    ASSERT_EQ(now.size(), 1u);
    went.push_back(now.front());
  }
  EXPECT_THAT(went, ElementsAre(0u, 2u, 0u, 3u, 2u));
}

TEST(GroupRoom, WhatIsKeptForAGroupMustLeaveOthersAnAccess) {
  EngineConfig config;
  config.group_of_engine = {0, 1};
  config.read_buffers = 96;
  config.group_read_buffers_reserved = {95};
  EXPECT_TRUE(config.ValidateBuffers().empty());
  config.group_read_buffers_reserved = {96};
  ASSERT_EQ(config.ValidateBuffers().size(), 1u);
  EXPECT_EQ(config.ValidateBuffers().front().field, "group_read_buffers_reserved");
  config.group_read_buffers_reserved = {0, 0, 96};  // a group without engines
  EXPECT_EQ(config.ValidateBuffers().size(), 2u);
}

}  // namespace
}  // namespace siov

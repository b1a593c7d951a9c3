// SPDX-License-Identifier: Apache-2.0
// What a device's engines take for themselves, without a kernel: issue, storing, room in buffers, whole accesses.
#include "models/device/engine/device_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "models/base/random.h"
#include "models/device/engine/buffer_room.h"
#include "models/device/engine/engine_core.h"
#include "models/device/engine/read_accesses.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

TEST(IssuePacer, SpacesRequestsAndForgetsNothing) {
  IssuePacer pacer(10);
  EXPECT_EQ(pacer.Next(100), 100u);
  EXPECT_EQ(pacer.Next(100), 110u);
  EXPECT_EQ(pacer.Next(119), 120u);
  EXPECT_EQ(pacer.Next(129), 130u);
  EXPECT_EQ(pacer.Next(140), 140u) << "from the last one on, not from the time of asking";
  EXPECT_EQ(IssuePacer(0).Next(7), 7u);
}

TEST(DeviceStore, AnAccessTakesItsBytesItsLinesAndTheLatency) {
  DeviceStore store({100, 3, 1e12});  // 1 ps a byte
  const DeviceStore::Passage first = store.Pass(1'000, 65);
  EXPECT_EQ(first.start, 1'000u);
  EXPECT_EQ(first.busy, 65u + 2 * 3);
  EXPECT_EQ(first.end, 1'171u);
  const DeviceStore::Passage second = store.Pass(1'010, 64);
  EXPECT_EQ(second.start, 1'071u) << "while the first one's latency passes, the next one's bytes move";
  EXPECT_EQ(second.end, 1'071u + 67 + 100);
  EXPECT_FALSE(StoreCosts().any());
}

TEST(BufferRoom, CountsPlacesAndBytesAndEitherMayBeUnlimited) {
  BufferRoom room(2, 100);
  EXPECT_TRUE(room.Fits(1, 100));
  EXPECT_FALSE(room.Fits(1, 101));
  EXPECT_FALSE(room.Fits(3, 1));
  room.Take(1, 60);
  EXPECT_TRUE(room.Fits(1, 40));
  EXPECT_FALSE(room.Fits(1, 41));
  room.Take(1, 1);
  EXPECT_FALSE(room.Fits(1, 1));
  room.Give(1, 60);
  EXPECT_TRUE(room.Fits(1, 99));
  EXPECT_TRUE(BufferRoom(0, 0).Fits(1'000'000, 1'000'000'000));
  EXPECT_TRUE(BufferRoom(1, 0).Fits(1, 1'000'000'000));
}

TEST(ReadAccesses, AnAccessIsCompleteWhenItsLastReadHasComeAndNoMoreFollow) {
  ReadAccesses accesses;
  EXPECT_EQ(accesses.Issue(true), 0u);
  EXPECT_EQ(accesses.Issue(false), 0u);
  accesses.Arrive(0);
  EXPECT_FALSE(accesses.IsComplete(0));
  accesses.Arrive(0);
  EXPECT_FALSE(accesses.IsComplete(0)) << "more of it may be issued";
  EXPECT_EQ(accesses.Issue(true), 1u);
  EXPECT_TRUE(accesses.IsComplete(0));
  accesses.Forget();
  EXPECT_EQ(accesses.Issue(true), 2u) << "numbers go on";
  accesses.Arrive(2);
  accesses.Close();
  EXPECT_TRUE(accesses.IsComplete(2));
  EXPECT_FALSE(accesses.IsComplete(1));
  accesses.Arrive(1);
  accesses.Forget();
}

EngineConfig Whole(std::uint32_t access_bytes, std::uint32_t read_buffers, std::uint32_t read_buffer_bytes = 0) {
  EngineConfig config;
  config.jobs_per_engine = 2;
  config.read_store_line_ps = 1;
  config.access_bytes = access_bytes;
  config.read_buffers = read_buffers;
  config.read_buffer_bytes = read_buffer_bytes;
  return config;
}

TEST(EngineCore, ReadsEndWhereAccessesEnd) {
  EngineCore core(Whole(1'024, 0));
  core.Begin(0, {0x1E02, 2'000, true});
  std::vector<std::uint32_t> sizes;
  std::vector<std::uint32_t> accesses;
  Piece piece;
  while (core.NextRead(0, &piece)) {
    sizes.push_back(piece.size_bytes);
    accesses.push_back(piece.access);
  }
  EXPECT_THAT(sizes, ElementsAre(510, 512, 512, 466)) << "0x1E02 to 0x2000, then 1,024 bytes, then the rest";
  EXPECT_THAT(accesses, ElementsAre(0, 1, 1, 2));
}

TEST(EngineCore, AnAccessGetsRoomAsAWholeOrNone) {
  EngineCore core(Whole(1'024, 3));
  Piece piece;
  core.Begin(0, {0, 2'048, true});
  core.Begin(1, {0x8000, 1'024, true});
  ASSERT_TRUE(core.NextRead(0, &piece));
  ASSERT_TRUE(core.NextRead(0, &piece));
  EXPECT_FALSE(core.NextRead(0, &piece)) << "one place is left, its next access needs two";
  EXPECT_FALSE(core.NextRead(1, &piece));
  EXPECT_EQ(core.buffers().places(), 2u);
  core.ReadFinished(0, 512);
  std::uint32_t slot = 9;
  ASSERT_TRUE(core.NextWaitingRead(&slot, &piece));
  EXPECT_EQ(slot, 0u);
  ASSERT_TRUE(core.NextWaitingRead(&slot, &piece)) << "the rest of it has room";
  EXPECT_EQ(slot, 0u);
  core.ReadFinished(0, 512);
  EXPECT_FALSE(core.NextWaitingRead(&slot, &piece)) << "again one place is left";
  core.ReadFinished(0, 512);
  ASSERT_TRUE(core.NextWaitingRead(&slot, &piece));
  EXPECT_EQ(slot, 1u);
}

// Once a deadlock: its buffers came back when the next access began, which waited for them.
TEST(EngineCore, AnAccessIsCompleteThoughTheNextFindsNoRoom) {
  EngineCore core(Whole(1'024, 2));
  Piece piece;
  core.Begin(0, {0, 2'048, true});
  ASSERT_TRUE(core.NextRead(0, &piece));
  ASSERT_TRUE(core.NextRead(0, &piece));
  ASSERT_FALSE(core.NextRead(0, &piece));
  core.ReadArrived(0, 0);
  EXPECT_FALSE(core.AccessComplete(0, 0));
  core.ReadArrived(0, 0);
  EXPECT_TRUE(core.AccessComplete(0, 0));
}

TEST(EngineCore, AFailureGivesBackTheRoomOfWhatIsNotAskedForAnyMore) {
  EngineCore core(Whole(4'096, 0, 8'192));
  Piece piece;
  core.Begin(0, {0, 4'096, true});
  ASSERT_TRUE(core.NextRead(0, &piece));
  EXPECT_EQ(core.buffers().bytes(), 4'096u);
  EXPECT_EQ(core.buffers().places(), 8u);
  core.Fail(0, 0);
  EXPECT_EQ(core.buffers().bytes(), 512u);
  EXPECT_EQ(core.buffers().places(), 1u);
  core.ReadArrived(0, piece.access);
  EXPECT_TRUE(core.AccessComplete(0, piece.access));
}

TEST(EngineCore, BytesLimitReadsAsPlacesDo) {
  EngineConfig config;
  config.jobs_per_engine = 2;
  config.read_buffers = 0;
  config.read_buffer_bytes = 1'000;
  EngineCore core(config);
  Piece piece;
  core.Begin(0, {0, 1'024, true});
  core.Begin(1, {0, 400, true});
  ASSERT_TRUE(core.NextRead(0, &piece));
  EXPECT_FALSE(core.NextRead(0, &piece)) << "488 bytes are left";
  EXPECT_FALSE(core.NextRead(1, &piece)) << "it would fit, but it is not its turn";
  core.ReadFinished(0, 512);
  std::uint32_t slot = 9;
  ASSERT_TRUE(core.NextWaitingRead(&slot, &piece));
  EXPECT_EQ(slot, 0u);
  ASSERT_TRUE(core.NextWaitingRead(&slot, &piece));
  EXPECT_EQ(slot, 1u);
  EXPECT_EQ(core.buffers().bytes(), 912u);
}

// Jobs of any size and address: accesses cover the range in order, none crosses a page, all room comes back.
TEST(EngineCore, AccessesCoverAnyRange) {
  RandomStream random(11);
  for (int i = 0; i < 2'000; ++i) {
    const std::uint32_t access = 64u << random.Below(7);
    EngineCore core(Whole(access, 0));
    const std::uint64_t address = random.Below(20'000);
    const auto size = static_cast<std::uint32_t>(1 + random.Below(9'000));
    core.Begin(0, {address, size, true});
    Piece piece;
    std::uint32_t done = 0;
    std::uint32_t number = 0;
    std::uint64_t begin = address;
    while (core.NextRead(0, &piece)) {
      ASSERT_EQ(piece.offset, done);
      ASSERT_EQ(piece.address, address + done);
      if (piece.access != number) begin = piece.address;
      ASSERT_LE(piece.access, number + 1);
      number = piece.access;
      done += piece.size_bytes;
      ASSERT_LE(piece.address + piece.size_bytes - begin, access);
      ASSERT_EQ(begin / kPage4K, (piece.address + piece.size_bytes - 1) / kPage4K);
      core.ReadFinished(0, piece.size_bytes);
    }
    ASSERT_EQ(done, size);
    ASSERT_EQ(core.buffers().places(), 0u);
    ASSERT_EQ(core.buffers().bytes(), 0u);
  }
}

}  // namespace
}  // namespace siov

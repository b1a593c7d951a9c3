// SPDX-License-Identifier: Apache-2.0
#include "models/workload/replay/replay_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/workload/replay/ordered_replay.h"
#include "tests/support/trace_list.h"

namespace siov {
namespace {

using ::siov::testing::AccessOf;
using ::siov::testing::InvalidationOf;
using ::siov::testing::ListSource;
using ::siov::testing::MapOf;
using ::siov::testing::OpenList;
using ::siov::testing::UnmapOf;
using ::testing::HasSubstr;
using Kind = ReplayStep::Kind;

struct Played {
  std::vector<ReplayStep> steps;  // without the pages for completion records
  ReplayFacts facts;
};

ReplayConfig Config(std::uint32_t tenants = 1) {
  ReplayConfig config;
  config.trace_file = "t.siovtrace";
  config.order = ReplayOrder::kAsRecorded;
  config.tenants = tenants;
  config.device_tlb = true;
  return config;
}

Played Play(const std::vector<TraceRecord>& records, const ReplayConfig& config = Config()) {
  ListSource survey(records);
  const RecordedTenants tenants(survey);
  ReplayScript script(config, tenants, std::make_unique<ListSource>(records));
  Played played;
  ReplayStep step;
  while (script.Next(&step)) {
    if (step.kind == Kind::kMap && step.iova == config.record_address) continue;
    played.steps.push_back(step);
  }
  played.facts = script.facts();
  return played;
}

std::string ErrorOf(const ReplayConfig& config, const std::vector<TraceRecord>& records) {
  try {
    OrderedReplay replay(config, OpenList(records));
  } catch (const TraceError& error) {
    return error.what();
  }
  return "";
}

TEST(RecordedTenants, AreDevicesInDomainsAndShareThePagesOfADomain) {
  // Device 7 moves from domain 3 to domain 1, where device 9 already is.
  ListSource source({AccessOf(9, 1, 0, 0), AccessOf(7, 3, 0, 0), AccessOf(7, 1, 0, 0), AccessOf(7, 1, 4096, 0)});
  const RecordedTenants tenants(source);
  ASSERT_EQ(tenants.size(), 3u);
  EXPECT_EQ(tenants.streams(), 2u);
  EXPECT_EQ(tenants.TenantOf(7, 1), 0u);
  EXPECT_EQ(tenants.TenantOf(7, 3), 1u);
  EXPECT_EQ(tenants.TenantOf(9, 1), 2u);
  EXPECT_EQ(tenants.TenantOf(8, 1), ReplayStep::kNobody);
  EXPECT_EQ(tenants.SpaceOf(1), 0u);
  EXPECT_EQ(tenants.SpaceOf(3), 1u);
  EXPECT_EQ(tenants.SpaceOfTenant(2), 0u) << "two devices of a domain see the same pages";
  EXPECT_EQ(tenants.SpaceOf(2), ReplayStep::kNobody);
}

// Devices 7 and 9 are in domain 1, device 8 is in domain 2.
TEST(OrderedReplay, ADedicatedQueueIsOfOneDomain) {
  const std::vector<TraceRecord> records{AccessOf(7, 1, 0, 0), AccessOf(8, 2, 0, 0), AccessOf(9, 1, 0, 0)};
  ReplayConfig config = Config(3);
  config.dedicated = {true, true};
  EXPECT_EQ(ErrorOf(config, records), "") << "7 and 9 share the first";
  config.dedicated = {true};
  EXPECT_NE(ErrorOf(config, records).find("finds replay.queues[0] bound to the PASID of tenant 0"), std::string::npos);
  config.dedicated = {false};
  EXPECT_EQ(ErrorOf(config, records), "");
  config.tenants = 6;
  config.dedicated = {true, true};
  EXPECT_NE(ErrorOf(config, records).find("tenant 3 "), std::string::npos) << "another copy has PASIDs of its own";
}

TEST(OrderedReplay, SaysThatADeviceTlbIsNeverToldOfWhatIsUnmapped) {
  const std::vector<TraceRecord> records{MapOf(1, 0x10000, 0x700000, 0x1000, kPermissionWrite),
                                         AccessOf(0, 1, 0x10008, 0x700008, TraceKind::kWrite),
                                         UnmapOf(1, 0x10000, 0x1000)};
  ReplayConfig config = Config();
  EXPECT_EQ(OrderedReplay(config, OpenList(records)).facts().stale_unmaps, 1u);
  config.device_tlb = false;
  EXPECT_EQ(OrderedReplay(config, OpenList(records)).facts().stale_unmaps, 0u);
  config.device_tlb = true;
  config.invalidations = ReplayInvalidations::kByHost;
  EXPECT_EQ(OrderedReplay(config, OpenList(records)).facts().stale_unmaps, 0u);
}

TEST(ReplayScript, KeepsOrderPagesAndRights) {
  const Played played = Play({MapOf(1, 0x10000, 0x700000, 0x3000, kPermissionWrite),
                              AccessOf(0, 1, 0x11008, 0x701008, TraceKind::kWrite), UnmapOf(1, 0x10000, 0x3000)});
  ASSERT_EQ(played.steps.size(), 3u);
  const ReplayStep& map = played.steps[0];
  EXPECT_EQ(map.kind, Kind::kMap);
  EXPECT_TRUE(map.recorded);
  EXPECT_EQ(map.iova, 0x10000u);
  EXPECT_EQ(map.pa, 0x700000u);
  EXPECT_EQ(map.bytes, 0x3000u);
  EXPECT_EQ(map.space, 0u);
  EXPECT_FALSE(map.read);
  EXPECT_TRUE(map.write);
  EXPECT_EQ(played.steps[1].kind, Kind::kAccess);
  EXPECT_EQ(played.steps[1].op, JobOp::kWrite);
  EXPECT_EQ(played.steps[1].bytes, 4u);
  EXPECT_EQ(played.steps[2].kind, Kind::kUnmap);
  EXPECT_EQ(played.steps[2].bytes, 0x3000u);
  EXPECT_EQ(played.facts.implied_maps, 0u);
  EXPECT_EQ(played.facts.peak_pages, 3u);
  EXPECT_EQ(played.facts.maps, 1u);
  EXPECT_EQ(played.facts.unmaps, 1u);
}

TEST(ReplayScript, AnAccessIsOneRequestWithinItsPage) {
  TraceRecord large = AccessOf(0, 1, 0x10000, 0x10000);
  large.size_bytes = 4096;
  TraceRecord at_end = AccessOf(0, 1, 0x10FF8, 0x10FF8);
  at_end.size_bytes = 0;
  const Played played = Play({large, at_end});
  ASSERT_EQ(played.steps.size(), 3u) << "one page is implied, once";
  EXPECT_EQ(played.steps[1].bytes, 64u);
  EXPECT_EQ(played.steps[2].bytes, 8u);
  EXPECT_EQ(played.facts.unknown_size, 1u);
}

TEST(ReplayScript, AnAccessImpliesThePageThatNoMappingHolds) {
  const Played played = Play({AccessOf(0, 1, 0x212345, 0x40012345, TraceKind::kAccess, kPageShift2M),
                              AccessOf(0, 1, 0x2FFFFF, 0x400FFFFF, TraceKind::kAccess, kPageShift2M),
                              // The page is elsewhere now, and smaller.
                              AccessOf(0, 1, 0x212345, 0x50000345, TraceKind::kAccess)});
  ASSERT_EQ(played.steps.size(), 5u);
  EXPECT_EQ(played.steps[0].kind, Kind::kMap);
  EXPECT_TRUE(played.steps[0].implied);
  EXPECT_EQ(played.steps[0].page_shift, kPageShift2M);
  EXPECT_EQ(played.steps[0].iova, 0x200000u);
  EXPECT_EQ(played.steps[0].pa, 0x40000000u);
  EXPECT_EQ(played.steps[3].kind, Kind::kMap);
  EXPECT_EQ(played.steps[3].iova, 0x212000u);
  EXPECT_EQ(played.steps[3].pa, 0x50000000u);
  EXPECT_EQ(played.facts.implied_maps, 2u);
  EXPECT_EQ(played.facts.maps, 0u);
}

TEST(ReplayScript, AnAccessWithoutTheRightImpliesIt) {
  const Played played =
      Play({MapOf(1, 0x1000, 0x1000, 0x1000, kPermissionRead), AccessOf(0, 1, 0x1000, 0x1000, TraceKind::kWrite)});
  ASSERT_EQ(played.steps.size(), 3u);
  EXPECT_TRUE(played.steps[1].implied);
  EXPECT_TRUE(played.steps[1].read);
  EXPECT_TRUE(played.steps[1].write);
}

TEST(ReplayScript, LargeChangesComeInParts) {
  constexpr Bytes kGiB = Bytes{1} << 30;
  const Played played = Play({AccessOf(0, 1, 0, 0), MapOf(1, kGiB, kGiB, 5 * kGiB / 2, 3, kPageShift2M)});
  ASSERT_EQ(played.steps.size(), 5u);
  EXPECT_EQ(played.steps[2].iova, kGiB);
  EXPECT_EQ(played.steps[4].iova, 3 * kGiB);
  EXPECT_EQ(played.steps[4].bytes, kGiB / 2);
  EXPECT_EQ(played.facts.maps, 1u);
  EXPECT_TRUE(played.steps[2].recorded);
  EXPECT_FALSE(played.steps[3].recorded);
}

TEST(ReplayScript, InvalidationsOfASecondStageAreTheRecordedDescriptors) {
  ReplayConfig config = Config();
  config.first_stage = false;
  TraceRecord entries = InvalidationOf(TraceKind::kInvalidateIec, InvalidationScope::kPage, TraceRecord::kNoDomain, 0);
  entries.tag = 18;
  const Played played =
      Play({AccessOf(0, 1, 0, 0), InvalidationOf(TraceKind::kInvalidateIotlb, InvalidationScope::kPage, 1, 0x4000, 2),
            InvalidationOf(TraceKind::kInvalidateIotlb, InvalidationScope::kDomain, 1, 0),
            InvalidationOf(TraceKind::kInvalidateIotlb, InvalidationScope::kGlobal, TraceRecord::kNoDomain, 0),
            InvalidationOf(TraceKind::kInvalidateIotlb, InvalidationScope::kPage, 5, 0x4000), entries,
            InvalidationOf(TraceKind::kWait, InvalidationScope::kNone, TraceRecord::kNoDomain, 0)},
           config);
  ASSERT_EQ(played.steps.size(), 8u);
  const Invalidation& page = played.steps[2].invalidation;
  EXPECT_EQ(page.kind, InvalidationKind::kIotlb);
  EXPECT_EQ(page.granularity, InvalidationGranularity::kPage);
  EXPECT_EQ(page.page_shift, 14);
  EXPECT_EQ(played.steps[2].space, 0u);
  EXPECT_EQ(played.steps[3].invalidation.granularity, InvalidationGranularity::kDomain);
  EXPECT_EQ(played.steps[4].invalidation.granularity, InvalidationGranularity::kGlobal);
  EXPECT_EQ(played.steps[4].space, ReplayStep::kNobody);
  EXPECT_EQ(played.steps[5].space, ReplayStep::kNobody) << "no device is in domain 5";
  EXPECT_EQ(played.steps[5].invalidation.domain, ReplayScript::kForeignDomain);
  EXPECT_EQ(played.steps[6].invalidation.kind, InvalidationKind::kInterruptEntry);
  EXPECT_EQ(played.steps[6].iova, 18u);
  EXPECT_EQ(played.steps[7].invalidation.kind, InvalidationKind::kWait);
  EXPECT_TRUE(played.steps[7].invalidation.status_write);
  EXPECT_EQ(played.facts.invalidations, 6u);
}

TEST(ReplayScript, InvalidationsOfAFirstStageAndOfADeviceTlbAreThoseOfThePasid) {
  TraceRecord device =
      InvalidationOf(TraceKind::kInvalidateDevtlb, InvalidationScope::kPage, TraceRecord::kNoDomain, 0x4000);
  device.stream = 0;
  const std::vector<TraceRecord> records = {
      AccessOf(0, 1, 0, 0), AccessOf(0, 2, 0, 0),
      InvalidationOf(TraceKind::kInvalidateIotlb, InvalidationScope::kDomain, 2, 0), device};
  const Played played = Play(records, Config(2));
  ASSERT_EQ(played.steps.size(), 6u);
  EXPECT_EQ(played.steps[4].invalidation.kind, InvalidationKind::kPasidIotlb);
  EXPECT_EQ(played.steps[4].invalidation.granularity, InvalidationGranularity::kPasid);
  EXPECT_EQ(played.steps[5].invalidation.kind, InvalidationKind::kPasidDeviceTlb);
  EXPECT_EQ(played.steps[5].space, 1u) << "of the domain that was just invalidated";
  ReplayConfig without = Config(2);
  without.device_tlb = false;
  EXPECT_EQ(Play(records, without).facts.invalidations, 1u);
  EXPECT_EQ(Play(records, without).facts.mapping_events_skipped, 1u);
}

TEST(ReplayScript, ProceduralPagesNeedNoMapping) {
  ReplayConfig config = Config();
  config.pages = ReplayPages::kProcedural;
  const Played played = Play({MapOf(1, 0, 0, 0x1000), AccessOf(0, 1, 0x5000, 0x5000), UnmapOf(1, 0, 0x1000)}, config);
  ASSERT_EQ(played.steps.size(), 1u);
  EXPECT_EQ(played.facts.mapping_events_skipped, 2u);
}

TEST(OrderedReplay, TenantsMakeWholeCopies) {
  const std::vector<TraceRecord> records = {AccessOf(0, 1, 0, 0), AccessOf(1, 2, 0, 0)};
  EXPECT_THAT(ErrorOf(Config(3), records), HasSubstr("takes 2 tenants (a device in domain 1, a device in domain 2)"));
  EXPECT_THAT(ErrorOf(Config(2), {MapOf(1, 0, 0, 0x1000)}), HasSubstr("nothing to replay"));
  OrderedReplay replay(Config(4), OpenList(records));
  ASSERT_EQ(replay.players(), 2u);
  for (std::uint32_t player = 0; player < 2; ++player) {
    std::vector<std::uint32_t> tenants;
    for (; const ReplayStep* step = replay.Peek(player); replay.Take(player)) {
      if (step->kind == Kind::kAccess) tenants.push_back(step->tenant);
    }
    EXPECT_EQ(tenants, (std::vector<std::uint32_t>{0, 1}));
  }
}

TEST(OrderedReplay, StreamsWhatDoesNotFitForOneCopyOnly) {
  std::vector<TraceRecord> records;
  for (std::uint64_t i = 0; i < 100; ++i) records.push_back(AccessOf(0, 1, i * 64, i * 64));
  ReplayConfig config = Config();
  config.memory_bytes = 1024;
  OrderedReplay streamed(config, OpenList(records));
  OrderedReplay held(Config(), OpenList(records));
  ASSERT_TRUE(streamed.facts().streamed);
  ASSERT_FALSE(held.facts().streamed);
  while (const ReplayStep* step = held.Peek(0)) {
    ASSERT_NE(streamed.Peek(0), nullptr);
    EXPECT_EQ(streamed.Peek(0)->iova, step->iova);
    EXPECT_EQ(streamed.Peek(0)->kind, step->kind);
    held.Take(0);
    streamed.Take(0);
  }
  EXPECT_EQ(streamed.Peek(0), nullptr);
  config.tenants = 2;
  EXPECT_THAT(ErrorOf(config, records), HasSubstr("need the whole trace in memory"));
}

TEST(OrderedReplay, PagesOfAllCopiesMustFit) {
  ReplayConfig config = Config(4);
  config.memory_bytes = 64 << 10;
  const std::vector<TraceRecord> records = {AccessOf(0, 1, 0, 0), MapOf(1, 1 << 20, 0, 4096 * 200)};
  EXPECT_THAT(ErrorOf(config, records), HasSubstr("201 pages are mapped at once in each of 4 copies"));
  config.tenants = 1;
  EXPECT_EQ(ErrorOf(config, records), "");
}

TEST(OrderedReplay, TimesAreScaled) {
  TraceRecord access = AccessOf(0, 1, 0, 0);
  access.time_ps = 1000;
  ReplayConfig config = Config();
  config.pages = ReplayPages::kProcedural;
  config.time_scale = 2.5;
  OrderedReplay replay(config, OpenList({access}));
  EXPECT_EQ(replay.NextTime(0), 2500u);
}

TEST(ReplayWindow, IsWhatLiesBetweenTheMarks) {
  TraceRecord start;
  start.mark = "WL_START";
  TraceRecord end;
  end.mark = "WL_END";
  const std::vector<TraceRecord> records = {
      MapOf(1, 0x1000, 0x9000, 0x1000), AccessOf(0, 1, 0x1000, 0x9000), start, AccessOf(0, 1, 0x1008, 0x9008), end,
      AccessOf(0, 1, 0x1010, 0x9010)};
  const OrderedReplay replay(Config(), WindowOf(OpenList(records), "t"));
  EXPECT_EQ(replay.facts().accesses, 1u);
  EXPECT_EQ(replay.facts().maps, 1u) << "the mapping in force at the start";
  EXPECT_EQ(replay.facts().implied_maps, 0u);
  TraceInfo cut;
  cut.windowed = true;
  const OrderedReplay whole(Config(), WindowOf(OpenList({AccessOf(0, 1, 0, 0)}, cut), "t"));
  EXPECT_EQ(whole.facts().accesses, 1u) << "a file that holds the window alone has no marks to look for";
}

// Records that no page table can hold are refused by their number, before anything is made of them.
TEST(ReplayScript, RecordsThatPageTablesCannotHoldAreNamed) {
  const TraceRecord access = AccessOf(0, 1, 0x1000, 0);
  const auto map = [](std::uint64_t iova, std::uint64_t pa, Bytes bytes) { return MapOf(1, iova, pa, bytes); };
  ReplayConfig config = Config();
  config.address_bits = 47;
  const std::pair<TraceRecord, const char*> cases[] = {
      {map(0x800, 0x5000, 0x1000), "record 2 (map of 0x800, 4096 bytes) is a map of parts of pages"},
      {map(0x1000, 0x5800, 0x1000), "is a map of parts of pages"},
      {map(std::uint64_t{1} << 47, 0x5000, 0x1000), "is a map beyond the page tables; allowed: below 2^47"},
      {map(~std::uint64_t{0xfff}, 0x5000, 0x2000), "is a map beyond the page tables"},
      {map(0x1000, std::uint64_t{1} << 60, 0x1000), "is a map of a physical address beyond 2^52"},
      {map(0, 0, Bytes{1} << 46), "need more page tables than replay.memory_mib is, 256"},
      {UnmapOf(1, 0, ~Bytes{0}), "record 2 (unmap of 0x0, 18446744073709551615 bytes) is an unmap beyond"},
      {UnmapOf(1, 0x1001, 0x1000), "is an unmap of parts of pages"},
      {AccessOf(0, 1, std::uint64_t{1} << 50, 0), "is an access beyond the page tables"},
  };
  for (const auto& [record, message] : cases) {
    EXPECT_THAT(ErrorOf(config, {access, record}), HasSubstr(message));
    config.pages = ReplayPages::kProcedural;
    EXPECT_EQ(ErrorOf(config, {access, record}), "") << "no pages are made of it";
    config.pages = ReplayPages::kRecorded;
  }
  TraceRecord odd = access;
  odd.page_shift = 13;
  EXPECT_THAT(ErrorOf(config, {odd}), HasSubstr("of a page of 2^13 bytes; allowed: 4 KiB, 2 MiB, 1 GiB"));
}

TEST(ReplayScript, UnmapOfAHugeRangeIsAStepForEachPartThatIsMapped) {
  const Played played =
      Play({AccessOf(0, 1, 0x1000, 0), MapOf(1, 0x1000, 0x5000, 0x2000), MapOf(1, 0x3000, 0x9000, 0x1000),
            MapOf(1, 0x100000000, 0x5000, 0x1000), UnmapOf(1, 0, Bytes{1} << 46)});
  std::vector<std::pair<std::uint64_t, Bytes>> unmaps;
  for (const ReplayStep& step : played.steps) {
    if (step.kind == Kind::kUnmap) unmaps.emplace_back(step.iova, step.bytes);
  }
  EXPECT_THAT(unmaps, ::testing::ElementsAre(std::pair<std::uint64_t, Bytes>(0x1000, 0x3000),
                                             std::pair<std::uint64_t, Bytes>(0x100000000, 0x1000)));
  EXPECT_EQ(played.facts.unmaps, 1u);
}

TEST(ReplayScript, WhatTheRecordingLacksIsSaid) {
  TraceInfo info;
  info.lost_events = 12;
  info.lost_gaps = 2;
  info.clamped_times = 1;
  ListSource survey({AccessOf(0, 1, 0x1000, 0)}, info);
  const RecordedTenants tenants(survey);
  const std::vector<std::string> notes = NotesOn(tenants.content());
  EXPECT_THAT(notes, ::testing::IsSupersetOf({HasSubstr("It holds no mappings"), HasSubstr("It holds no invalidations"),
                                              HasSubstr("lost 12 events and an unknown number of events in 2 places"),
                                              HasSubstr("1 time stepped back")}));
  EXPECT_THAT(ErrorOf(Config(), {MapOf(1, 0x1000, 0x5000, 0x1000)}),
              HasSubstr("holds no accesses, so there is nothing to replay (it holds 1 map, 0 unmaps, 0 invalidations"));
}

TEST(ReplayScript, TimesThatNoRunReachesAreRefusedWithRecordedTiming) {
  TraceRecord late = AccessOf(0, 1, 0x1000, 0);
  late.time_ps = kNever / 2;
  ReplayConfig config = Config();
  EXPECT_EQ(ErrorOf(config, {late}), "") << "order alone counts";
  config.timing = ReplayTiming::kRecorded;
  EXPECT_THAT(ErrorOf(config, {late}), HasSubstr("allowed with recorded timing: at most 3600 s"));
  EXPECT_THROW(ReplayCore(config, OpenList({late})), TraceError);
  config.time_scale = 1e-6;
  EXPECT_EQ(ErrorOf(config, {late}), "");
}

// A recorded page that does not lie at the ends of the range is not what the range is made of.
TEST(ReplayScript, ARangeThatIsNoWholePagesIsMadeOfSmallOnes) {
  constexpr Bytes k2M = Bytes{1} << kPageShift2M;
  const auto shift = [](std::uint64_t iova, std::uint64_t pa, Bytes bytes) {
    return Play({AccessOf(0, 1, 0, 0), MapOf(1, iova, pa, bytes, 3, kPageShift2M)}).steps.back().page_shift;
  };
  EXPECT_EQ(shift(8 * k2M, 16 * k2M, k2M), kPageShift2M);
  EXPECT_EQ(shift(8 * k2M + kPage4K, 16 * k2M, k2M), kPageShift4K);
  EXPECT_EQ(shift(8 * k2M, 16 * k2M + kPage4K, k2M), kPageShift4K);
  EXPECT_EQ(shift(8 * k2M, 16 * k2M, k2M + kPage4K), kPageShift4K);
}

TEST(ReplayScript, EveryStepHasItsRecordsTime) {
  std::vector<TraceRecord> records = {MapOf(1, 0x1000, 0x1000, 0x1000), AccessOf(0, 1, 0x1000, 0x1000),
                                      InvalidationOf(TraceKind::kInvalidateIotlb, InvalidationScope::kGlobal, 1, 0),
                                      UnmapOf(1, 0x1000, 0x1000), AccessOf(0, 1, 0x9000, 0x9000)};
  for (std::size_t i = 0; i < records.size(); ++i) records[i].time_ps = 1000 * (i + 1);
  std::vector<Picoseconds> times;
  for (const ReplayStep& step : Play(records).steps) times.push_back(step.time);
  EXPECT_THAT(times, ::testing::ElementsAre(1000, 2000, 3000, 4000, 5000, 5000)) << "the last page is implied";
}

TEST(ReplayScript, AnAccessWithoutASizeHasTheConfiguredOne) {
  ReplayConfig config = Config();
  config.unknown_size_bytes = 16;
  config.access_bytes = 256;
  TraceRecord access = AccessOf(0, 1, 0x1000, 0x1000);
  access.size_bytes = 0;
  EXPECT_EQ(Play({access}, config).steps.back().bytes, 16u);
  access.size_bytes = 512;
  EXPECT_EQ(Play({access}, config).steps.back().bytes, 256u);
}

// What a mapping translates is what its recorder saw; where no translation was recorded, any mapping will do.
TEST(ReplayScript, AnAccessThatRecordedNoTranslationIsContentWithTheMapping) {
  TraceRecord access = AccessOf(0, 1, 0x1000, 0, TraceKind::kRead, 0);
  EXPECT_EQ(Play({MapOf(1, 0x1000, 0x7000, 0x1000), access}).facts.implied_maps, 0u);
  access = AccessOf(0, 1, 0, 0x9000);
  EXPECT_EQ(Play({MapOf(1, 0, 0x7000, 0x1000), access}).facts.implied_maps, 1u) << "its page was elsewhere";
}

// An implied page has the rights that its entry showed, and both where no entry was recorded.
TEST(ReplayScript, AnImpliedPageHasTheRightsThatWereSeen) {
  TraceRecord access = AccessOf(0, 1, 0x1000, 0x1000);
  access.permissions = kPermissionRead;
  const ReplayStep read = Play({access}).steps.front();
  EXPECT_TRUE(read.read);
  EXPECT_FALSE(read.write);
  access = AccessOf(0, 1, 0x1000, 0x1000, TraceKind::kWrite);
  access.permissions = kPermissionWrite;
  const ReplayStep write = Play({access}).steps.front();
  EXPECT_FALSE(write.read);
  EXPECT_TRUE(write.write);
  access.permissions = 0;
  const ReplayStep unknown = Play({access}).steps.front();
  EXPECT_TRUE(unknown.read);
  EXPECT_TRUE(unknown.write);
}

}  // namespace
}  // namespace siov

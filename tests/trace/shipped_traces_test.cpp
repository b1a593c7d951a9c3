// SPDX-License-Identifier: Apache-2.0
// The shipped traces against facts that were computed from the text recordings by other means than this code.
#include <gtest/gtest.h>

#include <memory>

#include "models/traffic/trace/live_mappings.h"
#include "models/traffic/trace/trace_facts.h"
#include "models/traffic/trace/trace_merge.h"
#include "platforms/trace/open_trace.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

struct Expected {
  const char* name;
  std::uint64_t translations;
  std::uint64_t window_translations;
  std::uint64_t window_maps;
  std::uint64_t window_unmaps;
  std::size_t window_mapped_pages;
  std::uint64_t iotlb_invalidations;
  std::uint64_t devtlb_invalidations;
  std::uint64_t iec_invalidations;
  std::uint64_t waits;
  std::vector<std::uint64_t> lru_misses;  // of 8, 16, ... 1024 entries
};

const std::vector<std::size_t> kLruEntries = {8, 16, 32, 64, 128, 256, 512, 1024};

const Expected kExpected[] = {
    {"boot", 543, 543, 679, 83, 778, 84, 47, 81, 166, {121, 104, 104, 104, 104, 104, 104, 104}},
    {"nvme_randread4k_strict",
     57083,
     56936,
     8000,
     8000,
     128,
     8015,
     0,
     38,
     8054,
     {9355, 9223, 8915, 8303, 8152, 8082, 8082, 8082}},
    {"nvme_randread4k_lazy",
     57050,
     56902,
     8000,
     8000,
     680,
     28,
     0,
     38,
     67,
     {9457, 9340, 9123, 8572, 8405, 8382, 8382, 8382}},
    {"nvme_seqread128k_lazy",
     103857,
     103710,
     48000,
     1500,
     7040,
     29,
     0,
     38,
     68,
     {52733, 52733, 52733, 48299, 48291, 48280, 48129, 48129}},
    {"nvme_mixed4_strict",
     91429,
     90839,
     28933,
     7200,
     1969,
     7257,
     0,
     98,
     7356,
     {39113, 36117, 33475, 32501, 31055, 29558, 29095, 29095}},
    {"nvme_mixed8_strict",
     105315,
     104137,
     38908,
     5600,
     6741,
     5713,
     0,
     178,
     5892,
     {46965, 46470, 43882, 42062, 41765, 41311, 40439, 39602}},
    {"vblk_ats_strict",
     73108,
     73026,
     20369,
     20369,
     344,
     20386,
     20385,
     51,
     20438,
     {36846, 33920, 32543, 31756, 31520, 31518, 31518, 31518}},
    {"net_virtio_ats_strict",
     74529,
     74115,
     7538,
     7580,
     1368,
     7661,
     7660,
     46,
     7708,
     {13303, 8609, 8575, 8565, 8525, 8493, 8493, 8493}},
    {"hetero5_strict",
     58707,
     58268,
     13525,
     10109,
     2328,
     10172,
     3713,
     109,
     10282,
     {19636, 18474, 17512, 16803, 16224, 16140, 16139, 16139}},
    // Of the last one the log was cut, and only the emulator's side is in the trace.
    {"vfio_dpdk_e1000e_2m", 79882, 79882, 0, 0, 0, 8, 0, 29, 43, {3, 3, 3, 3, 3, 3, 3, 3}},
};

class ShippedTrace : public ::testing::TestWithParam<Expected> {};

std::string PathOf(const Expected& expected) { return std::string("traces/") + expected.name + ".siovtrace"; }

void ExpectFacts(const TraceFacts& facts, const Expected& expected) {
  EXPECT_EQ(facts.whole().accesses(), expected.translations);
  EXPECT_EQ(facts.window().accesses(), expected.window_translations);
  EXPECT_EQ(facts.window().of(TraceKind::kMap), expected.window_maps);
  EXPECT_EQ(facts.window().of(TraceKind::kUnmap), expected.window_unmaps);
  EXPECT_EQ(facts.unique_mapped_pages(), expected.window_mapped_pages);
  EXPECT_EQ(facts.whole().of(TraceKind::kInvalidateIotlb), expected.iotlb_invalidations);
  EXPECT_EQ(facts.whole().of(TraceKind::kInvalidateDevtlb), expected.devtlb_invalidations);
  EXPECT_EQ(facts.whole().of(TraceKind::kInvalidateIec), expected.iec_invalidations);
  EXPECT_EQ(facts.whole().of(TraceKind::kWait), expected.waits);
  for (std::size_t i = 0; i < facts.lru().size(); ++i) {
    EXPECT_EQ(facts.lru()[i].misses(), expected.lru_misses[i]) << kLruEntries[i] << " entries";
  }
}

TEST_P(ShippedTrace, HoldsTheFactsOfItsDescription) {
  const std::unique_ptr<TraceSource> source = OpenTrace(PathOf(GetParam()));
  TraceFacts facts(kLruEntries);
  facts.SeeAll(*source);
  ASSERT_EQ(facts.lru().size(), kLruEntries.size());
  EXPECT_EQ(facts.whole().records, source->info().record_count);
  EXPECT_EQ(source->info().skipped_lines, 0u);
  ExpectFacts(facts, GetParam());
}

TEST_P(ShippedTrace, EveryAccessIsTranslatedByAMappingInForce) {
  const std::unique_ptr<TraceSource> source = OpenTrace(PathOf(GetParam()));
  LiveMappings live;
  TraceRecord record;
  std::uint64_t right = 0;
  while (source->Next(&record)) {
    if (record.kind == TraceKind::kMap) live.Map(record);
    if (record.kind == TraceKind::kUnmap) live.Unmap(record.domain, record.iova, record.size_bytes);
    if (!record.is_access()) continue;
    const TraceRecord* mapping = live.Find(record.domain, record.iova);
    if (mapping != nullptr && mapping->pa + (record.iova - mapping->iova) == record.pa) ++right;
  }
  // A cut recording has lost its mappings.
  EXPECT_EQ(right, source->info().cut ? 0 : GetParam().translations);
}

INSTANTIATE_TEST_SUITE_P(All, ShippedTrace, ::testing::ValuesIn(kExpected),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(ShippedTraces, StreamsOfTheNvmeTraceAreItsControllers) {
  const std::unique_ptr<TraceSource> source = OpenTrace("traces/nvme_mixed4_strict.siovtrace");
  TraceFacts facts;
  facts.SeeAll(*source);
  std::map<std::string, std::uint64_t> translations;
  for (const auto& [stream, count] : facts.window().accesses_by_stream) {
    translations[source->info().streams[stream].name] = count;
  }
  const std::map<std::string, std::uint64_t> expected = {
      {"00:04.0", 22991}, {"00:05.0", 23181}, {"00:06.0", 21808}, {"00:07.0", 22859}};
  EXPECT_EQ(translations, expected);
}

// Whose command it is, the log does not say; the importer infers it. Two jobs of 900 commands ran on each controller.
TEST(ShippedTraces, NvmeCommandsAreAttributedToAllControllersEvenly) {
  const std::unique_ptr<TraceSource> source = OpenTrace("traces/nvme_mixed4_strict.siovtrace");
  std::map<std::string, std::pair<int, int>> commands;
  bool inside = false;
  TraceRecord record;
  while (source->Next(&record)) {
    if (record.kind == TraceKind::kMark) inside = record.mark == "WL_START";
    if (!inside || record.kind != TraceKind::kCommand) continue;
    ASSERT_NE(record.stream, TraceRecord::kNoStream);
    const std::string& name = source->info().streams[record.stream].name;
    ++(record.phase == CommandPhase::kStart ? commands[name].first : commands[name].second);
  }
  ASSERT_EQ(commands.size(), 4u);
  for (const auto& [name, count] : commands) {
    EXPECT_EQ(count.first, 1800) << name;
    EXPECT_EQ(count.second, 1800) << name;
  }
}

class RawPair : public ::testing::TestWithParam<const char*> {};

TEST_P(RawPair, ConvertsToTheShippedTrace) {
  const std::string name = GetParam();
  const std::unique_ptr<TraceSource> guest = OpenTrace("traces/raw/" + name + ".guest.txt.xz");
  const std::unique_ptr<TraceSource> qemu = OpenTrace("traces/raw/" + name + ".qemu.log.xz");
  const std::unique_ptr<TraceSource> shipped = OpenTrace("traces/" + name + ".siovtrace");
  MergedTrace merged(*guest, *qemu, name);
  TraceRecord expected;
  TraceRecord actual;
  std::uint64_t records = 0;
  while (merged.Next(&actual)) {
    ASSERT_TRUE(shipped->Next(&expected));
    ASSERT_EQ(actual, expected) << "record " << records;
    ++records;
  }
  EXPECT_EQ(records, shipped->info().record_count);
  EXPECT_EQ(merged.unmapped_accesses(), 0u);
}

INSTANTIATE_TEST_SUITE_P(All, RawPair, ::testing::Values("boot", "nvme_randread4k_strict"));

TEST(RawRecordings, GuestAloneHoldsWhatTheKernelDid) {
  const std::unique_ptr<TraceSource> guest = OpenTrace("traces/raw/nvme_randread4k_strict.guest.txt.xz");
  TraceFacts facts;
  facts.SeeAll(*guest);
  EXPECT_EQ(facts.whole().of(TraceKind::kMap), 8095u);  // 8096 less the firmware's identity map
  EXPECT_EQ(facts.whole().of(TraceKind::kUnmap), 8014u);
  EXPECT_EQ(facts.whole().of(TraceKind::kInvalidateIotlb), 8015u);
  EXPECT_EQ(facts.whole().of(TraceKind::kInvalidateIec), 38u);
  EXPECT_EQ(facts.window().of(TraceKind::kMap), 8000u);
  EXPECT_EQ(facts.window().of(TraceKind::kCommand), 32000u);  // NVMe and block layer, start and completion
  EXPECT_EQ(facts.unique_mapped_pages(), 128u);
  EXPECT_EQ(facts.window_ps(), 1'441'973 * kPsPerUs);
  EXPECT_EQ(guest->info().lost_events, 0u);
}

}  // namespace
}  // namespace siov

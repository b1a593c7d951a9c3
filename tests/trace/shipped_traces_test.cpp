// SPDX-License-Identifier: Apache-2.0
// The shipped traces against facts that were computed from the text recordings by other means than this code.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "models/workload/trace/live_mappings.h"
#include "models/workload/trace/trace_facts.h"
#include "models/workload/trace/trace_merge.h"
#include "platforms/trace/open_trace.h"
#include "tests/trace/description.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

const std::vector<std::size_t> kLruEntries = {8, 16, 32, 64, 128, 256, 512, 1024};

class ShippedTrace : public ::testing::TestWithParam<std::string> {
 protected:
  const Description description_ = ReadDescription(GetParam());
};

void ExpectWindow(const Description& description, const TraceFacts& facts, const TraceInfo& info) {
  ExpectCount(description, facts.window().accesses(), description.translations, "translations");
  ExpectCount(description, facts.window().of(TraceKind::kMap), description.maps, "maps");
  ExpectCount(description, facts.window().of(TraceKind::kUnmap), description.unmaps, "unmaps");
  ExpectCount(description, facts.unique_mapped_pages(), description.mapped_pages, "mapped pages");
  EXPECT_EQ(facts.window().accesses_by_stream.size(), description.translations_by_device.size());
  for (const auto& [stream, count] : facts.window().accesses_by_stream) {
    const TraceStream& device = info.streams[stream];
    ExpectCount(description, count, description.translations_by_device.at(device.name), device.name.c_str());
    ExpectCount(description, facts.unique_pages(stream), description.touched_pages.at(device.requester_id),
                "touched pages");
  }
  ASSERT_EQ(facts.lru().size(), description.lru_misses.size());
  for (const LruProbe& probe : facts.lru()) {
    ExpectCount(description, probe.misses(), description.lru_misses.at(probe.entries()), "LRU misses");
  }
}

void ExpectDescriptors(const Description& description, const TraceCounts& counts) {
  EXPECT_EQ(counts.of(TraceKind::kInvalidateIotlb), description.descriptor("iotlb"));
  EXPECT_EQ(counts.of(TraceKind::kInvalidateDevtlb), description.descriptor("device"));
  EXPECT_EQ(counts.of(TraceKind::kInvalidateIec), description.descriptor("iec"));
  EXPECT_EQ(counts.of(TraceKind::kInvalidateContext), description.descriptor("context-cache"));
  EXPECT_EQ(counts.of(TraceKind::kWait), description.descriptor("wait"));
}

TEST_P(ShippedTrace, HoldsTheFactsOfItsDescription) {
  const std::unique_ptr<TraceSource> source = OpenTrace(description_.path());
  TraceFacts facts(kLruEntries);
  facts.SeeAll(*source);
  EXPECT_EQ(facts.whole().records, source->info().record_count);
  EXPECT_EQ(source->info().skipped_lines, 0u);
  EXPECT_EQ(source->info().cut, description_.cut);
  ExpectCount(description_, facts.whole().accesses(), description_.whole_translations, "translations of the whole");
  ExpectWindow(description_, facts, source->info());
  ExpectDescriptors(description_, facts.whole());
}

TEST_P(ShippedTrace, PagesAndMasksAreThoseOfItsDescription) {
  const std::unique_ptr<TraceSource> source = OpenTrace(description_.path());
  std::map<unsigned, std::uint64_t> shifts;
  std::map<unsigned, std::uint64_t> orders;
  TraceRecord record;
  while (source->Next(&record)) {
    if (record.is_access()) ++shifts[record.page_shift];
    if (record.kind == TraceKind::kInvalidateIotlb && record.scope == InvalidationScope::kPage) {
      ++orders[record.mask_order];
    }
  }
  EXPECT_EQ(orders, description_.iotlb_page_orders);
  ASSERT_EQ(shifts.size(), description_.whole_translations_by_shift.size());
  for (const auto& [shift, count] : description_.whole_translations_by_shift) {
    ExpectCount(description_, shifts[shift], count, "translations by page size");
  }
}

TEST_P(ShippedTrace, EveryAccessIsTranslatedByAMappingInForce) {
  const std::unique_ptr<TraceSource> source = OpenTrace(description_.path());
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
  EXPECT_EQ(right, source->info().cut ? 0 : description_.whole_translations);
}

INSTANTIATE_TEST_SUITE_P(All, ShippedTrace, ::testing::ValuesIn(ShippedTraceNames()));

TEST(ShippedTraces, AllHaveFactsToCheckAgainst) {
  std::set<std::string> shipped;
  for (const auto& file : std::filesystem::directory_iterator("traces")) {
    if (file.path().extension() == ".siovtrace") shipped.insert(file.path().stem().string());
  }
  EXPECT_EQ(shipped, std::set<std::string>(ShippedTraceNames().begin(), ShippedTraceNames().end()));
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

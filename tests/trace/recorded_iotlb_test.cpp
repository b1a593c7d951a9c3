// SPDX-License-Identifier: Apache-2.0
// The simulator's own translation cache, fully associative with LRU, fed with every shipped recording: the accesses and
// invalidations of its window as recorded. It misses exactly as often as the recording's description says.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "models/protocol/invalidation.h"
#include "models/translation/page_cache.h"
#include "models/workload/trace/window_filter.h"
#include "platforms/trace/open_trace.h"
#include "tests/trace/description.h"

namespace siov {
namespace {

// Domains of a recording stand for PASIDs, and nothing else tells its entries apart: the recorder keyed them so.
class RecordedIotlb {
 public:
  explicit RecordedIotlb(std::uint32_t entries) : cache_(Geometry(entries)) {}

  void See(const TraceRecord& record) {
    if (record.is_access()) Access(record);
    if (record.kind == TraceKind::kInvalidateIotlb) Invalidate(record);
  }
  std::uint64_t lookups() const { return lookups_; }
  std::uint64_t misses() const { return misses_; }

 private:
  static CacheGeometry Geometry(std::uint32_t entries) {
    CacheGeometry geometry;
    geometry.entries = entries;
    return geometry;
  }

  void Access(const TraceRecord& record) {
    ++lookups_;
    if (cache_.Lookup(0, Pasid(record.domain), record.iova) != nullptr) return;
    ++misses_;
    Translation translation;
    translation.page_shift = record.page_shift;
    translation.address = record.pa >> record.page_shift << record.page_shift;
    translation.read = translation.write = true;
    cache_.Insert(0, Pasid(record.domain), record.iova, translation);
  }

  void Invalidate(const TraceRecord& record) {
    CacheInvalidation invalidation;
    invalidation.address = record.iova;
    invalidation.what.page_shift = static_cast<std::uint8_t>(kPageShift4K + record.mask_order);
    cache_.EraseIf([&](const PageTag& tag) {
      if (record.scope == InvalidationScope::kGlobal) return true;
      if (tag.pasid != record.domain) return false;
      return record.scope == InvalidationScope::kDomain || invalidation.Covers(tag.page << tag.shift, tag.shift);
    });
  }

  PageCache cache_;
  std::uint64_t lookups_ = 0;
  std::uint64_t misses_ = 0;
};

class RecordedIotlbTest : public ::testing::TestWithParam<std::string> {};

TEST_P(RecordedIotlbTest, MissesAsTheDescriptionSays) {
  const Description description = ReadDescription(GetParam());
  const std::unique_ptr<TraceSource> source = OpenTrace(description.path());
  WindowFilter window(*source, description.path());
  std::vector<RecordedIotlb> iotlbs;
  for (const auto& [entries, misses] : description.lru_misses) {
    iotlbs.emplace_back(static_cast<std::uint32_t>(entries));
  }
  TraceRecord record;
  while (window.Next(&record)) {
    for (RecordedIotlb& iotlb : iotlbs) iotlb.See(record);
  }
  std::size_t next = 0;
  for (const auto& [entries, misses] : description.lru_misses) {
    SCOPED_TRACE(std::to_string(entries) + " entries");
    ExpectCount(description, iotlbs[next].lookups(), description.translations, "lookups");
    ExpectCount(description, iotlbs[next].misses(), misses, "misses");
    ++next;
  }
  ASSERT_EQ(next, 8u);
}

INSTANTIATE_TEST_SUITE_P(All, RecordedIotlbTest, ::testing::ValuesIn(ShippedTraceNames()));

}  // namespace
}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// Recordings replayed in their order into the simulator's own address spaces and IOTLB (fully associative, LRU),
// without time: pages mapped and unmapped as recorded, every recorded invalidation applied as the descriptor it
// becomes. The IOTLB misses exactly as often as the recording's description says, or, for recordings made up here, a
// plain oracle.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/iommu/iotlb/iotlb_core.h"
#include "models/iommu/iotlb/translation_answer.h"
#include "models/workload/replay/ordered_replay.h"
#include "models/workload/trace/trace_merge.h"
#include "platforms/trace/open_trace.h"
#include "platforms/trace/trace_writer.h"
#include "tests/trace/description.h"
#include "tests/trace/synthetic_recording.h"
#include "tests/trace/trace_support.h"

namespace siov {
namespace {

ReplayConfig ConfigOf(const std::string& trace_file, std::uint32_t tenants, bool first_stage) {
  ReplayConfig config;
  config.trace_file = trace_file;
  config.order = ReplayOrder::kAsRecorded;
  config.tenants = tenants;
  config.device_tlb = true;
  config.first_stage = first_stage;
  return config;
}

AddressSpaceClass SpacesOf(std::uint32_t tenants, bool first_stage) {
  AddressSpaceClass space;
  space.count = tenants;
  space.explicit_pages = true;
  if (!first_stage) {
    space.stages = TranslationStages::kSecondOnly;
    space.first_format = TableFormat::kNone;
    space.second_format = TableFormat::kX86FourLevel;
  }
  return space;
}

IotlbConfig LruOf(std::uint32_t entries) {
  IotlbConfig config;
  config.geometry.entries = entries;
  return config;
}

class UntimedReplay {
 public:
  UntimedReplay(const ReplayConfig& config, const TraceOpener& open, std::uint32_t entries)
      : replay_(config, open),
        spaces_({SpacesOf(config.tenants, config.first_stage)}, 1),
        iotlb_(LruOf(entries), spaces_, CachePartitions()),
        first_stage_(config.first_stage) {
    for (; const ReplayStep* step = replay_.Peek(0); replay_.Take(0)) Play(*step);
  }
  const ReplayFacts& facts() const { return replay_.facts(); }
  std::uint64_t misses() const { return misses_; }
  std::uint64_t of(InvalidationKind kind) { return invalidations_[kind]; }
  const std::map<std::uint32_t, std::uint64_t>& accesses_by_tenant() const { return accesses_by_tenant_; }

 private:
  static Pasid PasidOf(std::uint32_t space) { return space == ReplayStep::kNobody ? Pasid() : Pasid(space + 1); }

  void Play(const ReplayStep& step) {
    switch (step.kind) {
      case ReplayStep::Kind::kAccess:
        return Access(step);
      case ReplayStep::Kind::kMap:
        for (Bytes done = 0; done < step.bytes; done += Bytes{1} << step.page_shift) {
          spaces_.Unmap(PasidOf(step.space), step.iova + done);
          spaces_.Map(PasidOf(step.space), step.iova + done, step.page_shift, step.pa + done, step.read, step.write);
        }
        return;
      case ReplayStep::Kind::kUnmap:
        for (Bytes done = 0; done < step.bytes; done += kPage4K) spaces_.Unmap(PasidOf(step.space), step.iova + done);
        return;
      case ReplayStep::Kind::kInvalidate:
        return Invalidate(step);
    }
  }

  void Access(const ReplayStep& step) {
    const Pasid pasid = PasidOf(step.space);
    const bool write = step.op == JobOp::kWrite;
    ++accesses_by_tenant_[step.tenant];
    const PageMapping mapping = spaces_.Translate(pasid, step.iova);
    const Translation* held = iotlb_.Lookup(0, pasid, step.iova);
    if (held != nullptr) {
      EXPECT_EQ(held->address, mapping.address) << "a stale translation is used";
      EXPECT_EQ(AccessFault(*held, {!write, write, false}), kNoFault);
      return;
    }
    ++misses_;
    const auto space = spaces_.Find(pasid);
    Translation walked;
    walked.address = mapping.address;
    walked.page_shift = mapping.page_shift;
    walked.read = mapping.read;
    walked.write = mapping.write;
    walked.domain = space->domain_id;
    walked.pgtt = first_stage_ ? 1 : 2;
    EXPECT_EQ(AccessFault(walked, {!write, write, false}), kNoFault);
    iotlb_.Fill(0, pasid, step.iova, walked);
  }

  void Invalidate(const ReplayStep& step) {
    ++invalidations_[step.invalidation.kind];
    const bool of_iotlb =
        step.invalidation.kind == InvalidationKind::kIotlb || step.invalidation.kind == InvalidationKind::kPasidIotlb;
    if (!of_iotlb) return;
    CacheInvalidation invalidation;
    invalidation.what = step.invalidation;
    invalidation.pasid = PasidOf(step.space);
    invalidation.address = step.iova;
    if (invalidation.pasid.valid()) invalidation.what.domain = spaces_.Find(invalidation.pasid)->domain_id;
    iotlb_.Invalidate(invalidation);
  }

  OrderedReplay replay_;
  AddressSpaces spaces_;
  IotlbCore iotlb_;
  bool first_stage_;
  std::uint64_t misses_ = 0;
  std::map<InvalidationKind, std::uint64_t> invalidations_;
  std::map<std::uint32_t, std::uint64_t> accesses_by_tenant_;
};

TraceOpener Opener(const std::string& path) {
  return [path] { return OpenTrace(path); };
}

std::uint32_t Devices(const Description& description) {
  return static_cast<std::uint32_t>(description.translations_by_device.size());
}

// --- Shipped recordings ----------------------------------------------------------------------------------------------

class OrderedIotlb : public ::testing::TestWithParam<std::string> {};

TEST_P(OrderedIotlb, MissesAsTheDescriptionSaysAtEverySize) {
  const Description description = ReadDescription(GetParam());
  const ReplayConfig config = ConfigOf(description.path(), Devices(description), false);
  for (const auto& [entries, misses] : description.lru_misses) {
    SCOPED_TRACE(std::to_string(entries) + " entries");
    UntimedReplay replay(config, WindowOf(Opener(description.path()), "window"), static_cast<std::uint32_t>(entries));
    ExpectCount(description, replay.facts().accesses, description.translations, "translations");
    ExpectCount(description, replay.misses(), misses, "misses");
  }
}

TEST_P(OrderedIotlb, AllThatWasRecordedIsReplayed) {
  const Description description = ReadDescription(GetParam());
  UntimedReplay replay(ConfigOf(description.path(), Devices(description), false), Opener(description.path()), 64);
  ExpectCount(description, replay.facts().accesses, description.whole_translations, "translations");
  EXPECT_EQ(replay.accesses_by_tenant().size(), Devices(description));
  EXPECT_EQ(replay.of(InvalidationKind::kIotlb), description.descriptor("iotlb"));
  EXPECT_EQ(replay.of(InvalidationKind::kPasidDeviceTlb), description.descriptor("device"));
  EXPECT_EQ(replay.of(InvalidationKind::kInterruptEntry), description.descriptor("iec"));
  EXPECT_EQ(replay.of(InvalidationKind::kContext), description.descriptor("context-cache"));
  EXPECT_EQ(replay.of(InvalidationKind::kWait), description.descriptor("wait"));
  EXPECT_EQ(replay.facts().mapping_events_skipped, 0u);
  if (!description.cut) {
    EXPECT_EQ(replay.facts().implied_maps, 0u) << "the recording holds every mapping";
  }
}

// Tenants whose pages are in a first stage have their IOTLB entries invalidated by PASID, to the same effect.
TEST_P(OrderedIotlb, AFirstStageMissesAsOften) {
  const Description description = ReadDescription(GetParam());
  UntimedReplay replay(ConfigOf(description.path(), Devices(description), true),
                       WindowOf(Opener(description.path()), "window"), 64);
  ExpectCount(description, replay.misses(), description.lru_misses.at(64), "misses");
}

INSTANTIATE_TEST_SUITE_P(All, OrderedIotlb, ::testing::ValuesIn(ShippedTraceNames()));

// --- Recordings that are not shipped
// -----------------------------------------------------------------------------------

SyntheticMachine Machine(unsigned seed, std::vector<unsigned> domains, bool strict, bool ats) {
  SyntheticMachine machine;
  machine.seed = seed;
  machine.domain_of_device = std::move(domains);
  machine.strict = strict;
  machine.ats = ats;
  return machine;
}

class SyntheticRecordings : public ::testing::TestWithParam<SyntheticMachine> {
 protected:
  SyntheticRecordings() : recording_(GetParam()) {
    WriteFile(folder_.Path("guest.txt"), recording_.guest());
    WriteFile(folder_.Path("qemu.log"), recording_.qemu());
  }
  // As many misses as the oracle's at all sizes, and all that was recorded; returns what the replay found.
  ReplayFacts ExpectRecorded(const std::string& trace) const {
    const auto devices = static_cast<std::uint32_t>(recording_.accesses_by_device().size());
    ReplayFacts facts;
    for (const std::uint32_t entries : {8u, 32u, 1024u}) {
      UntimedReplay replay(ConfigOf(trace, devices, false), Opener(trace), entries);
      EXPECT_EQ(replay.misses(), recording_.LruMisses(entries)) << entries << " entries";
      EXPECT_EQ(replay.of(InvalidationKind::kIotlb), recording_.iotlb_invalidations());
      EXPECT_EQ(replay.of(InvalidationKind::kPasidDeviceTlb), recording_.device_invalidations());
      EXPECT_EQ(replay.of(InvalidationKind::kWait), recording_.waits());
      EXPECT_EQ(replay.accesses_by_tenant().size(), devices);
      facts = replay.facts();
    }
    return facts;
  }
  SyntheticRecording recording_;
  TemporaryFolder folder_;
};

TEST_P(SyntheticRecordings, BothSidesMergedGiveWhatWasRecorded) {
  const std::unique_ptr<TraceSource> guest = OpenTrace(folder_.Path("guest.txt"));
  const std::unique_ptr<TraceSource> qemu = OpenTrace(folder_.Path("qemu.log"));
  MergedTrace merged(*guest, *qemu, "pair");
  WriteTrace(merged, folder_.Path("pair.siovtrace"));
  EXPECT_EQ(merged.unmapped_accesses(), 0u);
  const ReplayFacts facts = ExpectRecorded(folder_.Path("pair.siovtrace"));
  EXPECT_EQ(facts.maps, recording_.maps());
  EXPECT_EQ(facts.unmaps, recording_.unmaps());
  EXPECT_EQ(facts.implied_maps, 0u);
}

// The emulator's side alone holds no mappings: accesses imply them.
TEST_P(SyntheticRecordings, TheEmulatorsLogAloneGivesTheSameMisses) {
  const ReplayFacts facts = ExpectRecorded(folder_.Path("qemu.log"));
  EXPECT_EQ(facts.maps, 0u);
  EXPECT_GT(facts.implied_maps, 0u);
}

TEST_P(SyntheticRecordings, TheKernelsSideAloneHasNothingToReplay) {
  const std::string trace = folder_.Path("guest.txt");
  const std::string error = ErrorOf([&] { OrderedReplay(ConfigOf(trace, 1, false), Opener(trace)); });
  EXPECT_NE(error.find("holds no accesses"), std::string::npos) << error;
}

INSTANTIATE_TEST_SUITE_P(Machines, SyntheticRecordings,
                         ::testing::Values(Machine(1, {3, 4}, true, false), Machine(2, {3, 4, 9}, false, false),
                                           Machine(3, {5, 5, 7}, true, false), Machine(4, {3, 4}, true, true)));

}  // namespace
}  // namespace siov

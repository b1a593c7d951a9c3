// SPDX-License-Identifier: Apache-2.0
// Devices that are not trusted with host-physical addresses (docs/requirements/ats.md, ATS-13): RISC-V's T2GPA and
// VT-d's host permission table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "platforms/run/run.h"
#include "tests/support/iommu_bench.h"
#include "tests/support/root_port_bench.h"
#include "tests/support/small_platform.h"

namespace siov {
namespace {

using Bench = testing::IommuBench;

constexpr RequesterId kDevice = 0x0100;
constexpr std::uint64_t kVa = 0x12'3456'7000;

// Guests of a RISC-V IOMMU, two processes a VM.
Bench::Config Guests() {
  Bench::Config config;
  AddressSpaceClass& space = config.classes[0];
  space.count = 4;
  space.stages = TranslationStages::kNested;
  space.first_format = space.second_format = TableFormat::kSv39;
  space.pasids_per_domain = 2;
  config.iotlb.profile = config.walker.profile = config.faults.profile = IommuProfile::kRiscv;
  config.iotlb.containment = Containment::kSecondStage;
  config.faults.event_masked = true;
  return config;
}

Bench::Config Permissions() {
  Bench::Config config;
  config.classes[0].count = 4;
  config.iotlb.containment = Containment::kPermissionTable;
  config.faults.event_masked = true;
  return config;
}

// A translated request as a device sends it that holds `address`.
Tlp* Translated(Bench& bench, Picoseconds at, TlpKind kind, std::uint32_t pasid, std::uint64_t address) {
  Tlp* payload = bench.At(at, kind, pasid, address);
  payload->at = AddressType::kTranslated;
  payload->virtual_address = kVa;
  return payload;
}

std::uint64_t GuestPage(const Bench& bench, std::uint32_t pasid) {
  return bench.spaces.ReadEntry(*bench.spaces.Find(Pasid(pasid)), TableStage::kFirst, 1, kVa).address;
}

std::uint64_t SecondReads(const Bench& bench) {
  std::uint64_t reads = 0;
  for (const char* level : {"l1", "l2", "l3"}) reads += Bench::Stat(bench.walker, std::string("reads.second.") + level);
  return reads;
}

TEST(Conformance, ATS_13_T2gpaTheDeviceHoldsGuestPhysicalAddresses) {
  Bench bench(Guests());
  Tlp* request = bench.At(0, TlpKind::kTranslationRequest, 1, kVa);
  bench.Run(100'000);
  EXPECT_EQ(request->status, CompletionStatus::kSuccess);
  EXPECT_EQ(request->translation.address, GuestPage(bench, 1));
  EXPECT_NE(request->translation.address, bench.spaces.Translate(Pasid(1), kVa).address);
  EXPECT_TRUE(request->translation.read && request->translation.write);

  // Its translated request passes the second stage, and only that; no directory is read but the device's.
  const std::uint64_t before = SecondReads(bench);
  const std::uint64_t structures = Bench::Stat(bench.walker, "reads.structures");
  Tlp* read = Translated(bench, 200'000, TlpKind::kMemoryRead, 1, GuestPage(bench, 1) + 0x40);
  bench.Run(300'000);
  EXPECT_EQ(read->status, CompletionStatus::kSuccess);
  EXPECT_EQ(read->address, bench.spaces.Translate(Pasid(1), kVa).address + 0x40);
  EXPECT_EQ(SecondReads(bench) - before, 3u) << "Sv39x4 down to a page of 4 KiB";
  EXPECT_EQ(Bench::Stat(bench.walker, "reads.structures"), structures) << "the device context is cached";
  EXPECT_EQ(Bench::Stat(bench.iotlb, "translated_checked"), 1u);

  // What the IOTLB holds now is the VM's: the other process of it profits, that of another VM does not.
  Tlp* same_vm = Translated(bench, 400'000, TlpKind::kMemoryRead, 2, GuestPage(bench, 1) + 0x80);
  bench.Run(500'000);
  EXPECT_EQ(SecondReads(bench) - before, 3u);
  EXPECT_EQ(same_vm->address, bench.spaces.Translate(Pasid(1), kVa).address + 0x80);
  Tlp* other_vm = Translated(bench, 600'000, TlpKind::kMemoryRead, 3, GuestPage(bench, 1) + 0x80);
  bench.Run();
  EXPECT_EQ(SecondReads(bench) - before, 6u);
  EXPECT_NE(other_vm->address, same_vm->address) << "another VM's page, or none: never the first one's";
}

TEST(Conformance, ATS_13_T2gpaUntranslatedRequestsGoWhereTheyAlwaysWent) {
  Bench bench(Guests());
  bench.At(0, TlpKind::kTranslationRequest, 1, kVa);
  Tlp* read = bench.At(100'000, TlpKind::kMemoryRead, 1, kVa + 8);  // hits the translation request's entry
  bench.Run();
  EXPECT_EQ(bench.Hits(), 1u);
  EXPECT_EQ(read->address, bench.spaces.Translate(Pasid(1), kVa).address + 8);
}

// A device that makes addresses up reaches nothing outside its VM's memory.
TEST(Conformance, ATS_13_T2gpaInventedAddressesAreGuestPageFaults) {
  Bench::Config config = Guests();
  config.classes[0].explicit_pages = config.classes[0].explicit_second_stage = true;
  config.faults.event_masked = false;
  Bench bench(config);
  bench.spaces.MapSecondStage(Pasid(1), 0x5000, kPageShift4K, 0x77'0000'5000, true, false);
  Tlp* mapped = Translated(bench, 0, TlpKind::kMemoryRead, 1, 0x5010);
  Tlp* hole = Translated(bench, 100'000, TlpKind::kMemoryRead, 1, 0x9000);
  Tlp* write = Translated(bench, 200'000, TlpKind::kMemoryWrite, 1, 0x5020);  // the page is there, read-only
  Job job;
  write->job = &job;
  write->completes_job = true;
  bench.Run();
  EXPECT_EQ(mapped->address, 0x77'0000'5010u);
  EXPECT_EQ(hole->status, CompletionStatus::kUnsupportedRequest);
  EXPECT_EQ(Bench::Stat(bench.iotlb, "dropped_writes"), 1u);
  EXPECT_EQ(Bench::Stat(bench.faults, "faults"), 2u);
  ASSERT_EQ(bench.log.back().peer, "reader") << "of whose completion record was dropped";
  const auto& record = bench.log.back().As<FaultRecord>();
  EXPECT_EQ(record.job, &job);
  EXPECT_EQ(record.reason, kRiscvWriteGuestPageFault);
  EXPECT_EQ(record.address, 0x5020u) << "what the device claimed";
}

TEST(Conformance, ATS_13_T2gpaEntriesGoWithTheirGuestPage) {
  Bench bench(Guests());
  const std::uint64_t page = GuestPage(bench, 1);
  const std::uint16_t domain = bench.spaces.Find(Pasid(1))->domain_id;
  const auto reads_after = [&](Picoseconds at) {
    const std::uint64_t before = SecondReads(bench);
    Translated(bench, at, TlpKind::kMemoryRead, 1, page);
    bench.Run(at + 90'000);
    return SecondReads(bench) - before;
  };
  EXPECT_EQ(reads_after(0), 3u);
  bench.InvalidateAt(100'000, InvalidationKind::kPasidIotlb, InvalidationGranularity::kPasid, domain, 1);
  EXPECT_EQ(reads_after(200'000), 0u) << "about first-stage addresses: the second stage is not meant";
  bench.InvalidateAt(300'000, InvalidationKind::kIotlb, InvalidationGranularity::kPage, domain, 0, page + 0x1000);
  EXPECT_EQ(reads_after(400'000), 0u) << "another page";
  bench.InvalidateAt(500'000, InvalidationKind::kIotlb, InvalidationGranularity::kPage, domain, 0, page);
  EXPECT_EQ(reads_after(600'000), 3u);
}

TEST(Conformance, ATS_13_TranslatedRequestsAreRoutedToTheCheck) {
  for (const Containment containment : {Containment::kSecondStage, Containment::kPermissionTable}) {
    for (const TlpKind kind : {TlpKind::kMemoryRead, TlpKind::kMemoryWrite}) {
      EXPECT_EQ(RouteUpstream(kind, AddressType::kTranslated, 0x5000, true, false, containment), UpstreamRoute::kIotlb);
      EXPECT_EQ(RouteUpstream(kind, AddressType::kTranslated, 0x5000, true, true, containment),
                UpstreamRoute::kRefused);
    }
  }
  // A guest's memory has no interrupt window; the host's has.
  EXPECT_EQ(RouteUpstream(TlpKind::kMemoryRead, AddressType::kTranslated, 0xFEE0'0000, true, false,
                          Containment::kSecondStage),
            UpstreamRoute::kIotlb);
  EXPECT_EQ(RouteUpstream(TlpKind::kMemoryRead, AddressType::kTranslated, 0xFEE0'0000, true, false,
                          Containment::kPermissionTable),
            UpstreamRoute::kRefused);
  EXPECT_EQ(RouteUpstream(TlpKind::kMemoryRead, AddressType::kTranslated, 0x5000, true, false), UpstreamRoute::kMemory)
      << "off by default";
}

// Four levels of the table behind the PASID's entry; the address stays what it is.
TEST(Conformance, ATS_13_HostPermissionTableIsWalkedOncePerPage) {
  Bench bench(Permissions());
  Tlp* read = Translated(bench, 0, TlpKind::kMemoryRead, 1, 0x40'0000'5010);
  bench.Run(100'000);
  EXPECT_EQ(read->status, CompletionStatus::kSuccess);
  EXPECT_EQ(read->address, 0x40'0000'5010u);
  EXPECT_EQ(Bench::Stat(bench.walker, "reads.permissions"), 4u);
  EXPECT_EQ(Bench::Stat(bench.walker, "reads.structures"), 4u);
  Translated(bench, 200'000, TlpKind::kMemoryWrite, 2, 0x40'0000'5020);  // the function's permission, whoever asks
  Translated(bench, 300'000, TlpKind::kMemoryRead, 1, 0x40'0000'6000);
  bench.Run();
  EXPECT_EQ(Bench::Stat(bench.walker, "reads.permissions"), 8u) << "one page more";
  EXPECT_EQ(Bench::Stat(bench.faults, "faults"), 0u);
}

TEST(Conformance, ATS_13_HostPermissionsOfLargePagesTakeFewerReads) {
  Bench bench(Permissions());
  HostPermissions& table = bench.spaces.structures().host_permissions();
  table.Set(kDevice, 0x40'0000'0000, {true, true, kPageShift2M});
  table.Set(kDevice, 0x80'0000'0000, {true, true, kPageShift1G});
  Translated(bench, 0, TlpKind::kMemoryRead, 1, 0x40'0000'5000);
  bench.Run(100'000);
  EXPECT_EQ(Bench::Stat(bench.walker, "reads.permissions"), 3u);
  Translated(bench, 200'000, TlpKind::kMemoryRead, 1, 0x80'0000'5000);
  Translated(bench, 300'000, TlpKind::kMemoryRead, 1, 0x80'3FFF'F000);  // of the same page
  bench.Run();
  EXPECT_EQ(Bench::Stat(bench.walker, "reads.permissions"), 5u);
  EXPECT_EQ(bench.Hits(), 1u);
}

TEST(Conformance, ATS_13_HostPermissionsAreCheckedForReadsAndWrites) {
  Bench bench(Permissions());
  HostPermissions& table = bench.spaces.structures().host_permissions();
  table.Set(kDevice, 0x1000, {true, false, kPageShift4K});
  table.Set(kDevice, 0x2000, {false, true, kPageShift4K});
  table.Set(kDevice, 0x3000, {false, false, kPageShift4K});
  table.Set(kDevice, 0x4000, {true, true, kPageShift4K, EntryDefect::kReserved});
  table.Set(kDevice, 0x5000, {true, true, kPageShift4K, EntryDefect::kUnreadable});
  std::vector<Tlp*> reads;
  for (Picoseconds i = 0; i < 5; ++i) {
    reads.push_back(Translated(bench, i * 100'000, TlpKind::kMemoryRead, 1, 0x1000 * (i + 1)));
  }
  Translated(bench, 500'000, TlpKind::kMemoryWrite, 1, 0x1000);
  Translated(bench, 600'000, TlpKind::kMemoryWrite, 1, 0x2000);
  Tlp* others = bench.At(700'000, TlpKind::kMemoryRead, 1, 0x3000, 0x0200);  // a function with a table of its own
  others->at = AddressType::kTranslated;
  bench.Run();
  std::vector<CompletionStatus> answers;
  for (Tlp* read : reads) answers.push_back(read->status);
  EXPECT_THAT(answers, ::testing::ElementsAre(CompletionStatus::kSuccess, CompletionStatus::kUnsupportedRequest,
                                              CompletionStatus::kUnsupportedRequest, CompletionStatus::kCompleterAbort,
                                              CompletionStatus::kCompleterAbort));
  EXPECT_EQ(others->status, CompletionStatus::kSuccess);
  std::vector<int> reasons;
  for (std::uint32_t i = 0; i < bench.faults.registers().size(); ++i) {
    if (bench.faults.registers()[i]) reasons.push_back(bench.faults.registers()[i]->reason);
  }
  EXPECT_THAT(reasons, ::testing::ElementsAre(0xA5, 0xA3, 0xA1, 0xA0, 0xA4));
  EXPECT_EQ(Bench::Stat(bench.iotlb, "dropped_writes"), 1u);
}

// A revoked permission is in force when its invalidation is answered; only that kind of invalidation removes it.
TEST(Conformance, ATS_13_RevokedHostPermissionsNeedTheirInvalidation) {
  Bench bench(Permissions());
  const auto read = [&](Picoseconds at) {
    Tlp* payload = Translated(bench, at, TlpKind::kMemoryRead, 1, 0x5000);
    bench.Run(at + 90'000);
    return payload->status;
  };
  EXPECT_EQ(read(0), CompletionStatus::kSuccess);
  bench.spaces.structures().host_permissions().Set(kDevice, 0x5000, {false, false, kPageShift4K});
  EXPECT_EQ(read(100'000), CompletionStatus::kSuccess) << "old or new until then";
  bench.InvalidateAt(200'000, InvalidationKind::kIotlb, InvalidationGranularity::kGlobal, 0);
  EXPECT_EQ(read(300'000), CompletionStatus::kSuccess);
  bench.InvalidateAt(400'000, InvalidationKind::kHostPermission, InvalidationGranularity::kPage, 0, 0, 0x9000);
  EXPECT_EQ(read(500'000), CompletionStatus::kSuccess) << "another page";
  bench.InvalidateAt(600'000, InvalidationKind::kHostPermission, InvalidationGranularity::kPage, 0, 0, 0x5000);
  EXPECT_EQ(read(700'000), CompletionStatus::kUnsupportedRequest);
}

// Whole runs: every translated request of the device is checked, and nothing else changes.
Results WholeRun(Containment containment) {
  ResolvedExperiment experiment = testing::SmallExperiment(4, JobOp::kMove, 4096);
  experiment.traffic.job_limit = 200;
  experiment.run.duration_ps = kNever;
  experiment.traffic.classes[0].alignment_bytes = 4096;
  AddressSpaceClass& space = experiment.address_spaces[0];
  if (containment == Containment::kSecondStage) {
    space.stages = TranslationStages::kNested;
    space.first_format = space.second_format = TableFormat::kSv39;
    ResolvedIommu& iommu = experiment.platform.iommus[0];
    iommu.iotlb.profile = iommu.page_walker.profile = iommu.fault_recording.profile = IommuProfile::kRiscv;
    experiment.platform.root_ports[0].config.profile = IommuProfile::kRiscv;
  }
  experiment.platform.iommus[0].iotlb.containment = containment;
  experiment.platform.root_ports[0].config.containment = containment;
  return RunExperiment(experiment, RunOptions{});
}

void ExpectEveryRequestChecked(const Results& results) {
  std::map<std::string, double> values;
  for (const StructureRow& row : results.structures) values[row.block + "." + row.statistic] = row.value;
  EXPECT_EQ(results.Metric("job.completed"), 200);
  EXPECT_EQ(results.Metric("job.failed"), 0);
  EXPECT_GT(values["iommu0.iotlb.translated_checked"], 200 * (8 + 16));
  EXPECT_EQ(values["rp0.to_memory"], 0);
  EXPECT_EQ(values["iommu0.iotlb.translated_checked"] + values["iommu0.iotlb.translation_requests"],
            values["rp0.to_iotlb"]);
}

TEST(Conformance, ATS_13_T2gpaWholeRun) { ExpectEveryRequestChecked(WholeRun(Containment::kSecondStage)); }
TEST(Conformance, ATS_13_HostPermissionTableWholeRun) {
  ExpectEveryRequestChecked(WholeRun(Containment::kPermissionTable));
}

}  // namespace
}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// The anatomy of one job on an idle platform, stage by stage, against what a reader of its files works out by hand:
// each latency of each block is charged as often as the job passes there, to its own stage, and nothing else is
// charged.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "models/fabric/link/link_core.h"
#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

// host_side.txtpb and platform.txtpb, in ns.
constexpr double kEnqcmd = 29, kMovdir64b = 31, kPoll = 37, kHandler = 500, kWakeup = 1000, kService = 5000;
constexpr double kPortOut = 5, kPortIn = 7, kAtcLookup = 3, kAccept = 11, kDispatch = 13, kSetup = 17, kEnd = 19;
constexpr double kImsLookup = 23, kDram = 80, kLlc = 40, kIotlbLookup = 4, kWalkSetup = 2, kStep = 1, kWalkCaches = 6;
constexpr double kEnqueue = 41, kRespond = 43, kRemap = 47, kDeliver = 53, kRootIn = 59, kRootOut = 61;
constexpr double kFabric = 8, kWire = 10, kExecute = 10;

// Ways through both ports.
constexpr double kDown = kRootOut + kPortIn;
constexpr double kUp = kPortOut + kRootIn + kFabric;
constexpr double kRound = kUp + kFabric + kDown;

// Bytes of packets: what frames them, a header of 12 or (with a 64-bit address) 16 bytes, a PASID prefix, the data.
constexpr double kFrame = 8, kPrefix = 4;
constexpr double kDmwr = kFrame + 16 + kPrefix + 64;
constexpr double kRequest = kFrame + 16 + kPrefix;  // read, translation request, page request
constexpr double kRecord = kRequest + 32;
constexpr double kTranslation = kFrame + 12 + 8;  // a completion with one
constexpr double kData = kFrame + 12 + 64;
constexpr double kMessage = kFrame + 16;                // without PASID: interrupt message (with data), response
constexpr double kTranslate = kRequest + kTranslation;  // there and back

using Stages = std::map<std::string, double>;

double Serialised(double bytes) { return bytes / LinkFormat(LinkConfig{}).rate().bytes_per_second() * 1e9; }
// `packets` one after another on the link.
double OnWire(double packets, double bytes) { return packets * kWire + Serialised(bytes); }

void ExpectStages(const SeamRun& run, const Stages& expected) {
  double sum = 0;
  for (const auto& [stage, ns] : run.stages()) {
    const auto found = expected.find(stage);
    EXPECT_NEAR(ns, found == expected.end() ? 0 : found->second, 0.01) << stage;
    sum += ns;
  }
  EXPECT_NEAR(sum, run["job.latency.mean_ns"], 1e-3) << "the stages are the latency";
}

// A job that reads 64 bytes and writes its record, each of them on a page that nobody has translated.
Stages ColdRead() {
  constexpr double kReads = 4 + 4 + 4;  // root, context, PASID directory and entry, once; four levels each
  return {{"submit", kEnqcmd},
          {"port", kDown + kRound + kRound + kRound + kUp},
          {"link_wire", OnWire(8, kDmwr + 2 * kTranslate + kRequest + kData + kRecord)},
          {"arbitration", kAccept + kDispatch},
          {"engine", kSetup + kEnd},
          {"atc", 2 * kAtcLookup},
          {"iotlb", 2 * kIotlbLookup},
          {"walk", 2 * (kWalkSetup + kWalkCaches) + kReads * kStep},
          {"walk_memory", kReads * kDram},
          {"memory", 2 * kDram},
          {"completion", kPoll}};
}

// `more` is added to what stands there.
Stages With(Stages stages, const Stages& more) {
  for (const auto& [stage, ns] : more) stages[stage] += ns;
  return stages;
}

const std::string kOneJob = "run.job_limit=1";

TEST(Seam, AnatomyOfAColdRead) { ExpectStages(SeamRun({kOneJob}), ColdRead()); }

// The second of two jobs finds everything: the mean of both, twice, less the first.
TEST(Seam, AnatomyOfAWarmRead) {
  const SeamRun first({kOneJob});
  const SeamRun both({"run.job_limit=2"});
  Stages warm = ColdRead();
  warm["iotlb"] = warm["walk"] = warm["walk_memory"] = 0;
  warm["port"] = kDown + kRound + kUp;
  warm["link_wire"] = OnWire(4, kDmwr + kRequest + kData + kRecord);
  for (const auto& [stage, ns] : both.stages()) {
    EXPECT_NEAR(2 * ns - first.stages().at(stage), warm[stage], 0.02) << stage;
  }
}

TEST(Seam, AnatomyOfASubmissionByMovdir64b) {
  ExpectStages(SeamRun({kOneJob, Tenants("queues=[\"dedicated\"]")}),
               With(ColdRead(), {{"submit", kMovdir64b - kEnqcmd}}));
}

// Only the record is on its way: the data was written before, side by side with its translation.
TEST(Seam, AnatomyOfAWrite) {
  ExpectStages(SeamRun({kOneJob, Jobs("op=WRITE")}),
               With(ColdRead(), {{"port", -kRound}, {"memory", -kDram}, {"link_wire", -OnWire(2, kRequest + kData)}}));
}

TEST(Seam, AnatomyOfAMove) {
  const double reads = 4;  // of the page that is written
  ExpectStages(SeamRun({kOneJob, Jobs("op=MOVE")}),
               With(ColdRead(), {{"port", kRound},
                                 {"link_wire", OnWire(2, kTranslate)},
                                 {"atc", kAtcLookup},
                                 {"iotlb", kIotlbLookup},
                                 {"walk", kWalkSetup + kWalkCaches + reads * kStep},
                                 {"walk_memory", reads * kDram}}));
}

TEST(Seam, AnatomyOfAJobWithoutData) {
  ExpectStages(SeamRun({kOneJob, Jobs("op=NOOP")}),
               With(ColdRead(), {{"port", -2 * kRound},
                                 {"link_wire", -OnWire(4, kTranslate + kRequest + kData)},
                                 {"atc", -kAtcLookup},
                                 {"iotlb", -kIotlbLookup},
                                 {"walk", -(kWalkSetup + kWalkCaches + 4 * kStep)},
                                 {"walk_memory", -4 * kDram},
                                 {"memory", -kDram}}));
}

TEST(Seam, AnatomyWithoutAts) {
  ExpectStages(
      SeamRun({kOneJob}, kNoAts),
      With(ColdRead(), {{"port", -2 * kRound}, {"link_wire", -OnWire(4, 2 * kTranslate)}, {"atc", -2 * kAtcLookup}}));
}

TEST(Seam, AnatomyOfWalksByTheirTables) {
  const auto expect = [](const Overrides& space, double reads_more) {
    Overrides overrides = {kOneJob};
    overrides.insert(overrides.end(), space.begin(), space.end());
    SCOPED_TRACE(space.front());
    ExpectStages(SeamRun(overrides),
                 With(ColdRead(), {{"walk", reads_more * kStep}, {"walk_memory", reads_more * kDram}}));
  };
  expect({Space("stages=SECOND")}, 0);
  expect({Space("first_format=X86_5_LEVEL")}, 2);
  expect({Space("stages=NESTED")}, 2 * (4 * 4 + 4));  // four second-stage reads for each table and for the page
  expect({Iommu("profile=RISCV"), Iommu("device_directory_levels=2"), Iommu("process_directory_levels=3")}, 2 + 3 - 4);
}

// One translation of a large identity page serves both; its walk ends at the PASID entry.
TEST(Seam, AnatomyWithPassThrough) {
  ExpectStages(SeamRun({kOneJob, Space("stages=PASS_THROUGH")}),
               With(ColdRead(), {{"port", -kRound},
                                 {"link_wire", -OnWire(2, kTranslate)},
                                 {"iotlb", -kIotlbLookup},
                                 {"walk", -(kWalkSetup + kWalkCaches + 8 * kStep)},
                                 {"walk_memory", -8 * kDram}}));
}

TEST(Seam, AnatomyFromTheLastLevelCache) {
  ExpectStages(SeamRun({kOneJob, "nodes[name=mem0].memory.residency=ALL_LLC"}),
               With(ColdRead(), {{"memory", 2 * (kLlc - kDram)}, {"walk_memory", 12 * (kLlc - kDram)}}));
}

// The message leaves behind the record, whose translation it waits for, and waits at the root port until the record,
// which came earlier by its own look-up, is visible. A remapping entry is read.
TEST(Seam, AnatomyOfAnInterrupt) {
  const double record =
      kAtcLookup + kRound + OnWire(2, kTranslate) + kIotlbLookup + kWalkSetup + kWalkCaches + 4 * (kStep + kDram);
  const double lag = kImsLookup + Serialised(kMessage + 4 - kRecord);
  ExpectStages(SeamRun({kOneJob, Tenants("wants_interrupt=true")}),
               {{"submit", kEnqcmd},
                {"port", kDown + kRound + kRound + kUp},
                {"link_wire", OnWire(6, kDmwr + kTranslate + kRequest + kData + kMessage + 4)},
                {"arbitration", kAccept + kDispatch},
                {"engine", kSetup + kEnd},
                {"atc", kAtcLookup},
                {"iotlb", kIotlbLookup},
                {"walk", kWalkSetup + kWalkCaches + 8 * kStep},
                {"walk_memory", 8 * kDram},
                {"order_wait", record + kDram - lag},
                {"memory", kDram + kDram},
                {"interrupt", kImsLookup + kRemap + kDeliver},
                {"completion", kHandler}});
}

// Each page: an answer without access, a page request, the thread that reads the ring, a handler, the response (read
// from the invalidation queue), and a translation again.
TEST(Seam, AnatomyOfPageFaults) {
  const Overrides untouched = {kOneJob, Space("resident_fraction=0")};
  Stages faults = With(ColdRead(), {{"port", 2 * (kUp + kDown + kRound)},
                                    {"link_wire", 2 * OnWire(4, kRequest + kMessage + kPrefix + kTranslate)},
                                    {"iotlb", 2 * kIotlbLookup},
                                    {"walk", 2 * (kWalkSetup + kWalkCaches + 4 * kStep)},
                                    {"walk_memory", 2 * 4 * kDram},
                                    {"page_request", 2 * (kEnqueue + kDram)},
                                    {"page_event", 2 * kWakeup},
                                    {"page_fault", 2 * kService},
                                    {"page_response", 2 * (kDram + kExecute + kRespond)}});
  ExpectStages(SeamRun(untouched), faults);

  Overrides major = untouched;
  major.insert(major.end(),
               {Host("major_fault_fraction=1"), Host("major_fault_service={kind:CONSTANT mean_ns:70000}")});
  ExpectStages(SeamRun(major), With(faults, {{"page_fault", 2 * (70000 - kService)}}));

  // A guest's fault: the walks read its tables through the host's, all but the missing page's own address.
  Overrides guest = untouched;
  guest.insert(guest.end(), {Space("stages=NESTED"), Host("guest_fault_service={kind:CONSTANT mean_ns:3000}"),
                             Host("guest_fault_inject_ns=1100"), Host("guest_fault_respond_ns=700")});
  const double more = 2 * (16 + 4) + 2 * 16;
  ExpectStages(SeamRun(guest), With(faults, {{"page_fault", 2 * (1100 + 3000 + 700 - kService)},
                                             {"walk", more * kStep},
                                             {"walk_memory", more * kDram}}));
}

// Mapped before and unmapped after: IOTLB, device TLB and a wait, each a descriptor, whose status the driver polls.
TEST(Seam, AnatomyOfStreamingBuffers) {
  const Overrides streaming = {
      kOneJob, Tenants("mapping=STREAMING"),
      Host("driver={map_latency_ns:211 unmap_latency_ns:307 descriptor_latency_ns:17 doorbell_latency_ns:19 "
           "wait_poll_latency_ns:23}"),
      Iommu("invalidation_queue={execute_latency_ns:9}")};
  Stages without = With(ColdRead(), {{"port", -2 * kRound},
                                     {"link_wire", -OnWire(4, 2 * kTranslate)},
                                     {"atc", -2 * kAtcLookup},
                                     {"map", 211},
                                     {"unmap", 307 + 2 * 17 + 19},
                                     {"invalidate_wait", kDram + 2 * 9 + kDram + 23}});
  ExpectStages(SeamRun(streaming, kNoAts), without);
  Overrides device = streaming;
  device.push_back(Atc("invalidation_latency_ns=33"));
  const double there = kDown + OnWire(1, kMessage + 4 + 8);  // with PASID and the range
  const double back = kUp + OnWire(1, kMessage);
  ExpectStages(SeamRun(device),
               With(ColdRead(), {{"map", 211},
                                 {"unmap", 307 + 3 * 17 + 19},
                                 {"invalidate_wait", kDram + 2 * 9 + there + 33 + back + kDram + 23}}));
}

}  // namespace
}  // namespace siov::seam

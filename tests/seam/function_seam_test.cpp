// SPDX-License-Identifier: Apache-2.0
// Functions and their memory in whole platforms (docs/requirements/siov.md).
#include <gmock/gmock.h>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

// Where enumeration puts the portals of the one device, and so many bytes from a tenant's source to its destination.
constexpr unsigned long long kPortals = 0x4000'0000'0000, kToDestination = 0x20'0000;

// A tenant of a device whose addresses are the host's, at `base`, beside one of ordinary pages.
SeamRun Beside(const std::string& op, unsigned long long base, const char* file = kSeam,
               const std::string& device = "endpoint: \"dsa0\" queues: \"shared\"") {
  const std::string jobs = " jobs { op: " + op + " size_bytes: 64 }";
  return SeamRun({"workload.tenant_classes=[{name: \"intruder\" " + device +
                      " pattern: SEQUENTIAL working_set_bytes: 4096 base_address: " + std::to_string(base) + jobs +
                      " address_space { stages: PASS_THROUGH }}, {name: \"victim\" " + device + jobs + "}]",
                  "run.job_limit=32"},
                 file);
}

// Each of the intruder's jobs makes one access, so as many fail as were blocked: the victim's are others.
void ExpectTheIntruderAloneToFail(const SeamRun& run, const std::string& where = "dsa0.port.own_memory_refused") {
  EXPECT_EQ(run["job.completed"], 32);
  EXPECT_GE(run["job.failed"], 8);
  EXPECT_LE(run["job.failed"], 24);
  EXPECT_EQ(run[where], run["job.failed"]);
}

TEST(Conformance, SIOV_22_ReadsOfTheFunctionsRegistersNeverLeaveTheDevice) {
  const SeamRun run = Beside("READ", kPortals);
  ExpectTheIntruderAloneToFail(run);
}

TEST(Conformance, SIOV_22_WritesToTheFunctionsRegistersNeverLeaveTheDevice) {
  const SeamRun run = Beside("WRITE", kPortals - kToDestination);
  ExpectTheIntruderAloneToFail(run);
}

// Without ATS only the root complex learns what an address means.
TEST(Conformance, SIOV_22_UntranslatedReadsDoNotComeBackByTheRootComplex) {
  const SeamRun run = Beside("READ", kPortals, kNoAts);
  ExpectTheIntruderAloneToFail(run, "iommu0.iotlb.peer_refused");
  EXPECT_EQ(run.faults("faults"), 0) << "no fault of translation";
}

TEST(Conformance, SIOV_22_UntranslatedWritesDoNotComeBackByTheRootComplex) {
  const SeamRun run = Beside("WRITE", kPortals - kToDestination, kNoAts);
  ExpectTheIntruderAloneToFail(run, "iommu0.iotlb.peer_refused");
  EXPECT_EQ(run.iotlb("dropped_writes"), run.iotlb("peer_refused"));
}

TEST(PeerToPeer, ThroughTheRootComplexIsRefusedBetweenDevicesToo) {
  const std::string other = "endpoint: \"dsa1\" queues: \"shared1\"";
  ExpectTheIntruderAloneToFail(Beside("READ", kPortals, kTwoDevices, other), "rp1.peer_refused");
  ExpectTheIntruderAloneToFail(Beside("WRITE", kPortals - kToDestination, kTwoDevices, other), "rp1.peer_refused");
}

TEST(Conformance, SIOV_22_WhatNoBarClaimsIsNotBlocked) {
  const SeamRun run = Beside("READ", kPortals + kToDestination);
  EXPECT_EQ(run["job.failed"], 0);
  EXPECT_EQ(run["dsa0.port.own_memory_refused"], 0);
}

}  // namespace
}  // namespace siov::seam

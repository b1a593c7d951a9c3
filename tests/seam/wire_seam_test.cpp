// SPDX-License-Identifier: Apache-2.0
// The wire in whole platforms (docs/requirements/pcie.md): classes, sizes, completions, tags, credits, time-outs,
// rates.
#include <gtest/gtest.h>

#include <string>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

// A device that does what its jobs say without being told by software, as fast as it can.
Overrides OwnJobs(const std::string& jobs, const Overrides& more = {}) {
  Overrides all = {Tenants("origin=DEVICE"), Tenants("queues=[\"dedicated\"]"), Tenants("queue_depth=64"),
                   Tenants("jobs=[" + jobs + "]"), Device("engine.jobs_per_engine=64")};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// One packet a job: `access` at once.
Overrides Packet(const std::string& access) {
  return OwnJobs("{op:PACKET accesses:[{" + access + "}]}",
                 {Device("engine.read_buffers=0"), Tenants("pattern=UNIFORM")});
}

double Rate(const SeamRun& run, const std::string& counted) {  // a second
  return run.link(counted) * run["job.throughput_per_s"] / run["job.completed"];
}

// --- Requests and completions ----------------------------------------------------------------------------------------

// Those of a shared queue, which are deferrable writes, wait 100 us for credits; those of a dedicated one do not.
TEST(Conformance, PCIE_01_WritesProceedWhereDeferrableWritesLackCreditsOnAPlatform) {
  const auto run = [](const char* nonposted_headers) {
    return SeamRun(
        {"workload.tenant_classes=[{name:\"shared\" tenants:4 endpoint:\"dsa0\" queues:\"shared\" "
         "jobs {op:READ size_bytes:64}}, {name:\"own\" endpoint:\"dsa0\" queues:\"dedicated\" "
         "jobs {op:READ size_bytes:64}}]",
         "run={seed: 1 duration_us: 1000}", Link("credit_return_ns=100000"),
         Link(std::string("downstream.nonposted_header=") + nonposted_headers)});
  };
  const SeamRun blocked = run("1");
  const SeamRun open = run("0");
  EXPECT_GE(blocked["dsa0.swq_arbiter.shared.accepted"], 9);
  EXPECT_LE(blocked["dsa0.swq_arbiter.shared.accepted"], 11);
  EXPECT_GT(open["dsa0.swq_arbiter.shared.accepted"], 1000);
  EXPECT_GT(blocked["dsa0.swq_arbiter.dedicated.accepted"], 0.9 * open["dsa0.swq_arbiter.dedicated.accepted"]);
}

TEST(Conformance, PCIE_02_RequestsEndAtPagesAndAtTheMaximumPayloadOnAPlatform) {
  const SeamRun run(Packet("op:WRITE size_bytes:10240 offset_bytes:3968"));
  run.ExpectJobs(16);
  EXPECT_EQ(run.link("upstream_data_bytes"), 16 * 10240);
  EXPECT_EQ(run.link("upstream_posted_tlps"), 16 * 41) << "128 bytes, 39 of 256, and 128";
}

// 240 bytes up to a boundary, 256, 16.
TEST(Conformance, PCIE_03_CompletionsOfAReadEndOnTheBoundaryOnAPlatform) {
  const SeamRun run(Packet("op:READ size_bytes:512 offset_bytes:4112"), kNoAts);
  run.ExpectJobs(16);
  EXPECT_EQ(run.link("downstream_completion_tlps"), 16 * 3);
  EXPECT_EQ(run.link("downstream_data_bytes"), 16 * 512);
}

// 64 bytes x 32 in flight / 1 us, which is what one at a time takes.
TEST(Conformance, PCIE_04_TagsBoundTheRateOnAPlatform) {
  const auto run = [](const char* tags) {
    Overrides all = OwnJobs("{op:READ size_bytes:64}",
                            {Link("propagation_ns=386"), Tenants("working_set_bytes=4096"), "run.job_limit=20000"});
    all.push_back(Device("engine.setup_latency_ns=1"));
    all.push_back(Device("engine.completion_latency_ns=1"));
    all.push_back(Device(std::string("port.tags=") + tags));
    return SeamRun(all, kNoAts);
  };
  EXPECT_NEAR(Rate(run("1"), "downstream_data_bytes"), 64e6, 64e6 * 0.01);
  EXPECT_NEAR(Rate(run("32"), "downstream_data_bytes"), 2.05e9, 2.05e9 * 0.02);
}

TEST(Conformance, PCIE_05_TheSecondDeferrableWriteLeavesAfterTheCreditUpdateOnAPlatform) {
  const auto run = [](const char* data) {
    return SeamRun({Tenants("tenants=2"), "run.job_limit=2", Link("credit_return_ns=50000"),
                    Link(std::string("downstream.nonposted_data=") + data)});
  };
  const double with_update = run("4")["job.latency.max_ns"];
  EXPECT_GT(with_update, 50'000);
  EXPECT_LT(with_update, 53'000);
  EXPECT_LT(run("8")["job.latency.max_ns"], 5'000) << "room for both";
}

// --- What goes wrong -------------------------------------------------------------------------------------------------

// Memory is slower than the device's patience: every read fails and nothing else does, and what comes late is dropped.
TEST(Conformance, PCIE_08_ReadsOfASlowMemoryTimeOut) {
  const auto run = [](const char* timeout_us) {
    return SeamRun({"nodes[name=mem0].memory={residency: ALL_DRAM dram_latency_ns: 200000 iommu_reads: LLC}",
                    Device(std::string("port.completion_timeout_us=") + timeout_us)},
                   kNoAts);
  };
  const SeamRun patient = run("300");
  patient.ExpectJobs(16);
  EXPECT_EQ(patient["dsa0.port.completion_timeouts"], 0);
  const SeamRun impatient = run("50");
  impatient.ExpectJobs(16, 16);
  EXPECT_EQ(impatient["dsa0.port.completion_timeouts"], 16);
  EXPECT_EQ(impatient["dsa0.port.late_data"], 16);
}

TEST(Conformance, PCIE_09_TranslationRequestsAreRefusedWhereTheyAreBlocked) {
  const SeamRun blocked({Port("acs_translation_blocking=true")});
  blocked.ExpectJobs(16, 16);
  EXPECT_EQ(blocked["rp0.refused"], 1) << "a translation request; from then on the device sends none";
  EXPECT_EQ(blocked.iotlb("translation_requests"), 0);
  const SeamRun untranslated({Port("acs_translation_blocking=true")}, kNoAts);
  untranslated.ExpectJobs(16);
  EXPECT_EQ(untranslated["rp0.refused"], 0);
}

// --- Rates -----------------------------------------------------------------------------------------------------------

SeamRun Saturated(const std::string& generation, const Overrides& more = {}) {
  Overrides all = OwnJobs("{op:WRITE size_bytes:4096}",
                          {Link("generation=" + generation), Link("pasid_prefix=false"), "run.job_limit=2000"});
  all.insert(all.end(), more.begin(), more.end());
  return SeamRun(all, kNoAts);
}

// 256 of the 280 bytes of such a write are payload; with acknowledgements and credit updates less is left.
TEST(Conformance, PCIE_10_WritesGetTheirShareOfTheEncodedRateOnAPlatform) {
  const double tlps_alone = Rate(Saturated("4", {Link("dllps=false")}), "upstream_data_bytes");
  EXPECT_NEAR(tlps_alone, 31.5e9 * 256 / 280, 31.5e9 * 256 / 280 * 0.02);
  EXPECT_LT(Rate(Saturated("4"), "upstream_data_bytes"), tlps_alone * 0.95);
}

TEST(Conformance, PCIE_11_FlitsCarry236Of256BytesOnAPlatform) {
  const double flits = 64e9 * 16 / 8;
  EXPECT_NEAR(Rate(Saturated("6"), "upstream_posted_bytes") / flits, 0.922, 0.01);
}

}  // namespace
}  // namespace siov::seam

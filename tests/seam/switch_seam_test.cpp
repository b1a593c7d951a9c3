// SPDX-License-Identifier: Apache-2.0
// Devices below switches: everything that crosses a link crosses switches, too, and comes to whom it is meant for.
#include <gmock/gmock.h>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

using ::testing::HasSubstr;

const char* const kDevices[] = {"tenants", "others"};

// Both classes of two_switched.txtpb.
Overrides OfBoth(const Overrides& of_class, Overrides more = {}) {
  for (const char* name : kDevices) {
    for (const std::string& one : of_class) {
      more.push_back("workload.tenant_classes[name=" + std::string(name) + "]." + one);
    }
  }
  return more;
}

// What requests, messages and answers there are is the same with switches and without; only times differ.
void ExpectSameCounts(const SeamRun& with, const SeamRun& without, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    EXPECT_EQ(with[name], without[name]) << name;
    EXPECT_GT(with[name], 0) << name << ": it is to be seen that it comes through";
  }
}

// One job after another: each of its four packets on the way (submission, read, data, record) passes the switch, and so
// do translation requests and their answers.
TEST(Seam, ASwitchAddsItsLatencyAndItsLinkAndNothingElse) {
  const Overrides dedicated = {Tenants("queues=[\"dedicated\"]")};
  const SeamRun with(dedicated, kSwitched);
  const SeamRun without(dedicated);
  with.ExpectJobs(16);
  const double passes = 4 + 2 * without.atc("translation_requests") / 16;
  for (const auto& [stage, mean_ns] : without.stages()) {
    const double added = with.stages().at(stage) - mean_ns;
    if (stage == "port") {
      EXPECT_NEAR(added, 100 * passes, 1e-6);
    } else if (stage == "link_wire") {
      EXPECT_NEAR(added, mean_ns, 1e-6) << "a second link like the first";
    } else {
      EXPECT_NEAR(added, 0, 1e-6) << stage;
    }
  }
  EXPECT_EQ(with["sw0.upstream_requests"], with.link("upstream_posted_tlps") + with.link("upstream_nonposted_tlps"));
  EXPECT_EQ(with["sw0.downstream_completions"], with.link("downstream_completion_tlps"));
  EXPECT_EQ(with["sw0.downstream_requests"], 16);
}

TEST(Seam, TranslationsPageRequestsAndTheirAnswersPassSwitches) {
  const Overrides faulting =
      OfBoth({"tenants=16", "address_space.resident_fraction=0", "jobs[0].size_bytes=16384"}, {"run.job_limit=64"});
  const SeamRun with(faulting, kTwoSwitched);
  const SeamRun without(faulting, kTwoDevices);
  with.ExpectJobs(64);
  ExpectSameCounts(with, without,
                   {"dsa0.atc.page_requests", "dsa1.atc.page_requests", "dsa0.atc.page_responses.success",
                    "dsa1.atc.page_responses.success", "dsa0.engine.reads", "dsa1.engine.reads"});
  EXPECT_EQ(with["rp0.page_requests"], with["dsa0.atc.page_requests"] + with["dsa1.atc.page_requests"]);
  EXPECT_EQ(with["dsa0.atc.page_responses.unexpected"] + with["dsa1.atc.page_responses.unexpected"], 0);
}

TEST(Seam, InvalidationsAndTheirCompletionsPassSwitches) {
  const Overrides streaming = OfBoth({"tenants=4", "mapping=STREAMING", "jobs[0].op=MOVE"}, {"run.job_limit=128"});
  const SeamRun with(streaming, kTwoSwitched);
  const SeamRun without(streaming, kTwoDevices);
  with.ExpectJobs(128);
  EXPECT_EQ(with.queue("device_tlb"), without.queue("device_tlb"));
  EXPECT_EQ(with["dsa0.atc.invalidate_requests"] + with["dsa1.atc.invalidate_requests"], 2 * 128);
  EXPECT_GT(with["dsa0.atc.invalidate_requests"], 0);
  EXPECT_GT(with["dsa1.atc.invalidate_requests"], 0);
  EXPECT_EQ(with["dsa1.atc.invalidated_entries"], with["dsa1.atc.invalidate_requests"]) << "each found its device";
  EXPECT_EQ(with["rp0.invalidate_completions"], with.queue("invalidate_completions"));
  EXPECT_EQ(with.queue("queue_errors"), 0);
}

TEST(Seam, InterruptsStayBehindTheirRecordsThroughSwitches) {
  const Overrides slow = OfBoth({"tenants=8", "wants_interrupt=true", "jobs[0].op=WRITE", "jobs[0].size_bytes=4096"},
                                {"run.job_limit=200", "nodes[name=mem0].memory.dram_latency_ns=5000"});
  const SeamRun run(slow, kTwoSwitched);
  run.ExpectJobs(200);
  EXPECT_EQ(run["dsa0.ims.messages"] + run["dsa1.ims.messages"], 200);
  EXPECT_EQ(run["rp0.interrupts"], 200);
  EXPECT_EQ(run["host0.notifications"], 200);
  EXPECT_EQ(run["host0.early_interrupts"], 0);
  EXPECT_GT(run["rp0.message_order_wait"], 0) << "messages waited for slow writes";
}

TEST(Seam, RetriesOfDeferrableWritesFindTheirWayBack) {
  const SeamRun run(OfBoth({"tenants=40"},
                           {Device("swq_arbiter.queues[name=shared].size=2"),
                            "nodes[name=dsa1].endpoint.swq_arbiter.queues[name=shared1].size=2", "run.job_limit=400"}),
                    kTwoSwitched);
  run.ExpectJobs(400);
  EXPECT_GT(run["dsa0.swq_arbiter.shared.retries"], 100);
  EXPECT_GT(run["dsa1.swq_arbiter.shared1.retries"], 100);
  EXPECT_EQ(run["sw1.upstream_completions"],
            run["dsa1.swq_arbiter.shared1.accepted"] + run["dsa1.swq_arbiter.shared1.retries"]);
}

// Without credits above, what comes fills the switches, and then the links below wait: credits bound every buffer.
TEST(Seam, BuffersOfASwitchAreWhatItsCreditsSay) {
  Overrides load = OfBoth({"tenants=16", "jobs[0].op=WRITE", "jobs[0].size_bytes=4096"},
                          {"run.job_limit=200", "links[name=rp0-sw0].pcie.lanes=1"});
  load.push_back("links[name=sw0-sw1].pcie.upstream={posted_header:3 posted_data:48}");
  load.push_back("links[name=rp0-dsa0].pcie.upstream={posted_header:2 posted_data:32}");
  const SeamRun run(load, kTwoSwitched);
  run.ExpectJobs(200);
  EXPECT_EQ(run["sw0.upstream_queue.max"], 3 + 2 - 1) << "one of the five is on the wire";
  EXPECT_GT(run["sw0-sw1.upstream_credit_stalls"], 0);
  EXPECT_GT(run["sw1.upstream_queue.max"], 3) << "the switch below has to keep them";
  EXPECT_EQ(run["dsa0.engine.bytes_written"] + run["dsa1.engine.bytes_written"], 200 * 4096);
}

// One place for a write above the switch, whose credit is long on its way back: jobs wait for credits, not for a wire
// that is idle, and the verdict says which.
TEST(Seam, WhatWaitsInASwitchForCreditsOfTheNextLinkIsSaidToDoSo) {
  const SeamRun run(OfBoth({"tenants=8", "jobs[0].op=WRITE", "jobs[0].size_bytes=4096"},
                           {"run.job_limit=100", "links[name=rp0-sw0].pcie.credit_return_ns=5000",
                            "links[name=rp0-sw0].pcie.upstream={posted_header:1 posted_data:16}"}),
                    kTwoSwitched);
  run.ExpectJobs(100);
  EXPECT_GT(run.stages().at("link_credit_wait"), 20 * run.stages().at("link_wait"));
  EXPECT_GT(run.stages().at("link_credit_wait"), 100'000) << "seventeen writes a job at 5 us each, and others' before";
}

// As few credits of each class as its largest packet needs, on every link: all that was sent arrives, in order.
TEST(Seam, TheFewestCreditsOfEachLinkOfAHierarchyAreEnough) {
  const Overrides load = OfBoth({"tenants=8", "wants_interrupt=true", "jobs[0].op=MOVE", "jobs[0].size_bytes=4096"},
                                {"run.job_limit=100"});
  for (const char* credits : {"upstream={posted_header:1 posted_data:16 nonposted_header:1}",
                              "downstream={posted_header:1 nonposted_header:1 nonposted_data:4}"}) {
    Overrides bounded = load;
    for (const char* link : {"rp0-sw0", "rp0-dsa0", "sw0-sw1", "sw1-dsa1"}) {
      bounded.push_back("links[name=" + std::string(link) + "].pcie." + credits);
    }
    const SeamRun run(bounded, kTwoSwitched);
    run.ExpectJobs(100);
    EXPECT_EQ(run["dsa0.engine.bytes_written"] + run["dsa1.engine.bytes_written"], 100 * 4096) << credits;
    EXPECT_EQ(run["host0.notifications"], 100) << credits;
  }
}

TEST(Seam, HierarchiesThatAreNoTreesAreRefused) {
  EXPECT_THAT(Refusal({"links[name=sw1-dsa1].b=sw0"}, kSwitched),
              HasSubstr("closes a loop; a PCIe hierarchy must be a tree"));
  EXPECT_THAT(Refusal({"links[name=sw1-dsa1].a=sw0"}, kSwitched),
              HasSubstr("nodes[name=sw1]: must have at least one pcie link to an endpoint or a pcie_switch below it, "
                        "and has 0"));
  EXPECT_THAT(
      Refusal({"links[name=rp0-dsa0].a=rp0"}, kSwitched),
      HasSubstr("nodes[name=rp0]: must have exactly one pcie or on_die link to an endpoint or a pcie_switch below it, "
                "and has 2"));
  EXPECT_THAT(
      Refusal({"links[name=sw0-sw1].b=dsa1"}, kSwitched),
      ::testing::AllOf(HasSubstr("nodes[name=sw1]: must have exactly one pcie or on_die link to a root_port or a "
                                 "pcie_switch above it, and has 0"),
                       HasSubstr("nodes[name=dsa1]: must have exactly one pcie or on_die link to a root_port or a "
                                 "pcie_switch above it, and has 2")));
  EXPECT_THAT(Refusal({"links[name=rp0-iommu0].a=sw0"}, kSwitched), HasSubstr("joins a pcie_switch and an iommu"));
}

TEST(Seam, WhatASwitchCannotTellApartOrPassOnIsRefused) {
  EXPECT_THAT(Refusal({"nodes[name=dsa1].endpoint.port.requester_id=257"}, kSwitched),
              HasSubstr("the devices behind sw0-sw1 and rp0-dsa0 must have requester ids on different buses"));
  EXPECT_THAT(Refusal({"links[name=sw0-sw1].pcie.max_payload_bytes=512"}, kSwitched),
              ::testing::AllOf(HasSubstr("links[name=sw0-sw1].pcie.max_payload_bytes = 512: the link above \"sw0\" has "
                                         "256"),
                               HasSubstr("links[name=sw1-dsa1].pcie.max_payload_bytes = 256")));
  EXPECT_THAT(Refusal({"links[name=sw1-dsa1].pcie.ecrc=true"}, kSwitched), HasSubstr(".pcie.ecrc = true"));
  EXPECT_THAT(Refusal({"links[name=rp0-sw0].pcie.downstream.completion_header=16"}, kSwitched),
              HasSubstr("the buffers for completions of a link at a switch are not modelled"));
}

}  // namespace
}  // namespace siov::seam

// SPDX-License-Identifier: Apache-2.0
// ADIs that tenants have in a run (docs/requirements/siov.md), in files as users have them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/support/configured_run.h"

namespace siov {
namespace {

using testing::Configured;
using ::testing::HasSubstr;
using testing::LoadText;
using testing::RunText;

// A device of six queues. Portals are four pages of BAR 2 each.
std::string With(const std::string& types, const std::string& classes, const std::string& device = "") {
  return R"(platform_file: "configs/platforms/minimal.txtpb"
      platform { nodes { name: "dsa0" endpoint {
        swq_arbiter {
          queues { name: "swq0" size: 16 } queues { name: "dwq0" size: 16 }
          queues { name: "a0" mode: DEDICATED size: 8 } queues { name: "a1" mode: DEDICATED size: 8 }
          queues { name: "a2" mode: DEDICATED size: 8 } queues { name: "b" mode: DEDICATED size: 8 } }
        engine { jobs_per_engine: 4 }
        functions { bars { index: 2 size_bytes: 131072 } bars { index: 0 size_bytes: 1048576 wide: false
                    prefetchable: false } siov { )" +
         types + " } } " + device + " } } } workload { " + classes + " } run { seed: 1 job_limit: 240 }";
}

const char* const kThreeQueues =
    R"(adi_types { name: "three" count: 1 bar: 2 offset_bytes: 32768 messages: 3 regions { name: "portals" size_bytes: 49152 }
                   resources { kind: "queues" count: 3 } })";
const char* const kOneQueue =
    R"(adi_types { name: "one" count: 1 bar: 2 offset_bytes: 81920 regions { name: "portals" size_bytes: 16384 }
                   resources { kind: "queues" count: 1 } })";
const char* const kShare =
    R"(adi_types { name: "share" count: 100 bar: 0 shared_queue_only: true messages: 0
                   regions { name: "data" size_bytes: 12288 }
                   regions { name: "control" offset_bytes: 12288 size_bytes: 64 path: INTERCEPTED } })";

std::string Class(const std::string& name, const std::string& rest) {
  return "tenant_classes { name: \"" + name + "\" endpoint: \"dsa0\" jobs { op: MOVE size_bytes: 512 } " + rest + " } ";
}

std::vector<std::string> Refusals(const std::string& text, const std::vector<std::string>& overrides = {}) {
  std::vector<std::string> said;
  for (const Fault& fault : LoadText(text, overrides).faults) said.push_back(FormatFault(fault));
  return said;
}

TEST(Conformance, SIOV_01_FourQueuesInUseAreOfTwoAdis) {
  const Results results = RunText(With(std::string(kThreeQueues) + kOneQueue,
                                       Class("large", "adi { type: \"three\" } queue_depth: 4 wants_interrupt: true") +
                                           Class("small", "adi { type: \"one\" } wants_interrupt: true")));
  EXPECT_EQ(results.Metric("job.failed"), 0);
  ASSERT_EQ(results.adis.size(), 2u);
  double of_queues = 0;
  for (const char* queue : {"a0", "a1", "a2", "b"}) {
    const double jobs = testing::StructureOf(results, "dsa0.swq_arbiter", std::string(queue) + ".dispatches");
    EXPECT_GT(jobs, 0) << queue;
    of_queues += jobs;
    if (std::string(queue) == "b") continue;
    EXPECT_NEAR(jobs, static_cast<double>(results.adis[0].counted.jobs) / 3, 2) << "in turn";
  }
  EXPECT_EQ(results.adis[0].has.queues, 3u);
  EXPECT_NE(results.adis[0].has.adi, results.adis[1].has.adi);
  EXPECT_EQ(static_cast<double>(results.adis[0].counted.jobs + results.adis[1].counted.jobs), of_queues);
  EXPECT_EQ(static_cast<double>(results.adis[1].counted.jobs),
            testing::StructureOf(results, "dsa0.swq_arbiter", "b.dispatches"));
  EXPECT_EQ(results.adi_types[0].bytes, results.adis[0].counted.jobs * 512);
}

TEST(Conformance, SIOV_04_PasidsComeBeforeAdis) {
  const std::string text = With(kOneQueue, Class("small", "adi { type: \"one\" }"));
  EXPECT_TRUE(Refusals(text).empty());
  EXPECT_THAT(Refusals(text, {"links[name=rp0-dsa0].pcie.pasid_prefix=false"}),
              ::testing::ElementsAre(
                  HasSubstr("tenant_classes[name=small].adi: device \"dsa0\" has no ADIs to give: PASIDs have to be "
                            "enabled before ADIs, and a link to it carries none (SIOV-04)")));
}

TEST(Conformance, SIOV_04_AQueueOfItsOwnNeedsAPasidAndASharedOneDoesNot) {
  EXPECT_THAT(Refusals(With(kOneQueue, Class("small", "adi { type: \"one\" pasid: false }"))),
              ::testing::ElementsAre(
                  HasSubstr("tenant_classes[name=small].adi.pasid = false: tenant 0 of \"small\" gets no ADI of type "
                            "\"one\": an ADI with queues of its own needs a PASID before it is active (SIOV-04)")));
  const Results results =
      RunText(With(kShare, Class("share", "tenants: 3 queues: \"swq0\" adi { type: \"share\" pasid: false }")));
  EXPECT_EQ(results.Metric("job.succeeded"), 240);
  EXPECT_FALSE(results.adi_types[0].counted) << "the device cannot tell which of its ADIs a submission is of";
}

// Of two ADIs on one queue the one whose tenant reads registers of the device has the error, and no other.
TEST(Conformance, SIOV_22_TheErrorIsChargedToTheAdiThatMadeTheAccess) {
  const std::string adi = "queues: \"swq0\" adi { type: \"share\" }";
  const Results results = RunText(
      With(kShare, Class("intruder", adi + " address_space { stages: PASS_THROUGH } base_address: 0x400000000000 "
                                           "working_set_bytes: 4096") +
                       Class("victim", adi)));
  EXPECT_GT(results.adis[0].counted.jobs, 50u);
  EXPECT_EQ(results.adis[0].counted.failed, results.adis[0].counted.jobs);
  EXPECT_GT(results.adis[1].counted.jobs, 50u);
  EXPECT_EQ(results.adis[1].counted.failed, 0u);
}

std::string Hundred(int tenants) {
  return With(kShare,
              Class("share", "tenants: " + std::to_string(tenants) + " queues: \"swq0\" adi { type: \"share\" }"));
}

TEST(Conformance, SIOV_14_AdisBeyondWhatANarrowBarHoldsAreRefused) {
  EXPECT_THAT(Refusals(Hundred(100)),
              ::testing::ElementsAre(HasSubstr(
                  "tenant_classes[name=share].tenants = 100: tenant 64 of \"share\" gets no ADI of type \"share\": all "
                  "64 ADIs of type \"share\" are taken: BAR 0 of 1024 KiB has room for 64 of 100 ADIs of type "
                  "\"share\" with system pages of 4 KiB; of 32 bits, it has to lie below 4 GiB; must be at most 64 "
                  "here")));
  const Results results = RunText(Hundred(64));
  EXPECT_EQ(results.Metric("job.succeeded"), 240);
  EXPECT_EQ(testing::StructureOf(results, "dsa0.engine", "adi.in_use"), 64);
}

// Three jobs of an ADI's three queues, whose messages are masked until all of them have long ended.
TEST(Conformance, SIOV_18_AMaskedEntrySendsOneMessageForAllWhenItIsUnmasked) {
  const char* const mask = "ims { masks { at_us: 0 for_us: 50 messages: 1 } }";
  std::string types = kThreeQueues;
  types.replace(types.find("messages: 3"), 11, "messages: 1");
  const std::string classes = Class("large", "adi { type: \"three\" } queue_depth: 3 wants_interrupt: true");
  const Results results = RunText(With(types, classes, mask), {"run.job_limit=3"});
  EXPECT_TRUE(results.conservation.violations.empty());
  EXPECT_EQ(results.Metric("job.succeeded"), 3);
  EXPECT_GT(results.Metric("job.latency.min_ns"), 50'000) << "nobody is told before";
  EXPECT_LT(results.Metric("job.latency.max_ns"), 55'000);
  const auto ims = [&](const char* name) { return testing::StructureOf(results, "dsa0.ims", name); };
  EXPECT_EQ(ims("masked"), 3);
  EXPECT_EQ(ims("coalesced"), 2);
  EXPECT_EQ(ims("messages"), 1);
  EXPECT_EQ(ims("unmasked_messages"), 1);
  EXPECT_EQ(testing::StructureOf(results, "host0", "notifications"), 1);
  EXPECT_EQ(testing::StructureOf(results, "host0", "coalesced_ends"), 2);
}

// Masks come and go under load, of one entry of two: no end is lost, and the other is not kept waiting.
TEST(Conformance, SIOV_18_MasksUnderLoadLoseNoEnd) {
  const char* const masks =
      "ims { masks { at_us: 2 for_us: 30 messages: 1 } masks { at_us: 40 for_us: 30 messages: 1 } }";
  const std::string classes = Class("masked", "queues: \"dwq0\" queue_depth: 4 wants_interrupt: true") +
                              Class("open", "queues: \"a0\" queue_depth: 4 wants_interrupt: true");
  const Results results = RunText(With(kOneQueue, classes, masks));
  EXPECT_TRUE(results.conservation.violations.empty());
  EXPECT_EQ(results.Metric("job.succeeded"), 240);
  EXPECT_GT(results.Metric("class.masked.job.latency.max_ns"), 25'000);
  EXPECT_LT(results.Metric("class.open.job.latency.max_ns"), 10'000);
  EXPECT_EQ(testing::StructureOf(results, "dsa0.ims", "unmasked_messages"), 2);
  EXPECT_EQ(testing::StructureOf(results, "host0", "coalesced_ends"),
            testing::StructureOf(results, "dsa0.ims", "coalesced"));
}

TEST(AdiRun, MasksThatChangeNothingAreRefused) {
  const std::string classes = Class("one", "queues: \"a0\" wants_interrupt: true");
  EXPECT_THAT(Refusals(With(kOneQueue, classes, "ims { masks { at_us: 1 for_us: 5 first_message: 1 } }")),
              ::testing::ElementsAre(HasSubstr(
                  "nodes[name=dsa0].endpoint.ims.masks[0].first_message = 1: no tenant has this message, so nothing "
                  "would change; must be below 1")));
}

TEST(AdiRun, EachAdiHasMessagesOfItsOwn) {
  const ResolvedExperiment experiment = Configured(
      With(std::string(kThreeQueues) + kOneQueue, Class("small", "adi { type: \"one\" } wants_interrupt: true") +
                                                      Class("large", "adi { type: \"three\" } wants_interrupt: true") +
                                                      Class("plain", "queues: \"swq0\" wants_interrupt: true")));
  const std::vector<ImsEntry>& programmed = experiment.platform.endpoints[0].ims.programmed;
  ASSERT_EQ(programmed.size(), 5u);
  const std::vector<std::uint32_t> owners = {1, 2, 2, 2, 3};
  std::set<std::uint64_t> addresses;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    EXPECT_EQ(programmed[i].owner, Pasid(owners[i])) << i;
    addresses.insert(programmed[i].message.address);
  }
  EXPECT_EQ(addresses.size(), 5u);
  EXPECT_EQ(experiment.traffic.classes[2].first_handle, 4u) << "behind those of ADIs";
}

TEST(AdiRun, MessagesOfAnAdiThatPollsAreNobodyElses) {
  const ResolvedExperiment experiment =
      Configured(With(kThreeQueues, Class("large", "adi { type: \"three\" }") +
                                        Class("plain", "queues: \"swq0\" wants_interrupt: true")));
  const std::vector<ImsEntry>& programmed = experiment.platform.endpoints[0].ims.programmed;
  ASSERT_EQ(programmed.size(), 4u);
  EXPECT_FALSE(programmed[0].owner.valid()) << "nobody's work may ask for it";
  EXPECT_EQ(programmed[3].owner, Pasid(2));
}

TEST(AdiRun, ContextsOfAnAdiAreKeptForIt) {
  std::string types = kThreeQueues;
  types.insert(types.rfind('}'), " resources { kind: \"contexts\" count: 1 } ");
  const std::string classes = Class("large", "adi { type: \"three\" } queue_depth: 6") +
                              Class("crowd", "tenants: 12 queues: \"swq0\" queue_depth: 2");
  const Results kept = RunText(With(types, classes));
  EXPECT_EQ(kept.Metric("job.failed"), 0);
  EXPECT_EQ(testing::StructureOf(kept, "dsa0.engine", "adi.three.contexts.max"), 1);
  EXPECT_GT(testing::StructureOf(kept, "dsa0.engine", "adi.three.contexts.mean"), 0.9);
  EXPECT_EQ(testing::StructureOf(kept, "dsa0.engine", "contexts.max"), 4);
  types.replace(types.find("count: 1 } }", types.find("contexts")), 8, "count: 4");
  EXPECT_THAT(Refusals(With(types, classes)),
              ::testing::ElementsAre(HasSubstr(
                  "tenant_classes[name=crowd].endpoint = \"dsa0\": all 4 contexts of its engines belong to ADIs")));
}

TEST(AdiRun, WhatDoesNotFitIsRefusedByName) {
  const std::string two = "adi { type: \"one\" } tenants: 2";
  EXPECT_THAT(Refusals(With(kOneQueue, Class("small", two))),
              ::testing::ElementsAre(HasSubstr("tenant_classes[name=small].tenants = 2: tenant 1 of \"small\" gets no "
                                               "ADI of type \"one\": all 1 ADIs of type \"one\" are taken")));
  EXPECT_THAT(Refusals(With(kOneQueue, Class("small", "adi { type: \"one\" }") + Class("plain", "queues: \"b\""))),
              ::testing::ElementsAre(HasSubstr("the queues of the 1 ADIs of type \"one\" that are left are in use")));
  EXPECT_THAT(
      Refusals(With(kOneQueue, Class("small", "adi { type: \"won\" }"))),
      ::testing::ElementsAre(HasSubstr("adi.type = \"won\": must be the name of a type of ADIs of endpoint dsa0")));
  EXPECT_THAT(Refusals(With(kOneQueue, Class("small", "adi { type: \"one\" } queues: \"swq0\""))),
              ::testing::ElementsAre(HasSubstr("ADIs of type \"one\" have queues of their own; must be none")));
  EXPECT_THAT(Refusals(With(kShare, Class("share", "adi { type: \"share\" }"))),
              ::testing::ElementsAre(HasSubstr("ADIs of type \"share\" submit through shared queues alone")));
  EXPECT_THAT(Refusals(With(kShare, Class("share", "adi { type: \"share\" } queues: \"dwq0\""))),
              ::testing::ElementsAre(HasSubstr("queues[0] = \"dwq0\": ADIs of type \"share\" submit through shared")));
  EXPECT_THAT(Refusals(With(kShare, Class("share", "adi { type: \"share\" } queues: \"swq0\" wants_interrupt: true"))),
              ::testing::ElementsAre(HasSubstr("ADIs of type \"share\" have no interrupt messages")));
  EXPECT_THAT(Refusals(With(kOneQueue, Class("none", ""))),
              ::testing::ElementsAre(HasSubstr("tenant_classes[name=none].queues: needs at least one")));
}

// A queue's portals are where they are; an ADI whose pages hold others cannot have it.
TEST(AdiRun, PagesThatHoldNoPortalsOfItsQueuesAreRefused) {
  std::string types = kOneQueue;
  types.replace(types.find("81920"), 5, "98304");
  EXPECT_THAT(
      Refusals(With(types, Class("small", "adi { type: \"one\" }"))),
      ::testing::ElementsAre(HasSubstr("adi.type = \"one\": the direct registers of ADI 0 of this type hold the "
                                       "portals of 0 queues, and it takes 1")));
}

TEST(AdiRun, TwoAdisOfOnePasidOnOneSharedQueueAreRefused) {
  const std::string two = "queues: \"swq0\" adi { type: \"share\" per_tenant: 2 }";
  EXPECT_THAT(Refusals(With(kShare, Class("share", two))),
              ::testing::ElementsAre(HasSubstr(
                  "tenant_classes[name=share].adi.per_tenant = 2: tenant 0 of \"share\" has two ADIs that submit to "
                  "shared queue \"swq0\" under one PASID (1), and nothing tells them apart there; must be at most 1")));
}

}  // namespace
}  // namespace siov

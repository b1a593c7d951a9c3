// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "configs/schema/experiment.pb.h"
#include "platforms/config/defaults.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <class Message>
std::vector<std::string> Check(const std::string& text) {
  Faults faults;
  const LoadedConfig loaded = LoadConfig("x.txtpb", Message(), &faults, InlineFiles({{"x.txtpb", text}}));
  EXPECT_THAT(Sentences(faults), IsEmpty());
  ApplyDefaults(loaded.message.get());
  CheckRules(*loaded.message, loaded.places, Extent::kComplete, &faults);
  return Sentences(faults);
}

constexpr char kNodes[] = "nodes { name: 'mem0' memory {} }\nnodes { name: 'rp0' root_port {} }\n";

TEST(CheckerTest, RangePowerOfTwoAndFiniteNumbers) {
  const std::string text = std::string(kNodes) +
                           "links { name: 'l' a: 'rp0' b: 'mem0' pcie {\n"
                           "  generation: 7\n"
                           "  lanes: 3\n"
                           "  propagation_ns: nan\n"
                           "} }\n";
  EXPECT_THAT(Check<siovsim::Platform>(text),
              ElementsAre("x.txtpb:4:3: links[name=l].pcie.generation = 7: must be from 1 to 6",
                          "x.txtpb:5:3: links[name=l].pcie.lanes = 3: must be a power of two",
                          "x.txtpb:6:3: links[name=l].pcie.propagation_ns = nan: must be a finite number"));
}

TEST(CheckerTest, MissingFieldsAreReportedAtTheMessageThatLacksThem) {
  const std::string text =
      std::string(kNodes) + "links { name: 'l' b: 'mem0'\n pcie { lanes: 1 } }\nlinks { name: 'm' }";
  EXPECT_THAT(Check<siovsim::Platform>(text),
              ElementsAre("x.txtpb:3:1: links[name=l].a: is required and missing",
                          "x.txtpb:4:2: links[name=l].pcie.generation: is required and missing",
                          "x.txtpb:5:1: links[name=m].a: is required and missing",
                          "x.txtpb:5:1: links[name=m].b: is required and missing",
                          "x.txtpb:5:1: links[name=m]: needs one of pcie, fabric, on_die or socket"));
}

TEST(CheckerTest, DanglingReferencesNameTheNearest) {
  const std::string text = std::string(kNodes) + "links { name: 'l' a: 'pr0' b: 'mem0' fabric {} }";
  EXPECT_THAT(Check<siovsim::Platform>(text),
              ElementsAre("x.txtpb:3:19: links[name=l].a = \"pr0\": must be the name of a node (mem0, rp0); "
                          "did you mean \"rp0\"?"));
}

TEST(CheckerTest, ReferenceToTheWrongKindSaysWhatItIs) {
  const std::string text = std::string("platform {") + kNodes +
                           "links { name: 'l' a: 'rp0' b: 'mem0' fabric {} } }\n"
                           "workload { replay { trace_file: 't' endpoint: 'mem0' queues: 'q' } }";
  EXPECT_THAT(Check<siovsim::Experiment>(text),
              ElementsAre(HasSubstr("replay.endpoint = \"mem0\": \"mem0\" names a memory; must be the name of an "
                                    "endpoint or outside_endpoint "
                                    "(there is none)"),
                          HasSubstr("replay.queues[0] = \"q\": must be the name of a queue (there is none)")));
}

TEST(CheckerTest, OptionThatWouldBeIgnoredIsRefused) {
  const std::string text =
      "tenant_classes { name: 'a' endpoint: 'd' queues: 'q' jobs {}\n"
      "  pattern: SEQUENTIAL\n"
      "  zipf_exponent: 1.2\n"
      "  arrivals: POISSON\n"
      "  queue_depth: 4 }";
  EXPECT_THAT(Check<siovsim::Workload>(text),
              ElementsAre("x.txtpb:1:1: tenant_classes[name=a].jobs_per_second: is required and missing",
                          "x.txtpb:5:3: tenant_classes[name=a].queue_depth: has no effect here: it is used only if "
                          "arrivals is CLOSED_LOOP",
                          "x.txtpb:3:3: tenant_classes[name=a].zipf_exponent: has no effect here: it is used only if "
                          "pattern is ZIPF"));
}

TEST(CheckerTest, OfAPartOnlyTheValuesThatAreThereAreJudged) {
  siovsim::Platform platform;
  auto* link = platform.add_links();
  link->set_name("l");
  link->set_a("nowhere");
  link->mutable_pcie()->set_lanes(5);
  Faults faults;
  ApplyDefaults(&platform);
  CheckRules(platform, LocationMap(), Extent::kPart, &faults);
  EXPECT_THAT(Sentences(faults), ElementsAre("links[name=l].pcie.lanes = 5: must be a power of two"));
}

TEST(CheckerTest, WorkloadByItselfIsNotAskedForDevices) {
  EXPECT_THAT(Check<siovsim::Workload>("replay { trace_file: 't' endpoint: 'dsa0' queues: 'q' }"), IsEmpty());
}

}  // namespace
}  // namespace siov

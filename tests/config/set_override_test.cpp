// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/set_override.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "configs/schema/experiment.pb.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SetOverrideTest : public ::testing::Test {
 protected:
  SetOverrideTest() {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "platform { nodes { name: 'mem0' memory {} } nodes { name: 'dsa0' endpoint { atc { entries: 64 ways: 8 } } } }"
        "targets { metric: 'a' max: 1 } targets { metric: 'b' } run { seed: 1 }",
        &experiment_));
  }

  std::vector<std::string> Set(const std::vector<std::string>& overrides) {
    Faults faults;
    ApplyOverrides(overrides, &experiment_, &places_, &faults);
    return Sentences(faults);
  }

  const siovsim::Atc& atc() const { return experiment_.platform().nodes(1).endpoint().atc(); }

  siovsim::Experiment experiment_;
  LocationMap places_;
};

TEST_F(SetOverrideTest, SetsByNameByIndexAndThroughThePlatformByItsFullPath) {
  EXPECT_THAT(Set({"nodes[name=dsa0].endpoint.atc.entries=256"}), IsEmpty());
  EXPECT_EQ(atc().entries(), 256u);
  EXPECT_THAT(Set({"platform.nodes[1].endpoint.atc.ways=4", "targets[1].max=2.5"}), IsEmpty());
  EXPECT_EQ(atc().ways(), 4u);
  EXPECT_DOUBLE_EQ(experiment_.targets(1).max(), 2.5);
  EXPECT_EQ(places_.Find("nodes[name=dsa0].endpoint.atc.entries").file,
            "--set nodes[name=dsa0].endpoint.atc.entries=256");
}

TEST_F(SetOverrideTest, TakesEveryKindOfValue) {
  EXPECT_THAT(Set({"nodes[name=dsa0].endpoint.atc.policy=SRRIP", "nodes[name=dsa0].endpoint.atc.page_requests=false",
                   "experiment_name=two words", "nodes[name=mem0].memory.llc={entries: 1024 ways: 16}",
                   "nodes[name=dsa0].endpoint.engine.group_of_engine=[0, 1]"}),
              IsEmpty());
  EXPECT_EQ(atc().policy(), siovsim::SRRIP);
  EXPECT_FALSE(atc().page_requests());
  EXPECT_EQ(experiment_.experiment_name(), "two words");
  EXPECT_EQ(experiment_.platform().nodes(0).memory().llc().entries(), 1024u);
  EXPECT_THAT(experiment_.platform().nodes(1).endpoint().engine().group_of_engine(), ElementsAre(0u, 1u));
  EXPECT_THAT(Set({"nodes[name=dsa0].endpoint.engine.group_of_engine[0]=3"}), IsEmpty());
  EXPECT_THAT(experiment_.platform().nodes(1).endpoint().engine().group_of_engine(), ElementsAre(3u, 1u));
}

TEST_F(SetOverrideTest, OneWayOfGivingALatencyReplacesTheOther) {
  EXPECT_THAT(Set({"nodes[name=dsa0].endpoint.atc.lookup_latency_ns=3"}), IsEmpty());
  EXPECT_THAT(Set({"nodes[name=dsa0].endpoint.atc.lookup_latency_cycles=7"}), IsEmpty());
  EXPECT_FALSE(atc().has_lookup_latency_ns());
  EXPECT_DOUBLE_EQ(atc().lookup_latency_cycles(), 7);
}

TEST_F(SetOverrideTest, WholeMessageReplacesTheOldOneAndKeepsAnElementsName) {
  EXPECT_THAT(Set({"nodes[name=dsa0].endpoint.atc={entries: 16}"}), IsEmpty());
  EXPECT_FALSE(atc().has_ways());
  EXPECT_THAT(Set({"nodes[name=mem0]={memory {line_bytes: 128}}"}), IsEmpty());
  EXPECT_EQ(experiment_.platform().nodes(0).name(), "mem0");
}

TEST_F(SetOverrideTest, UnknownPathsNameTheNearest) {
  EXPECT_THAT(
      Set({"nodes[name=dsa0].endpoint.atc.entrys=1", "nodes[name=das0].endpoint.atc.ways=1", "rum.seed=1"}),
      ElementsAre(HasSubstr("no field \"entrys\" in Atc; did you mean \"entries\"?"),
                  HasSubstr("no element \"das0\" in \"nodes\"; must be one of mem0, dsa0; did you mean \"dsa0\"?"),
                  HasSubstr("no field \"rum\" in Experiment; did you mean \"run\"?")));
}

TEST_F(SetOverrideTest, WrongTypesSayWhatIsExpected) {
  EXPECT_THAT(
      Set({"run.seed=abc", "run.seed=-1", "nodes[name=dsa0].endpoint.atc.policy=LUR",
           "nodes[name=dsa0].endpoint.atc.page_requests=maybe", "nodes[name=dsa0].endpoint.atc=5", "targets=3"}),
      ElementsAre(HasSubstr("run.seed = abc: wrong type of value; must be a whole number, not negative"),
                  HasSubstr("run.seed = -1: wrong type of value"),
                  HasSubstr("must be one of LRU, TREE_PLRU, SRRIP, RANDOM, FIFO, BELADY; did you mean \"LRU\"?"),
                  HasSubstr("must be true or false"), HasSubstr("must be a message in braces"),
                  HasSubstr("must be a list in brackets")));
}

TEST_F(SetOverrideTest, PathsThatLeadNowhereAreRefused) {
  EXPECT_THAT(
      Set({"targets[2].max=1", "targets.max=1", "run[0].seed=1", "run.seed.x=1", "run.seed", "run..seed=1",
           "targets[x].max=1", "nodes[name=dsa0].iommu.iotlb.entries=1", "nodes[name=mem0].memory.llc.ways=1",
           "nodes[name=dsa0].name=x", "platform_file=x", "workload={include: 'x'}"}),
      ElementsAre(HasSubstr("index out of range: \"targets\" has 2 elements"), HasSubstr("\"targets\" is a list"),
                  HasSubstr("\"run\" is not a list"), HasSubstr("\"seed\" is a value and has no fields"),
                  HasSubstr("override has no value; must be PATH=VALUE"), HasSubstr("position 5"),
                  HasSubstr("selector after \"targets\""), HasSubstr("is an endpoint, not an iommu"),
                  HasSubstr("is not present; add it as a whole"), HasSubstr("a name cannot be overridden"),
                  HasSubstr("no field \"platform_file\""), HasSubstr("cannot include files")));
}

TEST_F(SetOverrideTest, ValueCannotSmuggleInAnotherField) {
  EXPECT_THAT(Set({"run.seed=5 job_limit: 3", "experiment_name=\"a\" run { seed: 9 }"}),
              ElementsAre(HasSubstr("wrong type of value"), HasSubstr("wrong type of value")));
  EXPECT_EQ(experiment_.run().seed(), 1u);
}

TEST_F(SetOverrideTest, OverrideThatALaterOneHidesIsAFault) {
  EXPECT_THAT(Set({"run.seed=2", "run.seed=3"}), ElementsAre(HasSubstr("--set run.seed=2: has no effect")));
  EXPECT_THAT(Set({"nodes[1].endpoint.atc.ways=2", "nodes[name=dsa0].endpoint.atc={entries: 4}"}),
              ElementsAre(HasSubstr("has no effect")));
}

}  // namespace
}  // namespace siov

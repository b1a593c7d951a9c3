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
                  HasSubstr("names a file to be included"), HasSubstr("cannot include files")));
}

TEST_F(SetOverrideTest, ValueCannotSmuggleInAnotherField) {
  EXPECT_THAT(Set({"run.seed=5 job_limit: 3", "experiment_name=\"a\" run { seed: 9 }"}),
              ElementsAre(HasSubstr("wrong type of value"), HasSubstr("wrong type of value")));
  EXPECT_EQ(experiment_.run().seed(), 1u);
}

TEST_F(SetOverrideTest, EveryKindOfValueSaysExactlyWhatItMustBe) {
  const std::string node = "nodes[name=dsa0].";
  const auto said = [this](const std::string& path, const std::string& value) {
    const std::vector<std::string> sentences = Set({path + "=" + value});
    const std::string prefix = "--set " + path + "=" + value + ": " + path + " = " + value + ": ";
    if (sentences.size() != 1 || sentences[0].compare(0, prefix.size(), prefix) != 0) {
      return ::testing::PrintToString(sentences);
    }
    return sentences[0].substr(prefix.size());
  };
  const std::string wrong = "wrong type of value; must be ";
  EXPECT_EQ(said("run.seed", "x"), wrong + "a whole number, not negative, in the range of its type");
  EXPECT_EQ(said("run.seed", "18446744073709551616"), wrong + "a whole number, not negative, in the range of its type");
  EXPECT_EQ(said("run.warmup_us", "x"), wrong + "a number");
  EXPECT_EQ(said("run.warmup_us", "1 2"), wrong + "a number");
  EXPECT_EQ(said("run.shuffle_elaboration", "x"), wrong + "true or false");
  EXPECT_EQ(said("experiment_name", "'x"), wrong + "a string of UTF-8 text");
  EXPECT_EQ(said("run", "x"), wrong + "a message in braces, {...}");
  EXPECT_EQ(said("run", "{} {}"), "Expected identifier, got: {");
  EXPECT_EQ(said("targets", "x"), wrong + "a list in brackets, [...]");
  EXPECT_EQ(said("targets[0]", "x"), wrong + "a message in braces, {...}");
  EXPECT_EQ(said("targets[0]", "[]"), wrong + "a message in braces, {...}");
  EXPECT_EQ(said("targets[0]", "[{}, {}]"), wrong + "a message in braces, {...}");
  EXPECT_EQ(said(node + "endpoint.atc.policy", "LUR"),
            wrong + "one of LRU, TREE_PLRU, SRRIP, RANDOM, FIFO, BELADY; did you mean \"LRU\"?");
  EXPECT_EQ(said(node + "endpoint.atc.policy", "xyzzyxyz"),
            wrong + "one of LRU, TREE_PLRU, SRRIP, RANDOM, FIFO, BELADY");
}

// "wrong type of value; must be a message in braces" was said of a message in braces.
TEST_F(SetOverrideTest, WhatIsWrongInsideOfBracketsIsSaidAndAllOfIt) {
  EXPECT_THAT(
      Set({"nodes[name=dsa0].endpoint.atc={entrys: 4 ways: many policy: LUR}", "targets=[{metric: 'a' max: few}, 3]"}),
      ElementsAre(
          "--set nodes[name=dsa0].endpoint.atc={entrys: 4 ways: many policy: LUR}: "
          "nodes[name=dsa0].endpoint.atc = {entrys: 4 ways: many policy: LUR}: Expected integer, got: many",
          "--set nodes[name=dsa0].endpoint.atc={entrys: 4 ways: many policy: LUR}: "
          "nodes[name=dsa0].endpoint.atc = {entrys: 4 ways: many policy: LUR}: policy has no value LUR; must be "
          "one of LRU, TREE_PLRU, SRRIP, RANDOM, FIFO, BELADY; did you mean \"LRU\"?",
          "--set nodes[name=dsa0].endpoint.atc={entrys: 4 ways: many policy: LUR}: "
          "nodes[name=dsa0].endpoint.atc = {entrys: 4 ways: many policy: LUR}: Message type \"siovsim.Atc\" has "
          "no field named \"entrys\"; did you mean \"entries\"?",
          "--set targets=[{metric: 'a' max: few}, 3]: targets = [{metric: 'a' max: few}, 3]: Expected double, "
          "got: few",
          "--set targets=[{metric: 'a' max: few}, 3]: targets = [{metric: 'a' max: few}, 3]: Expected \"{\", "
          "found \"3\""));
  EXPECT_EQ(experiment_.targets_size(), 2) << "nothing of it was set";
}

// Nobody looked at the names inside of an override: two nodes went by one.
TEST_F(SetOverrideTest, NamesInsideOfAnOverrideMustBeLegalAndUnique) {
  const std::string twice = "nodes=[{name: 'a' memory {}}, {name: 'a' memory {}}]";
  EXPECT_THAT(Set({twice}), ElementsAre("--set " + twice + ": nodes[name=a]: is declared twice"));
  const std::string queues = "nodes[name=dsa0]={endpoint {swq_arbiter {queues {name: '0'} queues {}}}}";
  EXPECT_THAT(Set({queues}),
              ElementsAre(HasSubstr("nodes[0].endpoint.swq_arbiter.queues[name=0].name = 0: must be a name"),
                          HasSubstr("nodes[0].endpoint.swq_arbiter.queues[1].name: must be a name")));
  EXPECT_EQ(experiment_.platform().nodes(1).endpoint().atc().entries(), 64u) << "nothing of it was set";
}

TEST_F(SetOverrideTest, AnElementKeepsItsNameAndTakesNoOther) {
  EXPECT_THAT(Set({"nodes[name=mem0]={name: 'mem0' memory {line_bytes: 32}}"}), IsEmpty());
  EXPECT_EQ(experiment_.platform().nodes(0).memory().line_bytes(), 32u);
  EXPECT_THAT(Set({"nodes[name=mem0]={name: 'mem1' memory {line_bytes: 16}}"}),
              ElementsAre(HasSubstr("a name cannot be overridden")));
  EXPECT_EQ(experiment_.platform().nodes(0).memory().line_bytes(), 32u);
  EXPECT_THAT(Set({"nodes[1].name=x"}),
              ElementsAre("--set nodes[1].name=x: nodes[1].name: a name cannot be overridden"));
  EXPECT_EQ(experiment_.platform().nodes(1).name(), "dsa0");
  EXPECT_THAT(Set({"nodes[name=mem0]={name: '0'}"}), ElementsAre(HasSubstr("nodes[name=0].name = 0: must be a name")));
  EXPECT_THAT(Set({"nodes=[{memory {}}]"}), ElementsAre(HasSubstr("nodes[0].name: must be a name")));
  EXPECT_THAT(Set({"targets[1]={metric: 'c' min: 1}"}), IsEmpty());
  EXPECT_EQ(experiment_.targets(1).ShortDebugString(), "metric: \"c\" min: 1");
  EXPECT_EQ(experiment_.targets(0).metric(), "a");
}

TEST_F(SetOverrideTest, FilesAreNamedByFilesOnlyAtWhateverDepth) {
  EXPECT_THAT(Set({"workload={include: 'x'}", "nodes[name=dsa0]={include: 'x'}",
                   "platform={nodes {name: 'a'} nodes {name: 'b' include: 'x'}}", "platform_file=x"}),
              ElementsAre("--set workload={include: 'x'}: workload: an override cannot include files",
                          HasSubstr("nodes[name=dsa0]: an override cannot include files"),
                          HasSubstr("platform: an override cannot include files"),
                          HasSubstr("names a file to be included, which only a file can do")));
  EXPECT_THAT(Set({"platform={nodes {name: 'a' memory {}}}"}), IsEmpty());
}

TEST_F(SetOverrideTest, StringsAreTakenAsTheyAreOrAsQuoted) {
  const auto name = [this](const std::string& value) {
    EXPECT_THAT(Set({"experiment_name=" + value}), IsEmpty()) << value;
    return experiment_.experiment_name();
  };
  EXPECT_EQ(name(""), "");
  EXPECT_EQ(name("a b"), "a b");
  EXPECT_EQ(name("a\"b\\c"), "a\"b\\c");
  EXPECT_EQ(name("'a b'"), "a b");
  EXPECT_EQ(name("\"a\\\"b\""), "a\"b");
  EXPECT_EQ(name("a=b[c"), "a=b[c");
  EXPECT_EQ(name("it's"), "it's");
}

TEST_F(SetOverrideTest, ListsAreReplacedAsAWholeAndMayBecomeEmpty) {
  EXPECT_THAT(Set({"targets=[]"}), IsEmpty());
  EXPECT_EQ(experiment_.targets_size(), 0);
  const std::string groups = "nodes[1].endpoint.engine.group_of_engine";
  EXPECT_THAT(Set({groups + "=[4, 5, 6]"}), IsEmpty());
  EXPECT_THAT(Set({groups + "[1]=7"}), IsEmpty());
  EXPECT_THAT(experiment_.platform().nodes(1).endpoint().engine().group_of_engine(), ElementsAre(4u, 7u, 6u));
  EXPECT_THAT(Set({groups + "[2]=[]"}), ElementsAre(HasSubstr("wrong type of value; must be a whole number")));
  EXPECT_THAT(Set({groups + "[2]=[8, 9]"}), ElementsAre(HasSubstr("wrong type of value")));
  EXPECT_EQ(places_.Find(groups + "[0]").file, "") << "that of the index only";
  EXPECT_EQ(places_.Find("nodes[name=dsa0].endpoint.engine.group_of_engine[1]").file, "--set " + groups + "[1]=7");
}

TEST_F(SetOverrideTest, ListsOfStringsAreSetAsAWholeAndByElement) {
  experiment_.mutable_workload()->add_tenant_classes()->set_name("t");
  EXPECT_THAT(Set({"tenant_classes[0].queues=['a', \"b\"]", "tenant_classes[name=t].queues[0]=c"}), IsEmpty());
  EXPECT_THAT(experiment_.workload().tenant_classes(0).queues(), ElementsAre("c", "b"));
  EXPECT_THAT(Set({"tenant_classes[0].queues=a"}), ElementsAre(HasSubstr("must be a list in brackets, [...]")));
  EXPECT_THAT(Set({"tenant_classes[0].address_space={}"}), IsEmpty()) << "is of no choice";
}

TEST_F(SetOverrideTest, WhatANodeIsCannotBeOverriddenByItsPart) {
  EXPECT_THAT(Set({"nodes[name=mem0].iommu={}"}),
              ElementsAre("--set nodes[name=mem0].iommu={}: nodes[name=mem0].iommu: is a memory, not an iommu"));
  EXPECT_THAT(Set({"nodes[name=mem0].memory={}"}), IsEmpty());
  experiment_.mutable_platform()->add_nodes()->set_name("new");
  EXPECT_THAT(Set({"nodes[name=new].iommu={}"}), IsEmpty());
  EXPECT_TRUE(experiment_.platform().nodes(2).has_iommu());
}

TEST_F(SetOverrideTest, TheFirstEqualsSignOutsideOfBracketsPartsPathFromValue) {
  EXPECT_THAT(Set({"nodes[name=dsa0]"}),
              ElementsAre("--set nodes[name=dsa0]: override has no value; must be PATH=VALUE"));
  EXPECT_THAT(Set({""}), ElementsAre("--set : override has no value; must be PATH=VALUE"));
  EXPECT_THAT(Set({"=3"}), ElementsAre("--set =3: path needs a field name at position 1"));
  EXPECT_THAT(Set({"run.seed="}), ElementsAre(HasSubstr("run.seed: wrong type of value")));
}

TEST_F(SetOverrideTest, AnOverrideForgetsThePlacesOfWhatItReplaces) {
  for (const char* path : {"nodes[name=dsa0].endpoint.atc", "nodes[name=dsa0].endpoint.atc.ways", "run.seed"}) {
    places_.Set(path, {"f", 1, 1});
  }
  EXPECT_THAT(Set({"nodes[name=dsa0].endpoint.atc={entries: 4}"}), IsEmpty());
  EXPECT_EQ(places_.Find("nodes[name=dsa0].endpoint.atc.ways").file,
            "--set nodes[name=dsa0].endpoint.atc={entries: 4}");
  EXPECT_EQ(places_.Find("run.seed").file, "f");
}

TEST_F(SetOverrideTest, OverrideThatALaterOneHidesIsAFault) {
  EXPECT_THAT(Set({"run.seed=2", "run.seed=3"}),
              ElementsAre("--set run.seed=2: has no effect: \"--set run.seed=3\" sets it again"));
  EXPECT_THAT(Set({"nodes[1].endpoint.atc.ways=2", "nodes[name=dsa0].endpoint.atc={entries: 4}"}),
              ElementsAre(HasSubstr("atc.ways=2: has no effect")));
  EXPECT_THAT(Set({"targets[0].max=2", "targets=[]"}), ElementsAre(HasSubstr("targets[0].max=2: has no effect")));
  EXPECT_THAT(Set({"run.job_limit=1", "run.slice_us=1", "nodes[1].endpoint.atc.entries=8",
                   "nodes[1].endpoint.atc.lookup_latency_ns=8"}),
              IsEmpty());
}

// "llc" begins "llc_slices" and is no part around it.
TEST_F(SetOverrideTest, AFieldWhoseNameBeginsAlikeHidesNone) {
  EXPECT_THAT(Set({"nodes[0].clock=a", "nodes[1].clock=b"}), IsEmpty());
  EXPECT_THAT(Set({"nodes[0].memory.llc_slices=2", "nodes[0].memory.llc={entries: 8}"}), IsEmpty());
  EXPECT_THAT(Set({"nodes[name=dsa0].endpoint.atc={}", "nodes[name=dsa0].endpoint.atc.ways=3"}), IsEmpty())
      << "a part of what was set before";
}

}  // namespace
}  // namespace siov

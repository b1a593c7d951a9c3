// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/field_path.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "configs/schema/sweep.pb.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A path taken apart: name, name[#3], name[key=value], joined by blanks; or what is wrong with it.
std::string Parsed(const std::string& path) {
  std::vector<PathStep> steps = {{"left", false, "", "", -1}};  // of an earlier path
  std::string why_not;
  if (!ParsePath(path, &steps, &why_not)) return why_not;
  std::string text;
  for (const PathStep& step : steps) {
    text += (text.empty() ? "" : " ") + step.name;
    if (!step.selects) continue;
    text += step.key.empty() ? "[#" + std::to_string(step.index) + "]" : "[" + step.key + "=" + step.key_value + "]";
  }
  return text;
}

TEST(ParsePathTest, TakesNamesIndicesAndKeys) {
  EXPECT_EQ(Parsed("a"), "a");
  EXPECT_EQ(Parsed("run.seed"), "run seed");
  EXPECT_EQ(Parsed("_a9.B_c"), "_a9 B_c");
  EXPECT_EQ(Parsed("a[0]"), "a[#0]");
  EXPECT_EQ(Parsed("a[12].b[name=x-1].c"), "a[#12] b[name=x-1] c");
  EXPECT_EQ(Parsed("a[999999999]"), "a[#999999999]");
  EXPECT_EQ(Parsed("a[n=b=c]"), "a[n=b=c]");
  EXPECT_EQ(Parsed("a[n=[]"), "a[n=[]");
}

TEST(ParsePathTest, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(Parsed(""), "path needs a field name at position 1");
  EXPECT_EQ(Parsed(".a"), "path needs a field name at position 1");
  EXPECT_EQ(Parsed("a."), "path needs a field name at position 3");
  EXPECT_EQ(Parsed("ab..c"), "path needs a field name at position 4");
  EXPECT_EQ(Parsed("[0]"), "path needs a field name at position 1");
  EXPECT_EQ(Parsed("a b"), "path has an unexpected character at position 2");
  EXPECT_EQ(Parsed("a[0]b"), "path has an unexpected character at position 5");
  EXPECT_EQ(Parsed("a[0][1]"), "path has an unexpected character at position 5");
  EXPECT_EQ(Parsed("a-b"), "path has an unexpected character at position 2");
  for (const char* wrong :
       {"a[", "a[]", "a[1", "a[x]", "a[-1]", "a[1 ]", "a[=x]", "a[name=]", "a[=]", "a[1000000000]"}) {
    EXPECT_EQ(Parsed(wrong), "selector after \"a\" must be [NUMBER] or [name=NAME]") << wrong;
  }
}

class FindFieldTest : public ::testing::Test {
 protected:
  FindFieldTest() {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "platform { nodes { name: 'mem0' memory {} }"
        " nodes { name: 'dsa0' endpoint { engine { group_of_engine: [4, 5] } } } nodes { clock: 'c' } }"
        " targets { metric: 'a' } targets { metric: 'b' }",
        &experiment_));
  }

  // Canonical path, what it is a field of, and the element; or the fault.
  std::string Find(const std::string& path) { return FindIn(&experiment_, path); }
  static std::string FindIn(google::protobuf::Message* root, const std::string& path) {
    FieldTarget target;
    Faults faults;
    const bool found = FindField(root, path, {"f", 2, 3}, &target, &faults);
    EXPECT_EQ(found, faults.empty());
    if (!found) return faults.size() == 1 ? FormatFault(faults[0]) : "not one fault";
    return target.canonical + " of " + target.parent->GetDescriptor()->name() + "." + target.field->name() +
           (target.index < 0 ? "" : " #" + std::to_string(target.index));
  }

  siovsim::Experiment experiment_;
};

TEST_F(FindFieldTest, LeadsToFieldsElementsAndBelow) {
  EXPECT_EQ(Find("run.seed"), "run.seed of Run.seed");
  EXPECT_EQ(Find("run"), "run of Experiment.run");
  EXPECT_EQ(Find("platform"), " of Experiment.platform");
  EXPECT_EQ(Find("nodes"), "nodes of Platform.nodes");
  EXPECT_EQ(Find("platform.nodes"), "nodes of Platform.nodes");
  EXPECT_EQ(Find("nodes[name=dsa0]"), "nodes[name=dsa0] of Platform.nodes #1");
  EXPECT_EQ(Find("nodes[1]"), "nodes[name=dsa0] of Platform.nodes #1");
  EXPECT_EQ(Find("nodes[0].memory.line_bytes"), "nodes[name=mem0].memory.line_bytes of Memory.line_bytes");
  EXPECT_EQ(Find("nodes[2].clock"), "nodes[2].clock of Node.clock");
  EXPECT_EQ(Find("targets[1].max"), "targets[1].max of Target.max");
  EXPECT_EQ(Find("nodes[1].endpoint.engine.group_of_engine[1]"),
            "nodes[name=dsa0].endpoint.engine.group_of_engine[1] of Engine.group_of_engine #1");
  EXPECT_EQ(Find("nodes[1].endpoint.atc"), "nodes[name=dsa0].endpoint.atc of Endpoint.atc");
  siovsim::Sweep sweep;
  EXPECT_EQ(FindIn(&sweep, "workload.replay"), "replay of Workload.replay") << "two levels left out";
  EXPECT_EQ(FindIn(&sweep, "tenant_classes"), "tenant_classes of Workload.tenant_classes");
}

TEST_F(FindFieldTest, FaultsNameThePlaceAndThePath) {
  EXPECT_EQ(Find("run.sede"), "f:2:3: run.sede: no field \"sede\" in Run; did you mean \"seed\"?");
  EXPECT_EQ(Find("notes"), "f:2:3: notes: no field \"notes\" in Experiment; did you mean \"nodes\"?");
  EXPECT_EQ(Find("nodes[0].memory.frobnicate"), "f:2:3: nodes[0].memory.frobnicate: no field \"frobnicate\" in Memory");
  EXPECT_EQ(Find("run..seed"), "f:2:3: run..seed: path needs a field name at position 5");
  EXPECT_EQ(Find("run.seed.x"), "f:2:3: run.seed.x: \"seed\" is a value and has no fields");
  EXPECT_EQ(Find("targets.max"), "f:2:3: targets.max: \"targets\" is a list; select an element with [name=...] or [0]");
  EXPECT_EQ(Find("run[0].seed"), "f:2:3: run[0].seed: \"run\" is not a list, so [...] selects nothing");
}

TEST_F(FindFieldTest, ElementsThatDoNotExistAreNamed) {
  EXPECT_EQ(Find("targets[2].max"), "f:2:3: targets[2].max: index out of range: \"targets\" has 2 elements");
  EXPECT_EQ(Find("nodes[3]"), "f:2:3: nodes[3]: index out of range: \"nodes\" has 3 elements");
  EXPECT_EQ(Find("nodes[name=das0]"),
            "f:2:3: nodes[name=das0]: no element \"das0\" in \"nodes\"; must be one of mem0, dsa0; did you mean "
            "\"dsa0\"?");
  EXPECT_EQ(Find("links[name=l0]"), "f:2:3: links[name=l0]: no element \"l0\" in \"links\" (there is none)");
  EXPECT_EQ(Find("nodes[key=dsa0]"),
            "f:2:3: nodes[key=dsa0]: elements of \"nodes\" are not selected by \"key\"; must be [name=...]");
  EXPECT_EQ(
      Find("targets[metric=a]"),
      "f:2:3: targets[metric=a]: elements of \"targets\" are not selected by \"metric\"; must be an index such as "
      "[0]");
  EXPECT_EQ(Find("nodes[1].endpoint.engine.group_of_engine[x=1]"),
            "f:2:3: nodes[1].endpoint.engine.group_of_engine[x=1]: elements of \"group_of_engine\" are not selected by "
            "\"x\"; must be an index such as [0]");
}

TEST_F(FindFieldTest, PartsThatAreNotThereAreNotMadeUp) {
  EXPECT_EQ(Find("nodes[1].iommu.iotlb.ways"), "f:2:3: nodes[1].iommu.iotlb.ways: is an endpoint, not an iommu");
  EXPECT_EQ(Find("nodes[1].memory.line_bytes"), "f:2:3: nodes[1].memory.line_bytes: is an endpoint, not a memory");
  EXPECT_EQ(Find("nodes[2].memory.line_bytes"),
            "f:2:3: nodes[2].memory.line_bytes: \"nodes[2].memory\" is not present; add it as a whole with "
            "nodes[2].memory={...}");
  EXPECT_EQ(Find("nodes[0].memory.llc.ways"),
            "f:2:3: nodes[0].memory.llc.ways: \"nodes[name=mem0].memory.llc\" is not present; add it as a whole with "
            "nodes[name=mem0].memory.llc={...}");
}

TEST_F(FindFieldTest, FilesAreNotIncludedByAPath) {
  EXPECT_EQ(Find("platform_file"), "f:2:3: platform_file: names a file to be included, which only a file can do");
  EXPECT_EQ(Find("include[0]"), "f:2:3: include[0]: names a file to be included, which only a file can do");
}

// It was created, and "platform is required and missing" became a sentence about its nodes.
TEST(FindFieldEffectTest, APathThroughTheWorkloadCreatesNoPlatform) {
  siovsim::Experiment experiment;
  FieldTarget target;
  Faults faults;
  EXPECT_TRUE(FindField(&experiment, "tenant_classes", {}, &target, &faults));
  EXPECT_FALSE(experiment.has_platform());
  EXPECT_TRUE(experiment.has_workload());
  EXPECT_FALSE(FindField(&experiment, "nowhere", {}, &target, &faults));
  EXPECT_FALSE(experiment.has_platform());
}

}  // namespace
}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "platforms/config/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "configs/schema/experiment.pb.h"
#include "tests/config/inline_files.h"

namespace siov {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Loaded {
  siovsim::Experiment experiment;
  LoadedConfig config;
  std::vector<std::string> faults;
};

Loaded Load(const std::string& file, std::map<std::string, std::string> files) {
  Loaded loaded;
  Faults faults;
  loaded.config = LoadConfig(file, siovsim::Experiment(), &faults, InlineFiles(std::move(files)));
  loaded.experiment.CopyFrom(*loaded.config.message);
  loaded.faults = Sentences(faults);
  return loaded;
}

TEST(LoaderTest, ExperimentOverridesSingleFieldsOfItsPlatformFile) {
  const Loaded loaded = Load("e/x.txtpb", {{"e/x.txtpb",
                                            "platform_file: '../p/p.txtpb'\n"
                                            "platform { nodes { name: 'dsa0' endpoint { atc { entries: 7 } } } }\n"},
                                           {"p/p.txtpb",
                                            "nodes { name: 'mem0' memory {} }\n"
                                            "nodes { name: 'dsa0' endpoint { atc { entries: 64 ways: 8 } } }\n"}});
  EXPECT_THAT(loaded.faults, IsEmpty());
  ASSERT_EQ(loaded.experiment.platform().nodes_size(), 2);
  const auto& dsa = loaded.experiment.platform().nodes(1);
  EXPECT_EQ(dsa.name(), "dsa0");
  EXPECT_EQ(dsa.endpoint().atc().entries(), 7u);
  EXPECT_EQ(dsa.endpoint().atc().ways(), 8u);
  EXPECT_FALSE(loaded.experiment.has_platform_file());
  EXPECT_THAT(loaded.config.files, ElementsAre("e/x.txtpb", "p/p.txtpb"));
}

TEST(LoaderTest, AFileIsReadAsWhatItSaysItHolds) {
  const auto said = [](const std::string& mark) {
    return Load("x.txtpb", {{"x.txtpb", "# a comment\n" + mark + "\nrun { seed: 3 }\n"}}).faults;
  };
  EXPECT_THAT(said("# proto-message: siovsim.Experiment"), IsEmpty());
  EXPECT_THAT(said("#proto-message:  Experiment\r"), IsEmpty());
  EXPECT_THAT(said("# proto-messages: siovsim.Platform"), IsEmpty()) << "another comment";
  EXPECT_THAT(
      said("# proto-message: siovsim.Experimnt"),
      ElementsAre("x.txtpb:2:1: # proto-message = siovsim.Experimnt: the file is read as a siovsim.Experiment; must "
                  "be siovsim.Experiment, or no such line; did you mean \"siovsim.Experiment\"?"));
  EXPECT_THAT(Load("x.txtpb", {{"x.txtpb", "platform_file: 'p.txtpb'"},
                               {"p.txtpb", "# proto-message: siovsim.Workload\nplatform_name: 'p'"}})
                  .faults,
              ElementsAre(HasSubstr("p.txtpb:1:1: # proto-message = siovsim.Workload: the file is read as a "
                                    "siovsim.Platform")));
}

TEST(LoaderTest, StringsAreUtf8Text) {
  const auto said = [](const std::string& text) { return Load("x.txtpb", {{"x.txtpb", text}}).faults; };
  EXPECT_THAT(said("experiment_name: 'gr\xc3\xbc\xc3\x9f'\nplatform { platform_name: '\\377' }"),
              ElementsAre("x.txtpb:2:12: platform_name = \"\\377\": must be UTF-8 text"));
  EXPECT_THAT(said("workload { replay { trace_file: '\\377.siovtrace' } }"), IsEmpty())
      << "files are named as they are";
}

TEST(LoaderTest, EveryFieldKeepsThePlaceItWasWrittenAt) {
  const Loaded loaded =
      Load("e/x.txtpb", {{"e/x.txtpb",
                          "platform_file: '../p/p.txtpb'\n"
                          "platform { nodes { name: 'dsa0' endpoint { atc { entries: 7 } } } }\n"},
                         {"p/p.txtpb", "\n nodes { name: 'dsa0'\n endpoint { atc { ways: 8 } } }\n"}});
  const Location entries = loaded.config.places.Find("nodes[name=dsa0].endpoint.atc.entries");
  EXPECT_EQ(entries.file, "e/x.txtpb");
  EXPECT_EQ(entries.line, 2);
  EXPECT_EQ(entries.column, 50);
  const Location ways = loaded.config.places.Find("nodes[name=dsa0].endpoint.atc.ways");
  EXPECT_EQ(ways.file, "p/p.txtpb");
  EXPECT_EQ(ways.line, 3);
  // A field nobody wrote is reported at the message that lacks it.
  EXPECT_EQ(loaded.config.places.Find("nodes[name=dsa0].endpoint.atc.policy").line, 2);
}

TEST(LoaderTest, PresetIsLaidUnderTheNodeThatIncludesIt) {
  const Loaded loaded =
      Load("x.txtpb", {{"x.txtpb",
                        "platform { nodes { name: 'dsa0' include: 'presets/dsa.txtpb'\n"
                        "  endpoint { engine { read_buffers: 12 } } } }\n"},
                       {"presets/dsa.txtpb", "endpoint { engine { read_buffers: 96 jobs_per_engine: 4 } }"}});
  EXPECT_THAT(loaded.faults, IsEmpty());
  const auto& engine = loaded.experiment.platform().nodes(0).endpoint().engine();
  EXPECT_EQ(engine.read_buffers(), 12u);
  EXPECT_EQ(engine.jobs_per_engine(), 4u);
  EXPECT_EQ(loaded.config.places.Find("nodes[name=dsa0].endpoint.engine.jobs_per_engine").file, "presets/dsa.txtpb");
}

TEST(LoaderTest, ListsWithoutNamesAreReplacedNotAppended) {
  const Loaded loaded = Load("x.txtpb", {{"x.txtpb", "include: 'base.txtpb' targets { metric: 'c' }"},
                                         {"base.txtpb", "targets { metric: 'a' } targets { metric: 'b' }"}});
  EXPECT_THAT(loaded.faults, IsEmpty());
  ASSERT_EQ(loaded.experiment.targets_size(), 1);
  EXPECT_EQ(loaded.experiment.targets(0).metric(), "c");
}

TEST(LoaderTest, TraceFileIsFoundFromTheFileThatNamesIt) {
  const Loaded loaded = Load("configs/e.txtpb", {{"configs/e.txtpb", "workload_file: 'w/w.txtpb'"},
                                                 {"configs/w/w.txtpb", "replay { trace_file: '../../traces/t' }"}});
  EXPECT_EQ(loaded.experiment.workload().replay().trace_file(), "traces/t");
}

// What a file names by itself lies above what the files it extends have named.
TEST(LoaderTest, APlatformFileLiesOverThatOfAnIncludedExperiment) {
  const Loaded loaded = Load("x.txtpb", {{"x.txtpb", "include: 'base.txtpb' platform_file: 'new.txtpb'"},
                                         {"base.txtpb", "platform_file: 'old.txtpb'"},
                                         {"new.txtpb", "platform_name: 'new' links { name: 'l' fabric {} }"},
                                         {"old.txtpb", "platform_name: 'old' links { name: 'l' pcie {} }"}});
  EXPECT_THAT(loaded.faults, IsEmpty());
  EXPECT_EQ(loaded.experiment.platform().platform_name(), "new");
  EXPECT_TRUE(loaded.experiment.platform().links(0).has_fabric());
}

TEST(LoaderTest, CycleOfFilesIsNamed) {
  const Loaded loaded = Load("a.txtpb", {{"a.txtpb", "include: 'b.txtpb'"}, {"b.txtpb", "\ninclude: 'a.txtpb'"}});
  EXPECT_THAT(loaded.faults, ElementsAre("b.txtpb:2:1: file includes itself: a.txtpb -> b.txtpb -> a.txtpb"));
}

TEST(LoaderTest, MissingAndEmptyFilesAreFaultsOfTheLineThatNamesThem) {
  const Loaded loaded = Load(
      "a.txtpb", {{"a.txtpb", "platform_file: 'none.txtpb'\nworkload_file: 'empty.txtpb'"}, {"empty.txtpb", " \n"}});
  EXPECT_THAT(loaded.faults, ElementsAre("a.txtpb:1:1: cannot read \"none.txtpb\": No such file or directory",
                                         "empty.txtpb: file is empty"));
}

TEST(LoaderTest, AnUnknownEnumerationValueHidesNothingBelowItAndItsLegalValuesAreListed) {
  const Loaded loaded = Load("a.txtpb", {{"a.txtpb",
                                          "platform { nodes { name: 'iommu0' iommu { profile: VTX entrys: 1 } }\n"
                                          "nodes { name: 'q' iommu { iotlb { entries: many }\n"
                                          "\tprofile: RISC\n"
                                          "\n"
                                          "} } }\n"
                                          "nothing: 1\n"}});
  ASSERT_THAT(loaded.faults, testing::SizeIs(5));
  EXPECT_THAT(loaded.faults[0], HasSubstr("a.txtpb:1:52: profile has no value VTX; must be one of VTD, RISCV"));
  EXPECT_THAT(loaded.faults[1], HasSubstr("a.txtpb:2:44: Expected integer, got: many"));
  EXPECT_THAT(loaded.faults[2], HasSubstr("a.txtpb:3:18: profile has no value RISC; must be one of VTD, RISCV"));
  EXPECT_THAT(loaded.faults[2], HasSubstr("did you mean \"RISCV\"?"));
  EXPECT_THAT(loaded.faults[3], HasSubstr("entrys"));
  EXPECT_THAT(loaded.faults[4], HasSubstr("nothing"));
}

TEST(LoaderTest, ValuesOfOneNameInTwoEnumerationsAreToldApart) {
  const Loaded loaded = Load("a.txtpb", {{"a.txtpb",
                                          "platform { nodes { name: 'd' endpoint { atc { policy: X } } }\n"
                                          "nodes { name: 'e' iommu { iotlb { prefetch { policy: Y } } } } }\n"}});
  ASSERT_THAT(loaded.faults, testing::SizeIs(2));
  EXPECT_THAT(loaded.faults[0], HasSubstr("policy has no value X; must be one of LRU"));
  EXPECT_THAT(loaded.faults[1], HasSubstr("NEXT_PAGE, STRIDE"));
}

TEST(LoaderTest, AWrongElementOfAListHidesNothingBehindIt) {
  const Loaded loaded = Load("a.txtpb", {{"a.txtpb",
                                          "platform { nodes { name: 'd' endpoint { engine { group_of_engine: "
                                          "[0, many, 1, few] } } } }\n"
                                          "run { seed: none }\n"}});
  ASSERT_THAT(loaded.faults, testing::SizeIs(3));
  EXPECT_THAT(loaded.faults[0], HasSubstr("got: many"));
  EXPECT_THAT(loaded.faults[1], HasSubstr("got: few"));
  EXPECT_THAT(loaded.faults[2], HasSubstr("got: none"));
}

TEST(LoaderTest, EveryUnknownNameAndWrongTypeOfAFileIsReportedAtOnce) {
  const Loaded loaded = Load("a.txtpb", {{"a.txtpb",
                                          "run {\n"
                                          "  sede: 3\n"
                                          "  job_limit: 'many'\n"
                                          "  duration_us: yes\n"
                                          "}\n"
                                          "tragets { metric: 'x' }\n"}});
  ASSERT_EQ(loaded.faults.size(), 4u) << ::testing::PrintToString(loaded.faults);
  EXPECT_THAT(loaded.faults[0], HasSubstr("a.txtpb:3:14: Expected integer, got: 'many'"));
  EXPECT_THAT(loaded.faults[1], HasSubstr("a.txtpb:4:16: "));
  EXPECT_THAT(loaded.faults[2], HasSubstr("a.txtpb:2:"));
  EXPECT_THAT(loaded.faults[2], HasSubstr("no field named \"sede\"; did you mean \"seed\"?"));
  EXPECT_THAT(loaded.faults[3], HasSubstr("did you mean \"targets\"?"));
}

TEST(LoaderTest, NamesMustBeLegalAndUniqueInAFile) {
  const Loaded loaded = Load("a.txtpb", {{"a.txtpb",
                                          "platform {\n"
                                          " nodes { name: 'm' memory {} }\n"
                                          " nodes { name: 'm' memory {} }\n"
                                          " nodes { memory {} }\n"
                                          " nodes { name: 'a]b' memory {} }\n"
                                          "}"}});
  ASSERT_EQ(loaded.faults.size(), 3u) << ::testing::PrintToString(loaded.faults);
  EXPECT_EQ(loaded.faults[0], "a.txtpb:3:2: nodes[name=m]: is declared twice");
  EXPECT_THAT(loaded.faults[1], HasSubstr("a.txtpb:4:2: nodes[2].name: must be a name"));
  EXPECT_THAT(loaded.faults[2], HasSubstr("a.txtpb:5:2: nodes[name=a]b].name = a]b: must be a name"));
}

TEST(LoaderTest, LaterFilesLieOverEarlierOnesAndTheIncludingFileOverAll) {
  const Loaded loaded =
      Load("d/x.txtpb", {{"d/x.txtpb", "include: 'a.txtpb' include: '../b.txtpb'\nexperiment_name: 'x'"},
                         {"d/a.txtpb", "experiment_name: 'a' run { seed: 1 job_limit: 1 }"},
                         {"b.txtpb", "\nexperiment_name: 'b' run {\nseed: 2 }"}});
  EXPECT_THAT(loaded.faults, IsEmpty());
  EXPECT_EQ(loaded.experiment.ShortDebugString(), "experiment_name: \"x\" run { seed: 2 job_limit: 1 }");
  EXPECT_THAT(loaded.config.files, ElementsAre("d/x.txtpb", "d/a.txtpb", "b.txtpb"));
  const LocationMap& places = loaded.config.places;
  EXPECT_EQ(places.Find("experiment_name").file, "d/x.txtpb");
  EXPECT_EQ(places.Find("experiment_name").line, 2);
  EXPECT_EQ(places.Find("run.seed").file, "b.txtpb");
  EXPECT_EQ(places.Find("run.seed").line, 3);
  EXPECT_EQ(places.Find("run.job_limit").file, "d/a.txtpb");
  EXPECT_EQ(places.Find("targets").file, "d/x.txtpb") << "what nobody wrote is of the file that was asked for";
}

TEST(LoaderTest, EveryKindOfPartMayIncludeAtEveryDepth) {
  const Loaded loaded =
      Load("x.txtpb",
           {{"x.txtpb", "platform_file: 'p/p.txtpb' workload { include: 'w.txtpb' }"},
            {"p/p.txtpb",
             "include: 'more.txtpb' links { name: 'k' } links { name: 'l' include: 'l.txtpb' } nodes { name: 'n' }"},
            {"p/more.txtpb", "nodes { name: 'n' include: 'n.txtpb' } links { name: 'l' a: 'y' }"},
            {"p/n.txtpb", "clock: 'c'"},
            {"p/l.txtpb", "a: 'x' b: 'x'"},
            {"w.txtpb", "tenant_classes { name: 't' include: 't.txtpb' } replay { trace_file: 'a/../t' }"},
            {"t.txtpb", "endpoint: 'd'"}});
  EXPECT_THAT(loaded.faults, IsEmpty());
  EXPECT_EQ(loaded.experiment.ShortDebugString(),
            "platform { nodes { name: \"n\" clock: \"c\" } links { name: \"l\" a: \"x\" b: \"x\" } "
            "links { name: \"k\" } } workload { tenant_classes { name: \"t\" endpoint: \"d\" } "
            "replay { trace_file: \"t\" } }");
  EXPECT_EQ(loaded.config.places.Find("nodes[name=n].clock").file, "p/n.txtpb");
  EXPECT_EQ(loaded.config.places.Find("links[name=l].b").file, "p/l.txtpb");
  EXPECT_EQ(loaded.config.places.Find("tenant_classes[name=t].endpoint").file, "t.txtpb");
}

TEST(LoaderTest, ATraceWithoutANameIsNoFolder) {
  EXPECT_EQ(Load("d/x.txtpb", {{"d/x.txtpb", "workload { replay { } }"}}).experiment.workload().replay().trace_file(),
            "");
}

TEST(LoaderTest, AnEmptyFileNameIsAFaultAndTheOtherFilesAreRead) {
  const Loaded loaded =
      Load("x.txtpb", {{"x.txtpb", "include: ['', 'a.txtpb']\nplatform_file: ''"}, {"a.txtpb", "run { seed: 7 }"}});
  EXPECT_THAT(loaded.faults, ElementsAre("x.txtpb:2:1: platform_file = \"\": must be the name of a file",
                                         "x.txtpb:1:1: include = \"\": must be the name of a file"));
  EXPECT_EQ(loaded.experiment.run().seed(), 7u);
}

TEST(LoaderTest, AFileThatIncludesItselfIsNamedOnceAndElseRead) {
  const Loaded loaded = Load("./d/../x.txtpb", {{"x.txtpb", "run { seed: 7 }\n  include: 'x.txtpb'"}});
  EXPECT_THAT(loaded.faults, ElementsAre("x.txtpb:2:3: file includes itself: x.txtpb -> x.txtpb"));
  EXPECT_EQ(loaded.experiment.run().seed(), 7u);
  // Twice the same file is no cycle.
  const Loaded twice = Load("x.txtpb", {{"x.txtpb", "include: ['a', 'a']"}, {"a", "run { seed: 7 }"}});
  EXPECT_THAT(twice.faults, IsEmpty());
}

TEST(LoaderTest, TheFileThatWasAskedForNeedNotBeNamedTwice) {
  EXPECT_THAT(Load("x.txtpb", {}).faults, ElementsAre("x.txtpb: cannot be read: No such file or directory"));
  EXPECT_THAT(Load("x.txtpb", {{"x.txtpb", " \t\r\n"}}).faults, ElementsAre("x.txtpb: file is empty"));
}

// Every file but the last includes the next.
ReadFile ChainOf(int length) {
  return [length](const std::string& path, std::string* text, std::string*) {
    const int index = std::stoi(path);
    *text = index < length ? "include: '" + std::to_string(index + 1) + "'" : "run { seed: 7 }";
    return true;
  };
}

// One file that includes others, which are empty but for a bracket.
ReadFile FanOf(int others) {
  return [others](const std::string& path, std::string* text, std::string*) {
    *text = "run { }";
    for (int i = 1; i <= others && path == "0"; ++i) *text += " include: '" + std::to_string(i) + "'";
    return true;
  };
}

std::vector<std::string> FaultsOf(const ReadFile& read) {
  Faults faults;
  LoadConfig("0", siovsim::Experiment(), &faults, read);
  return Sentences(faults);
}

TEST(LoaderTest, SixtyFourLevelsAndAThousandFilesAreReadAndNoMore) {
  EXPECT_THAT(FaultsOf(ChainOf(63)), IsEmpty());
  EXPECT_THAT(FaultsOf(ChainOf(64)),
              ElementsAre("63:1:1: cannot read \"64\": files include each other more than 64 levels deep"));
  EXPECT_THAT(FaultsOf(FanOf(999)), IsEmpty());
  EXPECT_THAT(FaultsOf(FanOf(1002)), ElementsAre("0:1:9: cannot read \"1000\": more than 1000 files are included"));
}

TEST(LoaderTest, NamesInAFileAreRelativeToItsFolder) {
  EXPECT_EQ(RelativeTo("a/b.txtpb", "c.txtpb"), "a/c.txtpb");
  EXPECT_EQ(RelativeTo("a/b.txtpb", "../c.txtpb"), "c.txtpb");
  EXPECT_EQ(RelativeTo("b.txtpb", "c/./d.txtpb"), "c/d.txtpb");
  EXPECT_EQ(RelativeTo("a/b.txtpb", "/c.txtpb"), "/c.txtpb");
}

}  // namespace
}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// The schema is the one source of defaults. What a model's structure is initialised with is either nothing (zero, off,
// the first value of an enumeration, one of what there must be one), for the resolver writes every member, or the same
// as the schema says; a number that differs would be a second default, which a reader of the header believes and no run
// ever uses.
#include <gtest/gtest.h>

#include <set>

#include "platforms/resolve/load_experiment.h"
#include "tests/knobs/resolved_dump.h"

namespace siov::testing {
namespace {

// Every structure once, as its initialisers leave it.
ResolvedExperiment Initialised() {
  ResolvedExperiment experiment;
  experiment.platform.iommus.resize(1);
  experiment.platform.root_ports.resize(1);
  experiment.platform.endpoints.resize(1);
  experiment.platform.endpoints[0].atc = AtcConfig();
  experiment.platform.endpoints[0].arbiter.queues.resize(1);
  experiment.traffic.classes.resize(1);
  experiment.address_spaces.resize(1);
  return experiment;
}

bool SaysNothing(const std::string& value) {
  static const std::set<std::string> kNothing = {"0", "1", "false", "", "4294967295"};  // the last: an id of nobody
  return kNothing.count(value) != 0;
}

// Members that are not a field's: how many there are of something.
bool IsCount(const std::string& member) {
  const std::string end = ".count";
  return member.size() > end.size() && member.compare(member.size() - end.size(), end.size(), end) == 0;
}

TEST(Defaults, AStructureStatesNoDefaultOfItsOwn) {
  const LoadedExperiment loaded = LoadExperiment("tests/knobs/bases/bare.txtpb");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.path << fault.message;
  const auto resolved = DumpOf(loaded.experiment);
  const auto initialised = DumpOf(Initialised());
  EXPECT_GT(initialised.size(), 250u);
  for (const auto& [member, value] : initialised) {
    const auto schema = resolved.find(member);
    if (schema == resolved.end() || IsCount(member) || SaysNothing(value)) continue;
    EXPECT_EQ(value, schema->second) << member << " is initialised with something that the schema does not say";
  }
}

}  // namespace
}  // namespace siov::testing

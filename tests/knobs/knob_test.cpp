// SPDX-License-Identifier: Apache-2.0
// No field without an effect: every number, enumeration and switch of an experiment has a row in tests/knobs/knobs.txt,
// and the two values of the row give different results.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "platforms/config/rules.h"
#include "tests/knobs/forked_runs.h"
#include "tests/knobs/knob_table.h"
#include "tests/knobs/schema_fields.h"

namespace siov::testing {
namespace {

constexpr char kTable[] = "tests/knobs/knobs.txt";
constexpr char kBases[] = "tests/knobs/bases/";
constexpr unsigned kProcesses = 2;

SmallRun RunOf(const Knob& knob, const std::string& value) {
  SmallRun run{kBases + knob.base + ".txtpb", knob.context, false};
  if (value != "-") run.overrides.push_back(knob.path + "=" + value);
  return run;
}

std::string Where(const Knob& knob) {
  return "knobs.txt:" + std::to_string(knob.line) + ": " + knob.path + " = " + knob.values[0] + " | " + knob.values[1];
}

TEST(Knob, EveryFieldHasARow) {
  const KnobTable table = ReadKnobTable(kTable);
  for (const std::string& fault : table.faults) ADD_FAILURE() << fault;
  std::set<std::string> rows;
  for (const Knob& knob : table.knobs) rows.insert(FieldOfPath(knob.path));
  const auto fields = FieldsOfExperiment();
  EXPECT_GT(fields.size(), 300u);
  for (const auto& [path, field] : fields) {
    EXPECT_EQ(rows.count(path), 1u) << path << " has no row: nothing shows that it does anything. "
                                    << RuleOf(field).sentence();
  }
  for (const std::string& row : rows) EXPECT_EQ(fields.count(row), 1u) << row << " has a row and is no field";
}

TEST(Knob, BothValuesOfEveryFieldGiveDifferentResults) {
  const KnobTable table = ReadKnobTable(kTable);
  std::vector<SmallRun> runs;
  for (const Knob& knob : table.knobs) {
    for (const std::string& value : knob.values) runs.push_back(RunOf(knob, value));
  }
  const auto results = RunForked(runs, kProcesses);
  for (const Knob& knob : table.knobs) {
    std::array<std::string, 2> marks;
    bool sound = true;
    for (std::size_t i = 0; i < 2; ++i) {
      const RunMarks& result = results.at(RunOf(knob, knob.values[i]));
      const auto mark = result.marks.find(knob.observable);
      sound = sound && mark != result.marks.end();
      EXPECT_NE(mark, result.marks.end()) << Where(knob) << ": " << knob.values[i] << ": " << result.failure;
      if (mark != result.marks.end()) marks[i] = mark->second;
    }
    if (!sound) continue;
    EXPECT_NE(marks[0], marks[1]) << Where(knob) << ": both give the same results";
  }
}

}  // namespace
}  // namespace siov::testing

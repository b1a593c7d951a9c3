// SPDX-License-Identifier: Apache-2.0
// The table of knobs, tests/knobs/knobs.txt: for every field of an experiment, a small experiment and two values of the
// field that must give different results. README.md beside it describes the form.
#ifndef SIOV_TESTS_KNOBS_KNOB_TABLE_H_
#define SIOV_TESTS_KNOBS_KNOB_TABLE_H_

#include <array>
#include <string>
#include <vector>

namespace siov::testing {

struct Knob {
  std::string path;                   // as --set takes it
  std::array<std::string, 2> values;  // "-": left as the base has it
  std::string base;                   // file name below tests/knobs/bases
  std::vector<std::string> context;   // overrides that both runs share
  std::string observable = "run";     // where the two must differ
  std::string reason;                 // why not in "run"
  int line = 0;
};

struct KnobTable {
  std::vector<Knob> knobs;
  std::vector<std::string> faults;  // of the table itself, with their lines
};

// Parts between `separator`, which does not count inside brackets, braces and quotes; blanks around them are dropped.
std::vector<std::string> SplitRow(const std::string& text, char separator);

KnobTable ReadKnobTable(const std::string& file);

}  // namespace siov::testing

#endif  // SIOV_TESTS_KNOBS_KNOB_TABLE_H_

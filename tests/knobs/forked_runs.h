// SPDX-License-Identifier: Apache-2.0
// Many small runs, each in a forked process of its own: SystemC elaborates once a process, and a fork of a process that
// has everything loaded costs a millisecond where a start of the engine costs a hundred.
#ifndef SIOV_TESTS_KNOBS_FORKED_RUNS_H_
#define SIOV_TESTS_KNOBS_FORKED_RUNS_H_

#include <map>
#include <string>
#include <vector>

namespace siov::testing {

struct SmallRun {
  std::string file;
  std::vector<std::string> overrides;
  bool tell_statistics = false;  // by name, "dsa0.atc.hits"
  bool operator<(const SmallRun& other) const {
    return file != other.file ? file < other.file : overrides < other.overrides;
  }
};

// What a run came to: a fingerprint for each observable, or why there is none.
//   run         everything measured: metrics, latencies by band and stage, tenants, targets met, the time it ended
//   statistics  the counters of the blocks
//   series      the time series
//   outcome     "ran", or the sentence with which it stopped
//   resolved    the parameters of the blocks and of the run
//   mean of X   the mean latency of class X
//   refusal     "accepted" or "refused": what the checks before a run say
struct RunMarks {
  std::map<std::string, std::string> marks;
  std::string failure;  // refused or died; the outcome mark is there all the same if it stopped with a sentence
};

// REQUIRES that this process has elaborated nothing and has no threads.
std::map<SmallRun, RunMarks> RunForked(const std::vector<SmallRun>& runs, unsigned processes);

}  // namespace siov::testing

#endif  // SIOV_TESTS_KNOBS_FORKED_RUNS_H_

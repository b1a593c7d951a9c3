// SPDX-License-Identifier: Apache-2.0
// A timeline of the first jobs of a run for ui.perfetto.dev: a track for each concurrent job slot, a slice for each job
// and inside it one for each stage of its ledger.
//
// What is written is a Trace of Perfetto, of the few messages in timeline.proto. Slices on one track must nest, hence a
// track per slot rather than per tenant.
#ifndef SIOV_PLATFORMS_COLLECT_TIMELINE_H_
#define SIOV_PLATFORMS_COLLECT_TIMELINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/protocol/job.h"

namespace siov {

class Timeline {
 public:
  explicit Timeline(std::uint64_t job_limit) : jobs_left_(job_limit) {}
  // A finished job; ignored once the limit is reached. Jobs may come in any order.
  void Add(const Job& job);
  // The encoded trace.
  std::string Encode() const;

 private:
  struct Segment {
    Stage stage;
    Picoseconds entered;
    Picoseconds left;
  };
  struct Record {
    std::uint64_t id;
    std::uint32_t tenant;
    Picoseconds start;
    Picoseconds end;
    std::vector<Segment> segments;
  };
  std::uint64_t jobs_left_;
  std::vector<Record> records_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_TIMELINE_H_

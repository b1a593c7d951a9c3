// SPDX-License-Identifier: Apache-2.0
// Turns latencies of a configuration message, given in ns or in cycles, into picoseconds: the one place where time is
// converted. Also gathers what a block's own Validate() finds, with the path and place of the block.
#ifndef SIOV_PLATFORMS_RESOLVE_BLOCK_READER_H_
#define SIOV_PLATFORMS_RESOLVE_BLOCK_READER_H_

#include <google/protobuf/message.h>

#include <map>
#include <string>

#include "configs/schema/platform.pb.h"
#include "models/base/config_fault.h"
#include "models/base/random.h"
#include "models/base/replacement.h"
#include "models/base/units.h"
#include "platforms/config/fault.h"

namespace siov {

inline constexpr double kBytesPerGbyte = 1e9;

// Periods of the named clocks, and where to report faults.
class ResolveContext {
 public:
  ResolveContext(const siovsim::Platform& platform, const LocationMap& places, Faults* faults);

  // Picoseconds of one cycle; 0 if the name is empty or unknown (the checker has reported an unknown name).
  double CyclePs(const std::string& clock) const;

  void Add(const std::string& path, const std::string& value, const std::string& message,
           const std::string& allowed = {}, const std::string& nearest = {}) const;
  void AddBlockFaults(const std::string& path, const ConfigFaults& found) const;

 private:
  std::map<std::string, double> cycle_ps_;
  const LocationMap& places_;
  Faults& faults_;
};

// Reads the latencies of one message: Time("lookup_latency") reads lookup_latency_ns or lookup_latency_cycles.
class BlockReader {
 public:
  BlockReader(const ResolveContext& context, const google::protobuf::Message& message, std::string path,
              const std::string& clock)
      : context_(context), message_(message), path_(std::move(path)), cycle_ps_(context.CyclePs(clock)) {}

  // REQUIRES that the message has STEM_ns and STEM_cycles.
  Picoseconds Time(const std::string& stem) const;
  // In the words of the message.
  void Report(const ConfigFaults& found) const;
  const std::string& path() const { return path_; }

 private:
  const ResolveContext& context_;
  const google::protobuf::Message& message_;
  std::string path_;
  double cycle_ps_;
};

CacheGeometry GeometryOf(const siovsim::Cache& cache);
Distribution DistributionOf(const siovsim::Distribution& distribution);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_BLOCK_READER_H_

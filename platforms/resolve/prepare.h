// SPDX-License-Identifier: Apache-2.0
// The steps from a file name to a resolved experiment, for those that look at files of every kind: load, override,
// default, check; resolve.
#ifndef SIOV_PLATFORMS_RESOLVE_PREPARE_H_
#define SIOV_PLATFORMS_RESOLVE_PREPARE_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "configs/schema/experiment.pb.h"
#include "platforms/config/loader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

struct Prepared {
  LoadedConfig config;
  std::unique_ptr<google::protobuf::Message> as_written;  // before defaults were filled in
  bool complete = false;                                  // all of it was read, and it is not a piece of something
  bool sound = false;                                     // nothing was found wrong so far
};

// Load, override, default, check.
Prepared Prepare(const std::string& file, const google::protobuf::Message& prototype,
                 const std::vector<std::string>& overrides, const ReadFile& read, Faults* faults);

// The field names a result folder.
void CheckFolderName(const google::protobuf::Message& message, const char* field, const LocationMap& places,
                     Faults* faults);

// REQUIRES an experiment with defaults and without faults.
ResolvedExperiment Resolve(const siovsim::Experiment& experiment, const LocationMap& places, Faults* faults);

// Of an experiment that was read but has `faults`, what can be said all the same: a target without a metric does not
// hide that the platform has no root port. Neither what is unsound nor what depends on it is looked at.
void ResolveSoundParts(const siovsim::Experiment& experiment, const LocationMap& places, Faults* faults);

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_PREPARE_H_

// SPDX-License-Identifier: Apache-2.0
// Every number, enumeration and switch a user can write into an experiment, found in the schema by reflection.
#ifndef SIOV_TESTS_KNOBS_SCHEMA_FIELDS_H_
#define SIOV_TESTS_KNOBS_SCHEMA_FIELDS_H_

#include <google/protobuf/descriptor.h>

#include <map>
#include <string>

namespace siov::testing {

// By path without selectors, "nodes.host.driver.flush_entries". A message that occurs in two places (the caches of the
// page walker) has its fields twice. Strings are names and take no part in what is simulated.
std::map<std::string, const google::protobuf::FieldDescriptor*> FieldsOfExperiment();

// The field a --set path means: selectors and the names that paths may leave out are dropped.
std::string FieldOfPath(const std::string& path);

}  // namespace siov::testing

#endif  // SIOV_TESTS_KNOBS_SCHEMA_FIELDS_H_

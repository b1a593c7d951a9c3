// SPDX-License-Identifier: Apache-2.0
// What each server and each pool of places is for, by its role in the registry (platforms/kinds): which stage of a
// job's ledger is spent waiting for it, and what a job does while it holds one. docs/resources.md lists the fields of
// the configuration that make them finite, and those that bound something nobody waits for.
#ifndef SIOV_PLATFORMS_COLLECT_RESOURCE_ROLES_H_
#define SIOV_PLATFORMS_COLLECT_RESOURCE_ROLES_H_

#include <cstdint>
#include <vector>

#include "platforms/collect/results.h"

namespace siov {

// A bit each.
using StageSet = std::uint64_t;
using RoleSet = std::uint64_t;
template <class Enum>
constexpr std::uint64_t Bit(Enum member) {
  return std::uint64_t{1} << static_cast<unsigned>(member);
}
template <class... Enums>
constexpr std::uint64_t Set(Enums... members) {
  return (Bit(members) | ...);
}

// What is waited for in a stage.
struct Cause {
  Stage stage;
  RoleSet roles;
};
const std::vector<Cause>& Causes();

// The statistic beside the resource's own that says how many wait for it; null: there is none.
const char* WaitersOf(ResourceRole role);

// Stages of a job that holds a place; 0: of a server, or of a pool that ends when it is served.
StageSet InsideOf(ResourceRole role);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_RESOURCE_ROLES_H_

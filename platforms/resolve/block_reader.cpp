// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/block_reader.h"

#include <cmath>

#include "platforms/resolve/number_text.h"
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/schema_names.h"

namespace siov {
namespace {

constexpr double kPsPerCycleAtOneMhz = 1e6;

Picoseconds RoundPs(double picoseconds) { return static_cast<Picoseconds>(std::llround(picoseconds)); }

}  // namespace

ResolveContext::ResolveContext(const siovsim::Platform& platform, const LocationMap& places, Faults* faults)
    : places_(places), faults_(*faults) {
  for (const siovsim::Clock& clock : platform.clocks()) {
    cycle_ps_[clock.name()] = kPsPerCycleAtOneMhz / clock.mhz();
  }
}

double ResolveContext::CyclePs(const std::string& clock) const {
  const auto found = cycle_ps_.find(clock);
  return found == cycle_ps_.end() ? 0 : found->second;
}

void ResolveContext::Add(const std::string& path, const std::string& value, const std::string& message,
                         const std::string& allowed, const std::string& nearest) const {
  faults_.push_back(MakeFault(places_.Find(path), path, value, message, allowed, nearest));
}

void ResolveContext::AddBlockFaults(const std::string& path, const ConfigFaults& found) const {
  for (const ConfigFault& fault : found) {
    const std::string dot = path.empty() || fault.field.empty() ? "" : ".";
    Add(path + dot + fault.field, fault.value, "", fault.allowed);
  }
}

Picoseconds BlockReader::Time(const std::string& stem) const {
  const auto* type = message_.GetDescriptor();
  const auto* reflection = message_.GetReflection();
  const auto* ns = type->FindFieldByName(stem + "_ns");
  const auto* cycles = type->FindFieldByName(stem + "_cycles");
  // What is stated and is not 0 must not become 0 unsaid.
  const auto rounded = [&](const google::protobuf::FieldDescriptor* field, double ps_per_unit) {
    const double stated = reflection->GetDouble(message_, field);
    const Picoseconds time = RoundPs(stated * ps_per_unit);
    if (stated > 0 && time == 0 && ps_per_unit > 0) {
      context_.Add(path_ + "." + field->name(), NumberText(stated), "is less than half a picosecond, the unit of time",
                   "0 or at least " + NumberText(0.5 / ps_per_unit));
      return Picoseconds{1};  // said once
    }
    return time;
  };
  if (!reflection->HasField(message_, cycles)) return rounded(ns, static_cast<double>(kPsPerNs));
  if (cycle_ps_ == 0) {
    context_.Add(path_ + "." + cycles->name(), "", "a latency in cycles needs a clock, and none is named here");
  }
  return rounded(cycles, cycle_ps_);
}

void BlockReader::Report(const ConfigFaults& found) const {
  for (const ConfigFault& fault : found) context_.AddBlockFaults(path_, {InSchemaNames(fault, message_)});
}

CacheGeometry GeometryOf(const siovsim::Cache& cache) {
  CacheGeometry geometry;
  geometry.entries = cache.entries();
  geometry.ways = cache.ways();
  geometry.policy = ModelOf(cache.policy());
  return geometry;
}

Distribution DistributionOf(const siovsim::Distribution& distribution) {
  Distribution resolved;
  resolved.kind = ModelOf(distribution.kind());
  resolved.mean_ps = distribution.mean_ns() * static_cast<double>(kPsPerNs);
  resolved.spread_ps = distribution.spread_ns() * static_cast<double>(kPsPerNs);
  resolved.slow_probability = distribution.slow_probability();
  return resolved;
}

}  // namespace siov

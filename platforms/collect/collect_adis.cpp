// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/collect_adis.h"

#include <algorithm>
#include <limits>
#include <map>

#include "models/device/engine/engine.h"

namespace siov {
namespace {

class AdiCollector {
 public:
  AdiCollector(System& system, Results* results) : system_(system), results_(*results) {
    for (const Block* block : system.blocks()) {
      const auto* const engine = dynamic_cast<const Engine*>(block);
      if (engine != nullptr && engine->adis() != nullptr) engines_[block->path()] = engine->adis();
    }
  }

  void Run() {
    const TrafficConfig& traffic = system_.experiment().traffic;
    std::uint32_t first_tenant = 0;
    for (std::uint32_t i = 0; i < traffic.classes.size(); ++i) {
      if (traffic.classes[i].adis) AddClass(i, first_tenant, traffic.classes[i]);
      first_tenant += traffic.classes[i].tenants;
    }
    for (AdiTypeResult& type : results_.adi_types) {
      if (type.jobs != 0) type.context_mean_ns = ToNs(type.context_time) / static_cast<double>(type.jobs);
    }
  }

 private:
  // A device's bindings are in the order of classes and tenants.
  void AddClass(std::uint32_t index, std::uint32_t first_tenant, const TenantClassConfig& tenants) {
    const ResolvedEndpoint& device = system_.experiment().platform.endpoints[tenants.endpoint];
    const TenantAdisConfig& adis = *tenants.adis;
    const std::uint32_t type = TypeOf(device, device.JobFunction()->adis.types[adis.type].name);
    const std::vector<AdiTally>& tallies = engines_.at(device.name + ".engine")->tallies();
    std::size_t& next = next_[device.name];
    AdiTypeResult& result = results_.adi_types[type];
    result.classes.push_back(tenants.name);
    result.latency.Merge(system_.traffic().job_statistics().of_class(index).latency);
    for (std::size_t i = 0; i < adis.grants.size(); ++i) {
      const AdiTally& tally = tallies[next++];
      const auto tenant = static_cast<std::uint32_t>(i / adis.per_tenant);
      results_.adis.push_back({type, index, first_tenant + tenant, adis.grants[i], tally});
      ++result.adis;
      result.counted = result.counted && adis.grants[i].pasid.valid();
      result.jobs += tally.jobs;
      result.failed += tally.failed;
      result.bytes += tally.bytes;
      result.context_time += tally.context_time;
    }
  }

  std::uint32_t TypeOf(const ResolvedEndpoint& device, const std::string& name) {
    std::vector<AdiTypeResult>& types = results_.adi_types;
    const auto found = std::find_if(types.begin(), types.end(), [&](const AdiTypeResult& one) {
      return one.device == device.name && one.name == name;
    });
    if (found != types.end()) return static_cast<std::uint32_t>(found - types.begin());
    types.emplace_back();
    types.back().device = device.name;
    types.back().name = name;
    types.back().context_mean_ns = std::numeric_limits<double>::quiet_NaN();
    return static_cast<std::uint32_t>(types.size() - 1);
  }

  System& system_;
  Results& results_;
  std::map<std::string, const EngineAdis*> engines_;  // by path
  std::map<std::string, std::size_t> next_;           // by device: the binding of its next ADI
};

}  // namespace

void CollectAdis(System& system, Results* results) { AdiCollector(system, results).Run(); }

}  // namespace siov

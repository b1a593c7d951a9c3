// SPDX-License-Identifier: Apache-2.0
#include "models/device/swq_arbiter/swq_arbiter_config.h"

#include <set>

#include "models/device/swq_arbiter/swq_arbiter_core.h"

namespace siov {
namespace {

void ValidateQueue(const SwqArbiterConfig& config, std::size_t index, ConfigFaults* faults) {
  const WorkQueueConfig& queue = config.queues[index];
  const std::string at = "queues[" + std::to_string(index) + "].";
  const auto require = [&](bool holds, const char* field, std::uint32_t value, const std::string& allowed) {
    if (!holds) faults->push_back({at + field, std::to_string(value), allowed});
  };
  for (const ConfigFault& fault : queue.Validate()) faults->push_back({at + fault.field, fault.value, fault.allowed});
  require(queue.mode == QueueMode::kDedicated || queue.threshold <= queue.size, "threshold", queue.threshold,
          "at most size (" + std::to_string(queue.size) + ")");
  require(queue.group < config.groups, "group", queue.group, "below groups (" + std::to_string(config.groups) + ")");
  if (queue.name.empty()) faults->push_back({at + "name", "", "a name"});
}

}  // namespace

ConfigFaults SwqArbiterConfig::Validate() const {
  ConfigFaults faults = SwqArbiterParameters::Validate();
  if (queues.empty()) faults.push_back({"queues", "0 queues", "at least one queue"});
  std::uint64_t entries = 0;
  std::set<std::string> names;
  for (std::size_t i = 0; i < queues.size(); ++i) {
    ValidateQueue(*this, i, &faults);
    entries += queues[i].size;
    if (!names.insert(queues[i].name).second) {
      faults.push_back({"queues[" + std::to_string(i) + "].name", queues[i].name, "a name no other queue has"});
    }
  }
  if (entries > total_entries) {
    faults.push_back({"total_entries", std::to_string(total_entries),
                      "at least the sum of the queues' sizes (" + std::to_string(entries) + ")"});
  }
  return faults;
}

ConfigFaults ValidateGroups(const SwqArbiterConfig& config, const EngineSlots& slots) {
  ConfigFaults faults;
  std::set<std::uint32_t> with_queues;
  std::set<std::uint32_t> with_engines;
  for (const WorkQueueConfig& queue : config.queues) with_queues.insert(queue.group);
  for (std::uint32_t group : slots.group_of_engine) {
    with_engines.insert(group);
    if (group >= config.groups) {
      faults.push_back(
          {"group_of_engine", std::to_string(group), "below groups (" + std::to_string(config.groups) + ")"});
    }
  }
  for (std::uint32_t group : with_queues) {
    if (with_engines.count(group) == 0) {
      faults.push_back({"group_of_engine", "no engine in group " + std::to_string(group),
                        "at least one engine in every group that has queues"});
    }
  }
  for (std::uint32_t group : with_engines) {
    if (group < config.groups && with_queues.count(group) == 0) {
      faults.push_back({"queues", "no queue in group " + std::to_string(group),
                        "at least one queue in every group that has engines"});
    }
  }
  return faults;
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// Processes that exit while their devices work for them (requirements SVM-03, PAS-05, PRI-16; Linux
// drivers/iommu/intel/svm.c): the tenant submits nothing any more, the driver asks the device to stop the PASID, and
// when it has, the PASID is torn down: entry cleared, caches invalidated, page requests drained, pages freed.
//
// The driver looks at times whether the device has stopped (`poll`); what the device had posted has arrived by then,
// unless its link is blocked for longer.
//
// What it does not model: the time software takes in between, a PASID given to somebody else afterwards, jobs that the
// device aborts by itself (those that still wait in a queue find their PASID gone and fail).
#ifndef SIOV_MODELS_HOST_CPUS_PROCESS_EXITS_H_
#define SIOV_MODELS_HOST_CPUS_PROCESS_EXITS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/host/cpus/process_exits_config.h"
#include "models/kernel/block.h"

namespace siov {

class ProcessExits final : public Block {
 public:
  using Done = std::function<void()>;
  struct Peers {
    std::function<void(TenantId)> end_tenant;
    std::function<void(const ProcessExit&, Done)> stop_device;  // requirements PAS-05
    std::function<void(const ProcessExit&, Done)> tear_down;    // requirements PRI-16
  };

  ProcessExits(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               std::vector<ProcessExit> exits, Peers peers);

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return {}; }
  std::uint64_t unfinished() const { return stopping_.level() + ending_.level(); }  // exited and not torn down

 private:
  void start_of_simulation() override;
  enum : std::uint32_t { kExit, kNoticed };
  void OnDue(const DueItem& item) override;
  void Exit(std::uint32_t index);
  void TearDown(std::uint32_t index);

  std::vector<ProcessExit> exits_;
  Peers peers_;

  Counter exits_done_{statistics_, "exits", "processes", "processes that have exited and whose PASID is free again"};
  Counter stop_time_{statistics_, "stop_time", "ps", "sum of the times until the device had stopped using the PASID"};
  Counter tear_down_time_{statistics_, "tear_down_time", "ps", "sum of the times from then until the PASID was free"};
  Occupancy stopping_{statistics_, "stopping", "processes", "processes whose device is stopping their PASID", 0};
  Occupancy ending_{statistics_, "ending", "processes", "processes whose PASID is being torn down", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_PROCESS_EXITS_H_

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
#include <memory>
#include <string>
#include <vector>

#include "models/host/cpus/process_exits_config.h"
#include "models/kernel/block.h"

namespace siov {

class ProcessExits final : public Block {
 public:
  // `devices`: by endpoint, whether it can be asked to stop a PASID.
  ProcessExits(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               std::vector<ProcessExit> exits, const std::vector<bool>& devices);

  InitiatorSocket<ProcessExits, PasidEnd> to_traffic;
  std::vector<std::unique_ptr<InitiatorSocket<ProcessExits, PasidStop>>> to_device;  // by endpoint
  InitiatorSocket<ProcessExits, PasidTeardown> to_fault_service;

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return {}; }
  std::uint64_t unfinished() const { return stopping_.level() + ending_.level(); }  // exited and not torn down

 private:
  void start_of_simulation() override;
  enum : std::uint32_t { kExit, kNoticed, kTornDown };
  void TrafficBackward(std::uint32_t, PasidEnd&, tlm::tlm_phase_enum, Picoseconds) {}  // they are given away
  void DeviceBackward(std::uint32_t, PasidStop& stop, tlm::tlm_phase_enum phase, Picoseconds delay);
  void ServiceBackward(std::uint32_t, PasidTeardown& teardown, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void Exit(std::uint32_t index);
  void TearDown(std::uint32_t index);
  void TornDown(PasidTeardown& teardown);

  std::vector<ProcessExit> exits_;

  Counter exits_done_{statistics_, "exits", "processes", "processes that have exited and whose PASID is free again"};
  Counter stop_time_{statistics_, "stop_time", "ps", "sum of the times until the device had stopped using the PASID"};
  Counter tear_down_time_{statistics_, "tear_down_time", "ps", "sum of the times from then until the PASID was free"};
  Occupancy stopping_{statistics_, "stopping", "processes", "processes whose device is stopping their PASID", 0};
  Occupancy ending_{statistics_, "ending", "processes", "processes whose PASID is being torn down", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_PROCESS_EXITS_H_

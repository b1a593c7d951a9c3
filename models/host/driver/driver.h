// SPDX-License-Identifier: Apache-2.0
// The driver's mapping work: streaming mappings of jobs' buffers, the invalidations their unmapping needs, and the
// software side of the invalidation queues, each a part of its own; here they are put together. What it models and what
// not: models/host/README.md.
#ifndef SIOV_MODELS_HOST_DRIVER_DRIVER_H_
#define SIOV_MODELS_HOST_DRIVER_DRIVER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/host/driver/driver_events.h"
#include "models/host/driver/mapped_buffers.h"
#include "models/host/driver/sync_runner.h"
#include "models/host/driver/unmapping.h"

namespace siov {

class Driver final : public PartedBlock, private SyncRunner::Client {
 public:
  Driver(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
         const DriverConfig& config, std::uint32_t iommus, std::uint32_t events, std::vector<DriverDevice> devices,
         AddressSpaces& spaces, DriverClient& client);

  // They have the driver's sockets.
  SyncRunner& syncs() { return syncs_; }
  DriverEvents& events() { return events_; }

  // Gives the job's buffers I/O virtual addresses of their own, maps them, and returns the CPU time that takes.
  Picoseconds Map(Job& job);
  // Unmaps them again, from now on and on a CPU that is the driver's until OnCpuFree().
  void Unmap(Submission& submission);

  // A request of traffic whose invalidations are the driver's: kUnmap (the tables have changed), kInvalidate.
  void ReplayUnmap(MappingRequest& request);
  void ReplayInvalidate(MappingRequest& request);

  std::vector<std::string> WaitsFor(const Occupancy& held) const override;

 private:
  void OnSyncsDone(std::uint32_t work) override { unmapping_.End(work); }

  DriverConfig config_;
  AddressSpaces& spaces_;
  DriverStatistics counts_;
  DriverWorks works_;
  MappedBuffers buffers_;
  SyncRunner syncs_;
  Unmapping unmapping_;
  DriverEvents events_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_DRIVER_H_

// SPDX-License-Identifier: Apache-2.0
// The host's software and processors around the device: CPUs that submit jobs, tenants that notice completion, each a
// part of its own; here they are put together. What it models and what not: models/host/README.md; page faults:
// models/host/fault_service/fault_service.h.
#ifndef SIOV_MODELS_HOST_CPUS_HOST_H_
#define SIOV_MODELS_HOST_CPUS_HOST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/host/cpus/job_completion.h"
#include "models/host/cpus/job_submission.h"
#include "models/host/cpus/lost_ends.h"
#include "models/host/cpus/replayed_mappings.h"
#include "models/host/driver/driver.h"

namespace siov {

// Who is connected to the host, in the order of the peers' names.
struct HostPeers {
  std::uint32_t ports = 1;
  std::uint32_t memories = 1;      // blocks that tell of completion records
  std::uint32_t iommu_events = 0;  // blocks that record faults
  std::uint32_t interrupt_remappers = 0;
  std::vector<EndpointPortals> endpoints;  // by Job::endpoint
  std::uint32_t iommus = 0;                // invalidation queues
  std::vector<DriverDevice> devices;       // by Job::endpoint; needed where there are IOMMUs
  std::vector<GuestProcesses> guests;      // by their first VM
  std::vector<bool> streaming;             // by Job::tenant_class: its jobs' buffers are mapped for each job
};

class Host final : public PartedBlock, private DriverClient, private LostEndWatch {
 public:
  Host(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, const HostConfig& config,
       const HostPeers& peers, AddressSpaces& address_spaces);

  // They have the host's sockets. The driver is a block of its own.
  JobSubmission& submission() { return submission_; }
  JobCompletion& completion() { return completion_; }
  ReplayedMappings& mappings() { return mappings_; }
  LostEnds& lost_ends() { return lost_ends_; }
  Driver& driver() { return driver_; }

  std::vector<std::string> WaitsFor(const Occupancy& held) const override;
  std::vector<std::string> PassesOnTo() const override { return submission_.Ports(); }

 private:
  void OnUnmapped(Submission& submission) override { submission_.Answer(*submission.job, 0); }
  void OnCpuFree(Picoseconds) override { submission_.FreeCpu(); }
  void OnMappingDone(MappingRequest& request) override { mappings_.Answer(request); }
  void OnEndLost(Job& job) override { lost_ends_.Await(job); }
  // The later job may be given up before its interrupt comes: the driver's time-out is what is left then.
  void OnEndCoalesced(Job& job) override {
    completion_.Coalesced(job);
    lost_ends_.Await(job);
  }

  HostConfig config_;
  JobDeadlines deadlines_;
  Driver driver_;
  JobSubmission submission_;
  JobCompletion completion_;
  ReplayedMappings mappings_;
  EndStatistics ends_;
  LostEnds lost_ends_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_HOST_H_

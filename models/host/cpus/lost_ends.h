// SPDX-License-Identifier: Apache-2.0
// What tells the host of jobs that will never see their end, and the end it gives them: event interrupts of IOMMUs,
// whose handler looks, clears and answers, and the driver's time-out.
#ifndef SIOV_MODELS_HOST_CPUS_LOST_ENDS_H_
#define SIOV_MODELS_HOST_CPUS_LOST_ENDS_H_

#include <memory>
#include <vector>

#include "models/host/cpus/job_completion.h"

namespace siov {

class LostEnds final : public BlockPart {
 public:
  // The other parts of the host, and what all of them know.
  struct Neighbours {
    JobSubmission& submission;
    JobCompletion& completion;
    JobDeadlines& deadlines;
    EndStatistics& ends;
  };

  // `iommus`: those that record faults.
  LostEnds(PartedBlock& host, const HostConfig& config, std::uint32_t iommus, const Neighbours& neighbours);

  std::vector<std::unique_ptr<TargetSocket<LostEnds, IommuEvent>>> from_iommu;    // event interrupts
  std::vector<std::unique_ptr<TargetSocket<LostEnds, FaultRecord>>> from_faults;  // by which records were lost

  // Nothing will tell of the job's end: its deadline does.
  void Await(Job& job);

 private:
  enum : std::uint32_t {
    kEvent,     // an IOMMU has something to tell; argument: socket
    kFault,     // the driver knows of a fault by which a job's completion record was lost
    kFaultEnd,  // and tells the tenant
    kGiveUp,    // a job that nothing will tell of; argument: its id's lower half
  };

  tlm::tlm_sync_enum OnEvent(std::uint32_t socket, IommuEvent& event, Picoseconds delay);
  tlm::tlm_sync_enum OnFault(std::uint32_t, FaultRecord& fault, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void Serve(IommuEvent& event, std::uint32_t socket);
  void EndWithoutRecord(FaultRecord& fault);
  void TellOfFault(FaultRecord& fault);
  void IgnoreLate(FaultRecord& fault);
  void GiveUp(Job& job, std::uint32_t id);

  const HostConfig& config_;
  Neighbours others_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_LOST_ENDS_H_

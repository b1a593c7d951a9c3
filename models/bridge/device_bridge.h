// SPDX-License-Identifier: Apache-2.0
// A device that is a model from outside, behind a port of the platform: its reads and writes become TLPs with the
// port's tags, the link's credits and the IOMMU's translation; what the host writes to its portals becomes generic
// payloads. A write to the record address of a job it was given ends that job, a write to FEEx_xxxxh is an interrupt.
//
// It has no ATC: translations, page requests and invalidations are not its model's to see. See models/bridge/README.md.
#ifndef SIOV_MODELS_BRIDGE_DEVICE_BRIDGE_H_
#define SIOV_MODELS_BRIDGE_DEVICE_BRIDGE_H_

#include <string>
#include <vector>

#include "models/base/latency_statistic.h"
#include "models/base/pool.h"
#include "models/bridge/device_bridge_config.h"
#include "models/bridge/device_bridge_core.h"
#include "models/bridge/device_info.h"
#include "models/bridge/outside_initiator.h"
#include "models/bridge/outside_target.h"
#include "models/kernel/block.h"

namespace siov {

class DeviceBridge final : public Block, private OutsideInitiator::Client, private OutsideTarget::Client {
 public:
  DeviceBridge(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
               const DeviceBridgeConfig& config);

  TargetSocket<DeviceBridge> from_port;  // what the host writes to the portals
  InitiatorSocket<DeviceBridge> to_port;
  OutsideInitiator mmio;
  OutsideTarget dma;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override;

 private:
  enum : std::uint32_t { kPortalWrite, kAnswered };
  // A portal write the model is looking at.
  struct Submission {
    Tlp* payload = nullptr;
    SubmissionInfo info;
    bool accepted = false;
  };
  // A read or write of the model.
  struct Dma {
    OutsideTarget::Request* request = nullptr;
    std::uint32_t leaving = 0;     // writes that wait for the port
    std::uint32_t unanswered = 0;  // reads
    Picoseconds since = 0;
    tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
  };

  tlm::tlm_sync_enum OnPort(std::uint32_t, Tlp& payload, Picoseconds delay);
  void Backward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  // Submissions.
  void Submit(Tlp& write);
  void OnBegun(void*) override {}
  void OnEnded(void* submission, bool served) override;
  Pasid PasidOf(const Tlp& write) const;
  std::uint64_t MessageOf(const WorkDescriptor& descriptor) const;
  void AcceptJob(Submission& submission);

  // The model's own requests.
  void OnRequest(OutsideTarget::Request& request) override;
  void Read(Dma& dma);
  void Write(Dma& dma);
  Tlp* TakeTlp(TlpKind kind, std::uint64_t address, std::uint32_t length, const DmaInfo& info);
  void MarkEnd(Tlp& write, const DmaInfo& info);
  void MarkRecord(Tlp& write, Job& job, bool failed);
  void MarkInterrupt(Tlp& write);
  void Left(Dma& dma);
  void ReadAnswered(Tlp& read);
  void End(Dma& dma);

  DeviceBridgeConfig config_;
  OpenJobs jobs_;        // by PASID and record address
  OpenJobs interrupts_;  // by message address: their records are written
  Pool<Submission> submission_pool_;
  std::vector<Submission*> pending_;  // with the model
  RingQueue<Dma*> waiting_;           // of writes that wait for the port, in order
  Pool<Dma> dma_pool_;

  Counter submissions_{statistics_, "submissions", "writes", "Portal writes given to the model."};
  Counter retries_{statistics_, "retries", "writes", "... that it had no room for (Retry)."};
  Counter refused_{statistics_, "refused", "writes", "... that it answered with an error."};
  Counter reads_{statistics_, "reads", "requests", "Read requests of the model, as TLPs."};
  Counter writes_{statistics_, "writes", "requests", "Write requests of the model, as TLPs."};
  Counter read_bytes_{statistics_, "read_bytes", "bytes", "Bytes of its reads."};
  Counter written_bytes_{statistics_, "written_bytes", "bytes", "Bytes of its writes."};
  Counter failed_reads_{statistics_, "failed_reads", "requests", "Its reads that were answered with an error."};
  Counter records_{statistics_, "records", "writes", "Its writes that ended a job."};
  Counter interrupt_messages_{statistics_, "interrupts", "messages", "Its writes that were interrupt messages."};
  LatencyStatistic read_latency_{statistics_, "read_latency", "From a read of the model to its answer."};
  Occupancy open_{statistics_, "jobs", "jobs", "Jobs the model has accepted and not ended.", 0};
  Occupancy in_flight_{statistics_, "in_flight", "requests", "Generic payloads of the model under way.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_DEVICE_BRIDGE_H_

// SPDX-License-Identifier: Apache-2.0
// The IOMMU's page request queue: stores page requests in the ring in memory, tells software, sends the answers.
//
// Models the checks of root, context and PASID structures (VT-d and RISC-V answers), the ring with its overflow, the
// descriptor's memory write and the tail that follows it, implicit invalidation of the page before queuing, the page
// request event with its mask, responses (software's and the hardware's own), and draining. What it does not model:
// README.md.
#ifndef SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_H_
#define SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/iommu/pri_queue/pri_queue_core.h"
#include "models/kernel/block.h"
#include "models/translation/address_spaces.h"
#include "models/translation/fault_reason.h"

namespace siov {

class PriQueue final : public Block {
 public:
  PriQueue(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
           const PriQueueConfig& config, std::size_t ports, const AddressSpaces& spaces);

  std::vector<std::unique_ptr<TargetSocket<PriQueue>>> from_port;
  std::vector<std::unique_ptr<InitiatorSocket<PriQueue>>> to_port;
  TargetSocket<PriQueue, InvalidationRequest> from_invalidation;  // waits that ask for a drain
  TargetSocket<PriQueue> from_page_responses;                     // software's answers on their way to a device
  InitiatorSocket<PriQueue, InvalidationRequest> to_iotlb;  // pages to be forgotten before their requests are queued
  InitiatorSocket<PriQueue, TableAccess> to_memory;
  InitiatorSocket<PriQueue, IommuEvent> to_host;     // the page request event
  InitiatorSocket<PriQueue, FaultRecord> to_faults;  // requests that the structures do not allow

  TargetSocket<PriQueue, PageRequestAccess> from_software;

  const PageRequestRing& ring() const { return ring_; }
  // Software's IM bit (PECTL). Unmasking lets an event out that was held back.
  void MaskEvent(bool masked);

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return PeersOf(to_host); }

 private:
  enum : std::uint32_t { kArrived, kForgotten, kStored, kVisible, kResponse, kRespond, kRespondOwn, kDrain };

  tlm::tlm_sync_enum Forward(std::uint32_t port, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum FromInvalidation(std::uint32_t, InvalidationRequest& drain, Picoseconds delay);
  tlm::tlm_sync_enum FromPageResponses(std::uint32_t, Tlp& response, Picoseconds delay);
  void Ignore(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void FromFaults(std::uint32_t, FaultRecord&, tlm::tlm_phase_enum, Picoseconds) {}
  void FromHost(std::uint32_t, IommuEvent& event, tlm::tlm_phase_enum phase, Picoseconds delay);
  tlm::tlm_sync_enum FromSoftware(std::uint32_t, PageRequestAccess& access, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  void OnArrived(Tlp& payload);
  void RecordFault(const Tlp& request, FaultReason reason);
  void Refuse(Tlp& payload, PageResponseCode code);
  void FromIotlb(std::uint32_t, InvalidationRequest& request, tlm::tlm_phase_enum phase, Picoseconds delay);
  void Forget(Tlp& request, std::uint32_t slot);
  void OnForgotten(InvalidationRequest& forgotten);
  void OnStored(Tlp& payload, std::uint32_t slot);
  void FromMemory(std::uint32_t, TableAccess& descriptor, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnVisible(Tlp& payload);
  void SendEvent();
  void OnDrain(InvalidationRequest& drain);
  void OnResponse(Tlp& response);
  void Respond(Tlp& response);
  void AnswerDrains();

  PriQueueConfig config_;
  PageRequestRing ring_;
  const AddressSpaces& spaces_;
  std::uint64_t ring_address_;
  Picoseconds last_visible_ = 0;
  // Requests whose page is being forgotten, in their order.
  struct Forgetting {
    Tlp* request;
    std::uint32_t slot;
  };
  RingQueue<Forgetting> forgetting_;
  // Requests whose descriptor is being written, in their order.
  struct Writing {
    Tlp* request;
    Picoseconds visible = kNever;  // memory has not said yet
  };
  RingQueue<Writing> writing_;
  std::uint32_t own_answers_ = 0;           // the hardware's own, not yet sent
  RingQueue<InvalidationRequest*> drains_;  // waits that ask for a drain

  Counter requests_{statistics_, "requests", "requests", "page requests received"};
  Counter stop_markers_{statistics_, "stop_markers", "messages", "Stop Markers received"};
  Counter overflows_{statistics_, "overflows", "requests", "page requests dropped for want of a place in the ring"};
  Counter table_errors_{statistics_, "table_errors", "requests",
                        "page requests whose translation structures do not allow them; not queued"};
  Counter dropped_{statistics_, "dropped", "requests", "page requests dropped without an answer (L=0)"};
  Counter events_{statistics_, "events", "interrupts", "page request events sent"};
  Counter drained_{statistics_, "drains", "waits", "waits that were held until all page requests were visible"};
  Counter success_{statistics_, "responses.success", "responses", "responses sent: Success"};
  Counter invalid_{statistics_, "responses.invalid", "responses", "responses sent: Invalid Request"};
  Counter failure_{statistics_, "responses.failure", "responses", "responses sent: Response Failure"};
  Counter hardware_{statistics_, "responses.hardware", "responses", "responses sent by the hardware itself"};
  Occupancy occupied_;
};

}  // namespace siov

#endif  // SIOV_MODELS_IOMMU_PRI_QUEUE_PRI_QUEUE_H_

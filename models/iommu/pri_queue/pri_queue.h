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
#include "models/iommu/pri_queue/page_request_registers.h"
#include "models/kernel/block.h"
#include "models/translation/address_spaces.h"
#include "models/translation/fault_reason.h"
#include "models/translation/translation_invalidator.h"

namespace siov {

class PriQueue final : public Block, public PageRequestRegisters {
 public:
  // `invalidators`: the caches that forget a page before its request is queued (IOTLB, page walker).
  PriQueue(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
           const PriQueueConfig& config, std::size_t ports, const AddressSpaces& spaces,
           std::vector<TranslationInvalidator*> invalidators);

  std::vector<std::unique_ptr<TargetSocket<PriQueue>>> from_port;
  std::vector<std::unique_ptr<InitiatorSocket<PriQueue>>> to_port;
  // Page group responses on their way to a device, and waits that ask whether all requests before them are visible.
  TargetSocket<PriQueue> from_invalidation;
  InitiatorSocket<PriQueue, TableAccess> to_memory;
  InitiatorSocket<PriQueue> to_host;    // the page request event
  InitiatorSocket<PriQueue> to_faults;  // requests that the structures do not allow

  // Software's side.
  const PageRequestRing& ring() const override { return ring_; }
  void AdvanceHead(std::uint32_t entries) override;
  void ClearPending() override { ring_.ClearPending(); }
  void ClearOverflow() override { ring_.ClearOverflow(); }
  void MaskEvent(bool masked) override;

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return PeersOf(to_host); }

 private:
  enum : std::uint32_t { kArrived, kStored, kVisible, kRespond, kCommand };

  tlm::tlm_sync_enum Forward(std::uint32_t port, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum FromInvalidation(std::uint32_t, Tlp& payload, Picoseconds delay);
  void Ignore(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void FromHost(std::uint32_t, Tlp& event, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  void OnArrived(Tlp& payload);
  void RecordFault(const Tlp& request, FaultReason reason);
  void Refuse(Tlp& payload, PageResponseCode code);
  void OnStored(Tlp& payload, std::uint32_t slot);
  void FromMemory(std::uint32_t, TableAccess& descriptor, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnVisible(Tlp& payload);
  void SendEvent();
  void OnCommand(Tlp& payload);
  void OnRespond(Tlp& payload);
  void AnswerDrains();

  PriQueueConfig config_;
  PageRequestRing ring_;
  const AddressSpaces& spaces_;
  std::vector<TranslationInvalidator*> invalidators_;
  std::uint64_t ring_address_;
  Picoseconds last_visible_ = 0;
  // Requests whose descriptor is being written, in their order.
  struct Writing {
    Tlp* request;
    Picoseconds visible = kNever;  // memory has not said yet
  };
  RingQueue<Writing> writing_;
  std::uint32_t own_answers_ = 0;  // the hardware's own, not yet sent
  RingQueue<Tlp*> drains_;         // waits that ask for a drain

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

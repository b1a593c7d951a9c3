// SPDX-License-Identifier: Apache-2.0
// The IOMMU's page request queue: stores page requests in the ring in memory, hands them to the host, sends the
// answers.
//
// Models the ring, its overflow (answered Success by the hardware, so that the device tries again), the descriptor's
// memory write, implicit invalidation of the page before queuing, and the response. Every request closes its group
// (L=1); Stop Markers and the page request event's interrupt are not modelled (the host's wake-up time stands for it).
#ifndef SIOV_MODELS_PRI_QUEUE_PRI_QUEUE_H_
#define SIOV_MODELS_PRI_QUEUE_PRI_QUEUE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/page_tables/address_spaces.h"
#include "models/page_tables/translation_invalidator.h"
#include "models/pri_queue/pri_queue_core.h"
#include "models/tlm/block.h"

namespace siov {

class PriQueue : public Block {
 public:
  // `invalidators`: the caches that forget a page before its request is queued (IOTLB, page walker).
  PriQueue(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
           const PriQueueConfig& config, std::size_t ports, const AddressSpaces& spaces,
           std::vector<TranslationInvalidator*> invalidators);

  std::vector<std::unique_ptr<TargetSocket<PriQueue>>> from_port;
  std::vector<std::unique_ptr<InitiatorSocket<PriQueue>>> to_port;
  InitiatorSocket<PriQueue> to_memory;
  InitiatorSocket<PriQueue> to_host;

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return PeersOf(to_host); }

 private:
  enum : std::uint32_t { kArrived, kStored, kRespond };

  tlm::tlm_sync_enum Forward(std::uint32_t port, Payload& payload, tlm::tlm_phase& phase, Picoseconds delay);
  void FromHost(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay);
  void Ignore(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;

  void OnArrived(Payload& payload);
  void OnStored(Payload& payload, std::uint32_t slot);
  void AnswerLater(Payload& payload, PageResponseCode code);
  void OnTaken();
  void OnRespond(Payload& payload);

  PageRequestRing ring_;
  const AddressSpaces& spaces_;
  std::vector<TranslationInvalidator*> invalidators_;
  std::uint32_t descriptor_bytes_;
  Picoseconds enqueue_latency_;
  Picoseconds response_latency_;
  std::uint64_t ring_address_;

  Counter requests_{statistics_, "requests", "requests", "page requests received"};
  Counter overflows_{statistics_, "overflows", "requests", "page requests dropped by a full ring and answered Success"};
  Counter unknown_{statistics_, "unknown_pasid", "requests",
                   "page requests of a PASID without tables, answered Invalid"};
  Counter success_{statistics_, "responses.success", "responses", "responses sent: Success"};
  Counter invalid_{statistics_, "responses.invalid", "responses", "responses sent: Invalid Request"};
  Counter failure_{statistics_, "responses.failure", "responses", "responses sent: Response Failure"};
  Occupancy occupied_;
  Occupancy serving_{statistics_, "in_service", "requests", "page requests taken by the host and not yet answered", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_PRI_QUEUE_PRI_QUEUE_H_

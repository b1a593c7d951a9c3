// SPDX-License-Identifier: Apache-2.0
// Event interrupts of the invalidation queues, as the driver takes them: cleared after `event_latency`.
#ifndef SIOV_MODELS_HOST_DRIVER_DRIVER_EVENTS_H_
#define SIOV_MODELS_HOST_DRIVER_DRIVER_EVENTS_H_

#include <memory>
#include <vector>

#include "models/base/statistics.h"
#include "models/kernel/block_parts.h"

namespace siov {

class DriverEvents final : public BlockPart {
 public:
  DriverEvents(PartedBlock& driver, Picoseconds event_latency_ps, std::uint32_t iommus, Counter& events)
      : BlockPart(driver), event_latency_ps_(event_latency_ps), events_(events) {
    for (std::uint32_t i = 0; i < iommus; ++i) {
      from_iommu.push_back(std::make_unique<TargetSocket<DriverEvents, IommuEvent>>(
          ("from_iommu_" + std::to_string(i)).c_str(), this, &DriverEvents::OnEvent, i));
    }
  }

  std::vector<std::unique_ptr<TargetSocket<DriverEvents, IommuEvent>>> from_iommu;

 private:
  enum : std::uint32_t { kEvent, kCleared };

  tlm::tlm_sync_enum OnEvent(std::uint32_t iommu, IommuEvent& event, Picoseconds delay) {
    Arrive(delay, kEvent, event, iommu);
    return tlm::TLM_UPDATED;
  }
  void OnDue(const DueItem& item) override {
    auto& event = PacketOf<IommuEvent>(item);
    if (item.kind == kCleared) return from_iommu[item.argument]->Respond(event, 0);
    events_.Add();
    event.ledger.Mark(Stage::kInterrupt, now() + event_latency_ps_);
    Due(event_latency_ps_, kCleared, &event, item.argument);
  }

  Picoseconds event_latency_ps_;
  Counter& events_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_DRIVER_DRIVER_EVENTS_H_

// SPDX-License-Identifier: Apache-2.0
// What executes the fault service's descriptors while a platform has no invalidation queue: in order, one after the
// other. IOTLB and page walker are told and answer when they have drained; a device's cache is told directly, without
// the invalidate request and its completion on the link; waits end when everything before them has. Page group
// responses go on at once.
//
// Not modelled: the queue in memory, ITags, time-outs, the time of an invalidate request. The invalidation queue takes
// this place.
#ifndef SIOV_PLATFORMS_BUILD_INVALIDATION_DISPATCH_H_
#define SIOV_PLATFORMS_BUILD_INVALIDATION_DISPATCH_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/base/ring_queue.h"
#include "models/tlm/block.h"

namespace siov {

class InvalidationDispatch : public Block {
 public:
  using TellDevice = std::function<void(const CacheInvalidation&)>;

  InvalidationDispatch(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                       TellDevice tell_device);

  TargetSocket<InvalidationDispatch> from_fault_service;
  InitiatorSocket<InvalidationDispatch> to_iotlb;
  InitiatorSocket<InvalidationDispatch> to_pri_queue;

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return PeersOf(to_iotlb, to_pri_queue); }
  std::vector<std::string> PassesOnTo() const override { return PeersOf(to_pri_queue); }

 private:
  enum : std::uint32_t { kCommand, kAnswered };

  tlm::tlm_sync_enum Forward(std::uint32_t, Payload& command, tlm::tlm_phase& phase, Picoseconds delay);
  void OnAnswer(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  void Next();
  void Execute(Payload& command);
  void Ask(InitiatorSocket<InvalidationDispatch>& socket, Payload& command);
  void Finish();

  TellDevice tell_device_;
  RingQueue<Payload*> commands_;
  bool busy_ = false;

  Counter descriptors_{statistics_, "descriptors", "descriptors", "descriptors executed, page group responses apart"};
  Occupancy queue_{statistics_, "queue", "descriptors", "descriptors that are not executed yet", 0};
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_BUILD_INVALIDATION_DISPATCH_H_

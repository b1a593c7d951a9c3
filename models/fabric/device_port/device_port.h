// SPDX-License-Identifier: Apache-2.0
// The device's end of its link: fixed latencies, tags of non-posted requests, the PASID width, and the way of packets
// that come down to the portals, to the ATC, or back to whoever asked.
//
// Posted requests have a bounded queue towards the wire; those beyond it wait in the block that sends them. What else a
// device may have in flight is bounded by its tags and by the buffers of its engine. See
// models/fabric/device_port/README.md.
#ifndef SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_H_
#define SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/base/lent_places.h"
#include "models/base/ring_queue.h"
#include "models/fabric/device_port/device_port_core.h"
#include "models/kernel/block.h"

namespace siov {

class DevicePort final : public Block {
 public:
  // `blocks` is how many blocks of the device send through this port: from_block[0 .. blocks). `has_function`: somebody
  // answers accesses to the device's registers.
  DevicePort(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
             const DevicePortConfig& config, std::uint32_t blocks, bool has_function = false);

  std::vector<std::unique_ptr<TargetSocket<DevicePort>>> from_block;
  TargetSocket<DevicePort> from_link;
  InitiatorSocket<DevicePort> to_link;
  InitiatorSocket<DevicePort> to_portal;
  InitiatorSocket<DevicePort> to_atc;
  std::optional<InitiatorSocket<DevicePort>> to_function;

  std::vector<std::string> WaitsFor(const Occupancy& held) const override {
    if (&held == &tags_in_use_ || &held == &posted_waiting_) return PeersOf(to_link);
    return {};
  }
  std::vector<std::string> PassesOnTo() const override { return PeersOf(to_link, to_portal); }

 private:
  enum Kind : std::uint32_t { kUpstream, kAnswered, kDownstream, kPlaceFree, kTimeout };

  tlm::tlm_sync_enum FromBlock(std::uint32_t block, Tlp& payload, Picoseconds delay);
  tlm::tlm_sync_enum FromLink(std::uint32_t, Tlp& payload, Picoseconds delay);
  void LinkBackward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void DeviceBackward(std::uint32_t, Tlp& payload, tlm::tlm_phase_enum phase, Picoseconds delay);
  void OnDue(const DueItem& item) override;
  bool TakePlace(std::uint32_t block, Tlp& payload);
  void PassWaiting();
  void FreePlaces();
  void ArmPlaceFree();
  void Upstream(Tlp& payload, std::uint32_t block);
  void Refuse(Tlp& payload, std::uint32_t block);
  void Issue(Tlp& payload, std::uint16_t tag);
  Tlp& ReadOf(Tlp& last_completion);
  void Answered(Tlp& payload);
  void FreeTag(std::uint16_t tag);
  void LateAnswer(Tlp& payload);
  void CheckTimeouts();
  void Watch();
  void WatchNothing();
  void TimeOut(std::uint16_t tag);
  void Downstream(Tlp& payload);
  InitiatorSocket<DevicePort>& SocketOf(DownstreamRoute route);

  DevicePortConfig config_;
  MemoryRanges own_memory_;
  TagPool tags_;
  TagTimers timers_;
  bool timeout_due_ = false;
  bool watching_ = false;  // and something is outstanding
  RingQueue<Tlp*> waiting_for_tag_;
  struct Waiting {
    Tlp* payload;
    std::uint32_t block;
  };
  RingQueue<Waiting> waiting_for_place_;
  RingQueue<Picoseconds> places_free_at_;  // of those that the wire has taken or will take; in order
  std::uint32_t places_taken_ = 0;
  bool place_free_due_ = false;

  Counter upstream_requests_;
  Counter downstream_requests_;
  Counter answers_;
  Counter pasid_refused_;
  Counter own_memory_refused_;
  Counter unsupported_messages_;
  Counter completion_timeouts_;
  Counter late_answers_;
  Counter late_data_;
  Counter tag_stalls_;
  Counter posted_stalls_;
  Occupancy tags_in_use_;
  Occupancy tag_queue_;
  Occupancy posted_waiting_;
  std::optional<LentPlaces> posted_places_;  // if they are limited
};

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_DEVICE_PORT_DEVICE_PORT_H_

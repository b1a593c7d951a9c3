// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/process_exits.h"

#include <utility>

namespace siov {

ProcessExits::ProcessExits(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                           std::vector<ProcessExit> exits, const std::vector<bool>& devices)
    : Block(name, simulation, path),
      to_traffic("to_traffic", this, &ProcessExits::TrafficBackward),
      to_fault_service("to_fault_service", this, &ProcessExits::ServiceBackward),
      exits_(std::move(exits)) {
  to_device.resize(devices.size());
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (!devices[i]) continue;
    to_device[i] = std::make_unique<InitiatorSocket<ProcessExits, PasidStop>>(
        ("to_device_" + std::to_string(i)).c_str(), this, &ProcessExits::DeviceBackward);
  }
}

void ProcessExits::start_of_simulation() {
  for (std::uint32_t i = 0; i < exits_.size(); ++i) Due(exits_[i].at_ps, kExit, nullptr, i);
}

void ProcessExits::OnDue(const DueItem& item) {
  if (item.kind == kTornDown) return TornDown(PacketOf<PasidTeardown>(item));
  item.kind == kExit ? Exit(item.argument) : TearDown(item.argument);
}

void ProcessExits::Exit(std::uint32_t index) {
  const ProcessExit& exit = exits_[index];
  PasidEnd* end = TakePacket<PasidEnd>();
  end->pasid = exit.pasid;
  to_traffic.Send(*end, 0);
  stopping_.Increment(now());
  PasidStop* stop = TakePacket<PasidStop>();
  stop->pasid = exit.pasid;
  stop->stop_marker = exit.stop_marker;
  stop->context = index;
  to_device[exit.endpoint]->Send(*stop, 0);
}

// The driver looks at times whether the device has stopped.
void ProcessExits::DeviceBackward(std::uint32_t, PasidStop& stop, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  const std::uint32_t index = stop.context;
  GivePacket(stop);
  Due(delay + exits_[index].poll_ps, kNoticed, nullptr, index);
}

void ProcessExits::TearDown(std::uint32_t index) {
  const ProcessExit& exit = exits_[index];
  stopping_.Decrement(now());
  stop_time_.Add(now() - exit.at_ps);
  ending_.Increment(now());
  PasidTeardown* teardown = TakePacket<PasidTeardown>();
  teardown->pasid = exit.pasid;
  teardown->requester = exit.requester;
  teardown->iommu = exit.iommu;
  teardown->context = index;
  to_fault_service.Send(*teardown, 0);
}

void ProcessExits::ServiceBackward(std::uint32_t, PasidTeardown& teardown, tlm::tlm_phase_enum phase,
                                   Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kTornDown, teardown);
}

void ProcessExits::TornDown(PasidTeardown& teardown) {
  ending_.Decrement(now());
  tear_down_time_.Add(now() - teardown.ledger.start());
  exits_done_.Add();
  GivePacket(teardown);
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "models/host/cpus/process_exits.h"

#include <utility>

namespace siov {

ProcessExits::ProcessExits(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                           std::vector<ProcessExit> exits, Peers peers)
    : Block(name, simulation, path), exits_(std::move(exits)), peers_(std::move(peers)) {}

void ProcessExits::start_of_simulation() {
  for (std::uint32_t i = 0; i < exits_.size(); ++i) Due(exits_[i].at_ps, kExit, nullptr, i);
}

void ProcessExits::OnDue(const DueItem& item) { item.kind == kExit ? Exit(item.argument) : TearDown(item.argument); }

void ProcessExits::Exit(std::uint32_t index) {
  const ProcessExit& exit = exits_[index];
  peers_.end_tenant(exit.tenant);
  stopping_.Increment(now());
  peers_.stop_device(exit, [this, index] { Due(exits_[index].poll_ps, kNoticed, nullptr, index); });
}

void ProcessExits::TearDown(std::uint32_t index) {
  const ProcessExit& exit = exits_[index];
  const Picoseconds stopped = now();
  stopping_.Decrement(stopped);
  stop_time_.Add(stopped - exit.at_ps);
  ending_.Increment(stopped);
  peers_.tear_down(exit, [this, stopped] {
    ending_.Decrement(now());
    tear_down_time_.Add(now() - stopped);
    exits_done_.Add();
  });
}

}  // namespace siov

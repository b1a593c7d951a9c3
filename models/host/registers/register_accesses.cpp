// SPDX-License-Identifier: Apache-2.0
#include "models/host/registers/register_accesses.h"

#include <algorithm>
#include <utility>

namespace siov {

RegisterAccesses::RegisterAccesses(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                                   std::vector<RegisterAccess> accesses, RootComplexMap ports, Picoseconds latency_ps)
    : Block(name, simulation, path),
      accesses_(std::move(accesses)),
      ports_(std::move(ports)),
      latency_ps_(latency_ps),
      outcomes_(accesses_.size()) {
  for (std::uint32_t i = 0; i < ports_.ports(); ++i) {
    to_port.push_back(std::make_unique<InitiatorSocket<RegisterAccesses>>(("to_port_" + std::to_string(i)).c_str(),
                                                                          this, &RegisterAccesses::PortBackward, i));
  }
}

std::vector<std::string> RegisterAccesses::WaitsFor(const Occupancy&) const {
  std::vector<std::string> ports;
  for (const auto& socket : to_port) {
    for (const std::string& peer : PeersOf(*socket)) ports.push_back(peer);
  }
  return ports;
}

void RegisterAccesses::start_of_simulation() { Next(0); }

// Of a completion the CPU has waited for; a posted write left its buffers long ago.
void RegisterAccesses::PortBackward(std::uint32_t, Tlp& access, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kAnswered, access);
}

void RegisterAccesses::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kIssue:
      return Issue();
    case kUnclaimed:
      return End(CompletionStatus::kUnsupportedRequest, AllOnes(accesses_[next_].size_bytes), 0);
    default:
      return Answered(PacketOf(item));
  }
}

void RegisterAccesses::Issue() {
  const RegisterAccess& access = accesses_[next_];
  outcomes_[next_].issued_ps = now();
  const auto port = ports_.PortOf(access);
  if (!port) {
    unclaimed_.Add();
    return Due(latency_ps_, kUnclaimed);
  }
  Send(*port, access);
}

void RegisterAccesses::Send(std::uint32_t port, const RegisterAccess& access) {
  Tlp& request = *TakePacket(KindOf(access), access.address, access.size_bytes);
  request.completer = access.function;
  request.type_1 = access.configuration;
  request.register_data = access.value;
  request.ledger.Mark(Stage::kSubmit, now() + latency_ps_);
  tlps_.Add();
  const bool posted = IsPosted(request.kind);
  if (!posted) outstanding_.Increment(now());
  to_port[port]->Send(request, latency_ps_);
  if (posted) End(CompletionStatus::kSuccess, 0, latency_ps_);
}

void RegisterAccesses::Answered(Tlp& access) {
  CheckArrival(access);
  outstanding_.Decrement(now());
  const bool succeeded = access.status == CompletionStatus::kSuccess;
  const std::uint64_t value = succeeded ? access.register_data : AllOnes(access.length_bytes);
  const CompletionStatus status = access.status;
  GivePacket(access);
  End(status, value, 0);
}

void RegisterAccesses::End(CompletionStatus status, std::uint64_t value, Picoseconds after) {
  RegisterOutcome& outcome = outcomes_[next_];
  outcome.done = true;
  outcome.status = status;
  outcome.value = accesses_[next_].write ? 0 : value;
  outcome.latency_ps = now() + after - outcome.issued_ps;
  time_.Add(outcome.latency_ps);
  if (status != CompletionStatus::kSuccess) failed_.Add();
  ++next_;
  Next(after);
}

void RegisterAccesses::Next(Picoseconds after) {
  if (next_ == accesses_.size()) return;
  Due(std::max(now() + after, accesses_[next_].at_ps) - now(), kIssue);
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function.h"

#include "models/base/invariant.h"

namespace siov {

Function::Function(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                   const FunctionRegistersConfig& config)
    : Block(name, simulation, path),
      from_port("from_port", this, &Function::FromPort),
      config_latency_ps_(config.config_latency_ps),
      register_latency_ps_(config.register_latency_ps),
      registers_(config) {}

tlm::tlm_sync_enum Function::FromPort(std::uint32_t, Tlp& access, Picoseconds delay) {
  waiting_.Increment(now());
  Arrive(delay, kArrived, access);
  return tlm::TLM_ACCEPTED;
}

void Function::OnDue(const DueItem& item) { item.kind == kArrived ? Arrived(PacketOf(item)) : Served(PacketOf(item)); }

void Function::Arrived(Tlp& access) {
  CheckArrival(access);
  CheckInvariant(!access.type_1, [&] { return path() + ": a configuration request of type 1 came to a function"; });
  const Picoseconds start =
      server_.Take(now(), IsConfiguration(access.kind) ? config_latency_ps_ : register_latency_ps_);
  access.ledger.MarkServed(Stage::kEngineWait, start, Stage::kArbitration, server_.free_at());
  Due(server_.free_at() - now(), kServed, &access);
}

void Function::Served(Tlp& access) {
  waiting_.Decrement(now());
  from_port.Release(access);
  const RegisterAnswer answer = registers_.Answer(AccessOf(access));
  Count(access, answer);
  if (answer.outcome.status == ConfigOutcome::Status::kError) FailUndefined(answer);
  if (IsPosted(access.kind)) return GivePacket(access);
  access.status = answer.status;
  access.register_data = answer.value;
  from_port.Respond(access, 0);
}

void Function::Count(const Tlp& access, const RegisterAnswer& answer) {
  (IsRegisterRead(access.kind) ? reads_ : writes_).Add();
  if (answer.status == CompletionStatus::kUnsupportedRequest) unsupported_.Add();
  if (answer.status == CompletionStatus::kCompleterAbort) aborted_.Add();
  if (answer.outcome.status == ConfigOutcome::Status::kRefused) refused_.Add();
  if (answer.outcome.status == ConfigOutcome::Status::kUndefined) undefined_.Add();
  if (answer.ignored) ignored_.Add();
}

void Function::FailUndefined(const RegisterAnswer& answer) const {
  throw InvariantError(path() + ": " + Describe(answer.outcome.undefined) + ", which is undefined, and function " +
                       std::to_string(answer.function) + " is strict");
}

}  // namespace siov

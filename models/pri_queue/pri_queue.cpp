// SPDX-License-Identifier: Apache-2.0
#include "models/pri_queue/pri_queue.h"

#include <utility>

#include "models/base/invariant.h"
#include "models/page_tables/ring_place.h"

namespace siov {

PriQueue::PriQueue(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                   const PriQueueConfig& config, std::size_t ports, const AddressSpaces& spaces,
                   std::vector<TranslationInvalidator*> invalidators)
    : Block(name, simulation, path),
      to_memory("to_memory", this, &PriQueue::Ignore),
      to_host("to_host", this, &PriQueue::FromHost),
      ring_(config),
      spaces_(spaces),
      invalidators_(std::move(invalidators)),
      descriptor_bytes_(config.descriptor_bytes),
      enqueue_latency_(config.enqueue_latency_ps),
      response_latency_(config.response_latency_ps),
      ring_address_(RingPlace(MakeRandom())),
      occupied_(statistics_, "ring", "requests", "page requests in the ring", config.entries - 1) {
  for (std::uint32_t port = 0; port < ports; ++port) {
    const std::string suffix = std::to_string(port);
    from_port.push_back(
        std::make_unique<TargetSocket<PriQueue>>(("from_port_" + suffix).c_str(), this, &PriQueue::Forward, port));
    to_port.push_back(
        std::make_unique<InitiatorSocket<PriQueue>>(("to_port_" + suffix).c_str(), this, &PriQueue::Ignore, port));
  }
}

tlm::tlm_sync_enum PriQueue::Forward(std::uint32_t port, Payload& payload, tlm::tlm_phase& phase, Picoseconds delay) {
  TlpOf(payload).source_port = static_cast<std::uint8_t>(port);  // the answer leaves by the same port
  Arrive(delay, kArrived, payload);
  phase = tlm::END_REQ;  // a full ring answers, it never holds a message back
  return tlm::TLM_UPDATED;
}

// What is posted needs no attention any more.
void PriQueue::Ignore(std::uint32_t, Payload&, const tlm::tlm_phase&, Picoseconds) {}

void PriQueue::FromHost(std::uint32_t, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay) {
  if (phase == tlm::END_REQ) return OnTaken();
  serving_.Decrement(now());
  Ledger& ledger = TlpOf(payload).ledger;
  ledger.Mark(Stage::kPageFault, ledger.cursor() + response_latency_);
  Arrive(delay + response_latency_, kRespond, payload);
}

void PriQueue::OnDue(const DueItem& item) {
  switch (item.kind) {
    case kArrived:
      return OnArrived(PayloadOf(item));
    case kStored:
      return OnStored(PayloadOf(item), item.argument);
    default:
      return OnRespond(PayloadOf(item));
  }
}

void PriQueue::OnArrived(Payload& payload) {
  CheckArrival(payload);
  requests_.Add();
  Tlp& tlp = TlpOf(payload);
  CheckInvariant(tlp.kind == TlpKind::kPageRequest && tlp.last_in_group,
                 [&] { return path() + ": expected a page request that closes its group"; });
  if (!spaces_.Find(tlp.pasid)) {
    unknown_.Add();
    return AnswerLater(payload, PageResponseCode::kInvalidRequest);
  }
  const auto slot = ring_.Push();
  if (!slot) {
    overflows_.Add();
    return AnswerLater(payload, PageResponseCode::kSuccess);
  }
  occupied_.Increment(now());
  for (TranslationInvalidator* invalidator : invalidators_) invalidator->InvalidatePage(tlp.pasid, tlp.virtual_address);
  tlp.ledger.Mark(Stage::kPageFault, now() + enqueue_latency_);
  Arrive(enqueue_latency_, kStored, payload, *slot);
}

void PriQueue::OnStored(Payload& payload, std::uint32_t slot) {
  TlpOf(payload).kind = TlpKind::kFaultService;
  const std::uint64_t address = ring_address_ + std::uint64_t{slot} * descriptor_bytes_;
  Payload* descriptor = TakePayload(TlpKind::kMemoryWrite, address, descriptor_bytes_);
  TlpOf(*descriptor).virtual_address = address;
  TlpOf(*descriptor).tenant = TlpOf(payload).tenant;
  to_memory.Send(*descriptor, 0);
  to_host.Send(payload, 0);
}

// A handler has the request: its place in the ring is free.
void PriQueue::OnTaken() {
  ring_.Pop();
  occupied_.Decrement(now());
  serving_.Increment(now());
}

// The hardware's own answers.
void PriQueue::AnswerLater(Payload& payload, PageResponseCode code) {
  Tlp& tlp = TlpOf(payload);
  tlp.response_code = code;
  tlp.ledger.Mark(Stage::kPageFault, now() + response_latency_);
  Arrive(response_latency_, kRespond, payload);
}

void PriQueue::OnRespond(Payload& payload) {
  CheckArrival(payload);
  Tlp& tlp = TlpOf(payload);
  switch (tlp.response_code) {
    case PageResponseCode::kSuccess:
      success_.Add();
      break;
    case PageResponseCode::kInvalidRequest:
      invalid_.Add();
      break;
    case PageResponseCode::kFailure:
      failure_.Add();
      break;
  }
  tlp.kind = TlpKind::kPageGroupResponse;
  tlp.ClearRoute();
  to_port[tlp.source_port]->Send(payload, 0);
}

}  // namespace siov

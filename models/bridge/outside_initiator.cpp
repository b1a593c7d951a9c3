// SPDX-License-Identifier: Apache-2.0
#include "models/bridge/outside_initiator.h"

#include <sysc/kernel/sc_dynamic_processes.h>

#include <exception>

#include "models/bridge/base_protocol.h"

namespace siov {
namespace {

constexpr int kStackBytes = 256 << 10;  // a thread's, in which the model's own b_transport runs

}  // namespace

OutsideInitiator::OutsideInitiator(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                                   Client* client)
    : Block(name, simulation, path), port(this), client_(client) {}

void OutsideInitiator::Issue(bool write, std::uint64_t address, std::uint32_t length, const RequestInfo& info,
                             void* request, SubmissionInfo* submission) {
  Access& access = *Take(write, address, length);
  access.info = info;
  access.request = request;
  access.set_extension(submission);
  access.state = State::kQueued;
  waiting_.Increment(now());
  simulation().agenda.Owe();
  queue_.PushBack(&access);
  port.timing() == Timing::kLooselyTimed ? WakeThread() : Pump();
}

OutsideInitiator::Access* OutsideInitiator::Take(bool write, std::uint64_t address, std::uint32_t length) {
  Access* access = &access_pool_.pool.Take(&access_pool_);
  access->acquire();
  access->set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  access->set_address(address);
  access->set_data_ptr(scratch_.data());
  access->set_data_length(length);
  access->set_streaming_width(length);
  access->set_byte_enable_ptr(nullptr);
  access->set_byte_enable_length(0);
  access->set_dmi_allowed(false);
  access->set_gp_option(tlm::TLM_MIN_PAYLOAD);
  access->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  return access;
}

void OutsideInitiator::OnDue(const DueItem& item) {
  if (item.kind == kChannelFree) {
    channel_busy_ = false;
    return Pump();
  }
  Access& access = *static_cast<Access*>(item.object);
  item.kind == kResponse ? EndResponse(access) : End(access);
}

void OutsideInitiator::Begin(Access& access) {
  access.state = State::kRequesting;
  accesses_.Add();
  waiting_.Decrement(now());
  in_model_.Increment(now());
  client_->OnBegun(access.request);
}

void OutsideInitiator::End(Access& access) {
  const bool served = access.is_response_ok();
  if (access.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE) Refuse("answered without a response status");
  if (!served) errors_.Add();
  in_model_.Decrement(now());
  simulation().agenda.Paid();
  access.state = State::kIdle;
  access.set_extension(static_cast<SubmissionInfo*>(nullptr));
  void* const request = access.request;
  access.release();
  client_->OnEnded(request, served);
}

void OutsideInitiator::Refuse(const std::string& what) const { RefuseModel(port.model(), path(), what, now()); }

// --- Loosely timed ---------------------------------------------------------------------------------------------------

// Which thread takes an access makes no difference: they take them in order.
void OutsideInitiator::WakeThread() {
  if (!idle_.empty()) {
    idle_.back()->work.notify(sc_core::SC_ZERO_TIME);
    idle_.pop_back();
    return;
  }
  Thread* const thread = &threads_.emplace_back();
  sc_core::sc_spawn_options options;
  options.set_stack_size(kStackBytes);
  const std::string name = std::string(basename()) + "_" + std::to_string(threads_.size());
  sc_core::sc_spawn([this, thread] { Serve(thread); }, name.c_str(), &options);
}

void OutsideInitiator::Serve(Thread* thread) {
  for (;;) {
    while (queue_.empty()) {
      idle_.push_back(thread);
      sc_core::wait(thread->work);
    }
    try {
      Call(*queue_.PopFront());
    } catch (const sc_core::sc_unwind_exception&) {
      throw;  // the kernel ends its threads so
    } catch (...) {
      return simulation().agenda.Fail(std::current_exception());
    }
  }
}

void OutsideInitiator::Call(Access& access) {
  simulation().agenda.CatchUp();
  Begin(access);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  port.transport().b_transport(access, delay);
  simulation().agenda.CatchUp();
  BeginResponse(access, kEnded, delay.value());
}

// --- Approximately timed ---------------------------------------------------------------------------------------------

void OutsideInitiator::Pump() {
  if (pumping_) return;
  pumping_ = true;
  while (!channel_busy_ && !queue_.empty()) BeginRequest(*queue_.PopFront());
  pumping_ = false;
}

void OutsideInitiator::BeginRequest(Access& access) {
  channel_busy_ = true;
  Begin(access);
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum status = port.transport().nb_transport_fw(access, phase, delay);
  if (status == tlm::TLM_ACCEPTED) return;
  if (status == tlm::TLM_COMPLETED) return BeginResponse(access, kEnded, delay.value());
  if (phase == tlm::END_REQ) return EndRequest(access, delay.value());
  if (phase == tlm::BEGIN_RESP) return BeginResponse(access, kResponse, delay.value());
  Refuse(std::string("returned TLM_UPDATED with ") + phase.get_name() + " for BEGIN_REQ");
}

// The next request is made in an event of its own, never within the model's call.
void OutsideInitiator::EndRequest(Access& access, Picoseconds delay) {
  if (access.state != State::kRequesting) Refuse("sent END_REQ for what is not between BEGIN_REQ and END_REQ");
  access.state = State::kAccepted;
  Due(delay, kChannelFree);
}

// `kind` kEnded: nobody waits for an END_RESP.
void OutsideInitiator::BeginResponse(Access& access, std::uint32_t kind, Picoseconds delay) {
  if (access.state == State::kRequesting && port.timing() == Timing::kApproximatelyTimed) {
    early_.Add();
    Due(delay, kChannelFree);
  }
  access.state = State::kAnswered;
  Due(delay, kind, &access);
}

void OutsideInitiator::EndResponse(Access& access) {
  tlm::tlm_phase phase = tlm::END_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  port.transport().nb_transport_fw(access, phase, delay);
  End(access);
}

tlm::tlm_sync_enum OutsideInitiator::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                     sc_core::sc_time& delay) {
  return HearModel(simulation().agenda, [&] { return Hear(payload, phase, delay.value()); });
}

tlm::tlm_sync_enum OutsideInitiator::Hear(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase,
                                          Picoseconds delay) {
  if (phase != tlm::END_REQ && phase != tlm::BEGIN_RESP) {
    if (phase == tlm::BEGIN_REQ || phase == tlm::END_RESP) Refuse(std::string("sent ") + phase.get_name());
    return tlm::TLM_ACCEPTED;  // somebody's extension of the protocol, which may be ignored
  }
  auto* const access = dynamic_cast<Access*>(&payload);
  const bool open = access != nullptr && (access->state == State::kRequesting || access->state == State::kAccepted);
  if (!open) Refuse(std::string("sent ") + phase.get_name() + " for a payload that is not under way");
  if (phase == tlm::END_REQ) {
    EndRequest(*access, delay);
    return tlm::TLM_ACCEPTED;
  }
  BeginResponse(*access, kEnded, delay);
  return tlm::TLM_COMPLETED;
}

}  // namespace siov

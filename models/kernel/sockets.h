// SPDX-License-Identifier: Apache-2.0
// TLM-2.0 sockets of the house's own protocols, one for each type of packet, that call named methods of their block.
//
// Both ends of a hop are ours, so it is one direct call with its delay in picoseconds (RequestInterface,
// AnswerInterface); the TLM-2.0 transport of the same protocol traits is beneath it for whoever only knows that. Each
// socket carries an index, so that a block with several of one kind (a memory with many initiators) can tell them
// apart.
//
// The four phases keep their TLM meaning; what differs from the base protocol is that many requests may be between
// BEGIN_REQ and END_REQ at once, because PCIe pipelines them and bounds them by credits instead:
//
//   fw BEGIN_REQ   here is a packet, arriving `delay` from now. The target only enqueues it (due queue). Returns
//                  TLM_ACCEPTED (it sits in the target's input buffer; END_REQ follows) or TLM_UPDATED (END_REQ at
//                  once: it never occupies an input buffer that anyone waits for).
//   bw END_REQ     the packet left the target's input buffer; on a link this returns its flow-control credits. Exactly
//                  one per BEGIN_REQ that was TLM_ACCEPTED, always before BEGIN_RESP.
//   bw BEGIN_RESP  the answer (completion, dispatch finished...), arriving `delay` from now. It is taken at once.
//
// Who owns a packet when: packet_pool.h.
#ifndef SIOV_MODELS_KERNEL_SOCKETS_H_
#define SIOV_MODELS_KERNEL_SOCKETS_H_

#include <cstdint>
#include <systemc>
#include <tlm>

#include "models/base/units.h"
#include "models/protocol/tlp.h"

namespace siov {

inline constexpr unsigned kBusWidth = 512;

template <class Packet>
struct Protocol {
  using tlm_payload_type = Packet;
  using tlm_phase_type = tlm::tlm_phase;
};

// What a target offers.
template <class Packet>
class RequestInterface : public tlm::tlm_fw_transport_if<Protocol<Packet>> {
 public:
  virtual tlm::tlm_sync_enum Request(Packet& packet, Picoseconds delay) = 0;

 private:
  tlm::tlm_sync_enum nb_transport_fw(Packet& packet, tlm::tlm_phase& phase, sc_core::sc_time& delay) override {
    const tlm::tlm_sync_enum taken = Request(packet, delay.value());
    if (taken == tlm::TLM_UPDATED) phase = tlm::END_REQ;
    return taken;
  }
  // Timing is the subject here: the untimed interfaces are refused rather than answered with a wrong time.
  void b_transport(Packet&, sc_core::sc_time&) override {
    SC_REPORT_ERROR("siov/protocol", "b_transport is not part of this protocol");
  }
  bool get_direct_mem_ptr(Packet&, tlm::tlm_dmi&) override { return false; }
  unsigned int transport_dbg(Packet&) override { return 0; }
};

// What an initiator offers.
template <class Packet>
class AnswerInterface : public tlm::tlm_bw_transport_if<Protocol<Packet>> {
 public:
  virtual void Answer(Packet& packet, tlm::tlm_phase_enum phase, Picoseconds delay) = 0;

 private:
  tlm::tlm_sync_enum nb_transport_bw(Packet& packet, tlm::tlm_phase& phase, sc_core::sc_time& delay) override {
    const bool ends = phase == tlm::BEGIN_RESP;
    Answer(packet, ends ? tlm::BEGIN_RESP : tlm::END_REQ, delay.value());
    return ends ? tlm::TLM_COMPLETED : tlm::TLM_ACCEPTED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

// What a socket of either side is bound to, whatever block it is of.
template <class Packet>
using TargetSocketBase = tlm::tlm_base_target_socket<kBusWidth, RequestInterface<Packet>, AnswerInterface<Packet>>;
template <class Packet>
using InitiatorSocketBase =
    tlm::tlm_base_initiator_socket<kBusWidth, RequestInterface<Packet>, AnswerInterface<Packet>>;

// Target side: BEGIN_REQ is (block->*method)(index, packet, delay).
template <class Block, class Packet = Tlp>
class TargetSocket final : public TargetSocketBase<Packet>, public RequestInterface<Packet> {
 public:
  using Method = tlm::tlm_sync_enum (Block::*)(std::uint32_t index, Packet& packet, Picoseconds delay);
  TargetSocket(const char* name, Block* block, Method method, std::uint32_t index = 0)
      : TargetSocketBase<Packet>(name), block_(block), method_(method), index_(index) {
    this->bind(*static_cast<RequestInterface<Packet>*>(this));
  }

  // Answers and buffer releases travel back by these.
  void Respond(Packet& packet, Picoseconds delay) { (*this)->Answer(packet, tlm::BEGIN_RESP, delay); }
  void Release(Packet& packet, Picoseconds delay = 0) { (*this)->Answer(packet, tlm::END_REQ, delay); }

 private:
  tlm::tlm_sync_enum Request(Packet& packet, Picoseconds delay) override {
    return (block_->*method_)(index_, packet, delay);
  }
  sc_core::sc_type_index get_protocol_types() const override { return typeid(Protocol<Packet>); }

  Block* block_;
  Method method_;
  std::uint32_t index_;
};

// Initiator side: END_REQ and BEGIN_RESP are (block->*method)(index, packet, phase, delay).
template <class Block, class Packet = Tlp>
class InitiatorSocket final : public InitiatorSocketBase<Packet>, public AnswerInterface<Packet> {
 public:
  using Method = void (Block::*)(std::uint32_t index, Packet& packet, tlm::tlm_phase_enum phase, Picoseconds delay);
  InitiatorSocket(const char* name, Block* block, Method method, std::uint32_t index = 0)
      : InitiatorSocketBase<Packet>(name), block_(block), method_(method), index_(index) {
    this->bind(*static_cast<AnswerInterface<Packet>*>(this));
  }

  // Sends BEGIN_REQ. Returns true if the target took it without occupying a buffer (no END_REQ will follow).
  bool Send(Packet& packet, Picoseconds delay) { return (*this)->Request(packet, delay) == tlm::TLM_UPDATED; }

 private:
  void Answer(Packet& packet, tlm::tlm_phase_enum phase, Picoseconds delay) override {
    (block_->*method_)(index_, packet, phase, delay);
  }
  sc_core::sc_type_index get_protocol_types() const override { return typeid(Protocol<Packet>); }

  Block* block_;
  Method method_;
  std::uint32_t index_;
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_SOCKETS_H_

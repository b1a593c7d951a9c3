// SPDX-License-Identifier: Apache-2.0
// TLM-2.0 sockets that call named methods of their block. Each carries an index, so that a block with several sockets
// of one kind (a memory with many initiators) can tell them apart; convenience sockets of tlm_utils do the same through
// functors and hash maps, at several times the cost per hop.
#ifndef SIOV_MODELS_KERNEL_SOCKETS_H_
#define SIOV_MODELS_KERNEL_SOCKETS_H_

#include <cstdint>

#include "models/kernel/payload.h"

namespace siov {

inline constexpr unsigned kBusWidth = 512;

// Most packets are passed on at once, and from_value() is a call into the library.
inline sc_core::sc_time TimeOf(Picoseconds delay) {
  return delay == 0 ? sc_core::sc_time() : sc_core::sc_time::from_value(delay);
}

// Target side: forwards BEGIN_REQ to (block->*method)(index, payload, phase, delay).
template <class Block>
class TargetSocket : public tlm::tlm_target_socket<kBusWidth, PcieProtocol>,
                     public tlm::tlm_fw_transport_if<PcieProtocol> {
 public:
  using Method = tlm::tlm_sync_enum (Block::*)(std::uint32_t index, Payload& payload, tlm::tlm_phase& phase,
                                               Picoseconds delay);
  TargetSocket(const char* name, Block* block, Method method, std::uint32_t index = 0)
      : tlm_target_socket(name), block_(block), method_(method), index_(index) {
    bind(*static_cast<tlm::tlm_fw_transport_if<PcieProtocol>*>(this));
  }

  // Answers and buffer releases travel back by these.
  void Respond(Payload& payload, Picoseconds delay) { Backward(payload, tlm::BEGIN_RESP, delay); }
  void Release(Payload& payload, Picoseconds delay = 0) { Backward(payload, tlm::END_REQ, delay); }

 private:
  void Backward(Payload& payload, tlm::tlm_phase phase, Picoseconds delay) {
    sc_core::sc_time time = TimeOf(delay);
    (*this)->nb_transport_bw(payload, phase, time);
  }
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay) override {
    return (block_->*method_)(index_, payload, phase, delay.value());
  }
  // Timing is the subject here: the untimed interfaces are refused rather than answered with a wrong time.
  void b_transport(Payload&, sc_core::sc_time&) override {
    SC_REPORT_ERROR("siov/protocol", "b_transport is not part of PcieProtocol");
  }
  bool get_direct_mem_ptr(Payload&, tlm::tlm_dmi&) override { return false; }
  unsigned int transport_dbg(Payload&) override { return 0; }

  Block* block_;
  Method method_;
  std::uint32_t index_;
};

// Initiator side: forwards END_REQ and BEGIN_RESP to (block->*method)(index, payload, phase, delay).
template <class Block>
class InitiatorSocket : public tlm::tlm_initiator_socket<kBusWidth, PcieProtocol>,
                        public tlm::tlm_bw_transport_if<PcieProtocol> {
 public:
  using Method = void (Block::*)(std::uint32_t index, Payload& payload, const tlm::tlm_phase& phase, Picoseconds delay);
  InitiatorSocket(const char* name, Block* block, Method method, std::uint32_t index = 0)
      : tlm_initiator_socket(name), block_(block), method_(method), index_(index) {
    bind(*static_cast<tlm::tlm_bw_transport_if<PcieProtocol>*>(this));
  }

  // Sends BEGIN_REQ. Returns true if the target took it without occupying a buffer (no END_REQ will follow).
  bool Send(Payload& payload, Picoseconds delay) {
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time time = TimeOf(delay);
    return (*this)->nb_transport_fw(payload, phase, time) == tlm::TLM_UPDATED;
  }

 private:
  tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay) override {
    (block_->*method_)(index_, payload, phase, delay.value());
    return phase == tlm::BEGIN_RESP ? tlm::TLM_COMPLETED : tlm::TLM_ACCEPTED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}

  Block* block_;
  Method method_;
  std::uint32_t index_;
};

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_SOCKETS_H_

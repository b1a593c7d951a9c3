// SPDX-License-Identifier: Apache-2.0
// Where a platform's requests leave for a model outside: an initiator of the TLM-2.0 base protocol, bound to the
// model's target socket, whatever that socket's bus width is (widths matter to data, and none is carried).
//
//   platform.memory("mem0").bind(dram.socket);                                     // calls b_transport
//   platform.memory("mem0").bind(dram.socket, siov::Timing::kApproximatelyTimed);  // speaks the four phases
#ifndef SIOV_MODELS_BRIDGE_OUTSIDE_PORT_H_
#define SIOV_MODELS_BRIDGE_OUTSIDE_PORT_H_

#include <sysc/kernel/sc_dynamic_processes.h>  // the sockets of tlm_utils want it with the first <systemc>

#include <cstdint>
#include <systemc>
#include <tlm>

namespace siov {

enum class Timing : std::uint8_t {
  kLooselyTimed,        // b_transport; it may wait, and the delay it returns is taken as part of its time
  kApproximatelyTimed,  // nb_transport with the four phases
};

class OutsidePort {
 public:
  explicit OutsidePort(tlm::tlm_bw_transport_if<>* backward) : port_("to_model"), backward_(backward) {}
  OutsidePort(const OutsidePort&) = delete;
  OutsidePort& operator=(const OutsidePort&) = delete;

  template <unsigned int kWidth>
  void bind(tlm::tlm_base_target_socket_b<kWidth, tlm::tlm_fw_transport_if<>, tlm::tlm_bw_transport_if<>>& target,
            Timing timing = Timing::kLooselyTimed) {
    port_(target.get_base_interface());
    target.get_base_port()(*backward_);
    timing_ = timing;
    bound_ = true;
    model_ = dynamic_cast<const sc_core::sc_object*>(&target);
  }

  Timing timing() const { return timing_; }
  bool bound() const { return bound_; }
  // Of the socket it is bound to.
  const char* model() const { return model_ == nullptr ? "a model outside" : model_->name(); }
  tlm::tlm_fw_transport_if<>& transport() { return *port_.operator->(); }

 private:
  // Whether it is bound is looked at before elaboration ends, with a better sentence than the kernel's.
  sc_core::sc_port<tlm::tlm_fw_transport_if<>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> port_;
  tlm::tlm_bw_transport_if<>* backward_;
  Timing timing_ = Timing::kLooselyTimed;
  bool bound_ = false;
  const sc_core::sc_object* model_ = nullptr;
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_OUTSIDE_PORT_H_

// SPDX-License-Identifier: Apache-2.0
// Where a model outside enters the platform: a target of the TLM-2.0 base protocol, bound to the model's initiator
// socket, whatever that socket's bus width is. The model calls b_transport or nb_transport_fw, as it likes.
//
//   platform.device("nic0").dma.bind(nic.dma);
#ifndef SIOV_MODELS_BRIDGE_OUTSIDE_ENTRY_H_
#define SIOV_MODELS_BRIDGE_OUTSIDE_ENTRY_H_

#include <sysc/kernel/sc_dynamic_processes.h>  // the sockets of tlm_utils want it with the first <systemc>

#include <systemc>
#include <tlm>

namespace siov {

class OutsideEntry {
 public:
  explicit OutsideEntry(tlm::tlm_fw_transport_if<>* forward) : port_("to_model"), forward_(forward) {}
  OutsideEntry(const OutsideEntry&) = delete;
  OutsideEntry& operator=(const OutsideEntry&) = delete;

  template <unsigned int kWidth>
  void bind(tlm::tlm_base_initiator_socket_b<kWidth, tlm::tlm_fw_transport_if<>, tlm::tlm_bw_transport_if<>>& model) {
    model.get_base_port()(*forward_);
    port_(model.get_base_interface());
    bound_ = true;
    model_ = dynamic_cast<const sc_core::sc_object*>(&model);
  }

  bool bound() const { return bound_; }
  // Of the socket it is bound to.
  const char* model() const { return model_ == nullptr ? "a model outside" : model_->name(); }
  tlm::tlm_bw_transport_if<>& transport() { return *port_.operator->(); }

 private:
  sc_core::sc_port<tlm::tlm_bw_transport_if<>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> port_;
  tlm::tlm_fw_transport_if<>* forward_;
  bool bound_ = false;
  const sc_core::sc_object* model_ = nullptr;
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_OUTSIDE_ENTRY_H_

// SPDX-License-Identifier: Apache-2.0
// A target of the TLM-2.0 base protocol for an initiator outside: gives its requests to the client at the time they
// arrive, and its answers to the initiator. b_transport waits until the answer; of the four phases, BEGIN_REQ is
// accepted (END_REQ) when the client says so, which is the protocol's back-pressure, and one BEGIN_RESP is open at a
// time.
//
// Checked: the initiator's part of the protocol; what it breaks ends the run with a sentence. Data is not looked at.
#ifndef SIOV_MODELS_BRIDGE_OUTSIDE_TARGET_H_
#define SIOV_MODELS_BRIDGE_OUTSIDE_TARGET_H_

#include <string>

#include "models/base/pool.h"
#include "models/base/ring_queue.h"
#include "models/bridge/outside_entry.h"
#include "models/kernel/block.h"

namespace siov {

class OutsideTarget final : public Block, private tlm::tlm_fw_transport_if<> {
 public:
  struct Request {
    tlm::tlm_generic_payload* payload = nullptr;
    sc_core::sc_event* done = nullptr;  // of a call of b_transport that waits
    bool ended = false;
  };
  class Client {
   public:
    virtual void OnRequest(Request& request) = 0;

   protected:
    ~Client() = default;
  };

  OutsideTarget(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, Client* client);

  OutsideEntry entry;

  // The request has left the client's input; once for each, before its answer.
  void Accept(Request& request);
  // REQUIRES it was accepted. The request is gone.
  void Answer(Request& request, tlm::tlm_response_status status);

 private:
  enum : std::uint32_t { kArrived, kResponseEnded };

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum Hear(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase, Picoseconds delay);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi&) override { return false; }
  unsigned int transport_dbg(tlm::tlm_generic_payload&) override { return 0; }
  void OnDue(const DueItem& item) override;
  void PumpResponses();
  [[noreturn]] void Refuse(const std::string& what) const;

  Client* client_;
  Pool<Request> pool_;
  const Request* requesting_ = nullptr;  // between BEGIN_REQ and END_REQ
  Request* responding_ = nullptr;        // between BEGIN_RESP and END_RESP
  RingQueue<Request*> answered_;         // behind it

  Counter requests_{statistics_, "requests", "requests", "Generic payloads of the model."};
  Occupancy open_{statistics_, "open", "requests", "Generic payloads of the model that are not answered.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_OUTSIDE_TARGET_H_

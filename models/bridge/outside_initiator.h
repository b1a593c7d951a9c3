// SPDX-License-Identifier: Apache-2.0
// Speaks the TLM-2.0 base protocol to one target outside: hands accesses to it in their order and says when they began
// and when they are over. Loosely timed, each access is a call of b_transport in a thread of its own, as it may wait;
// approximately timed, one request at a time is between BEGIN_REQ and END_REQ, and what comes meanwhile waits here.
//
// Every way the base protocol allows is taken: TLM_COMPLETED at once, TLM_UPDATED with END_REQ or BEGIN_RESP,
// BEGIN_RESP without END_REQ, annotated delays, answers out of order. What it forbids ends the run with a sentence that
// names the model. Not used: direct memory access (DMI), byte enables, streaming, debug transport. Payloads carry
// scratch data.
#ifndef SIOV_MODELS_BRIDGE_OUTSIDE_INITIATOR_H_
#define SIOV_MODELS_BRIDGE_OUTSIDE_INITIATOR_H_

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "models/base/pool.h"
#include "models/base/ring_queue.h"
#include "models/bridge/device_info.h"
#include "models/bridge/outside_port.h"
#include "models/bridge/request_info.h"
#include "models/kernel/block.h"

namespace siov {

class OutsideInitiator final : public Block, private tlm::tlm_bw_transport_if<> {
 public:
  // Who issues accesses. Both calls come in events of the agenda, at the time they are about.
  class Client {
   public:
    virtual void OnBegun(void* request) = 0;  // the model has it from now on
    virtual void OnEnded(void* request, bool served) = 0;

   protected:
    ~Client() = default;
  };

  OutsideInitiator(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path,
                   Client* client);

  OutsidePort port;

  // `request` is the client's own; OnBegun may come before this returns. `submission` rides along; it is the client's,
  // who reads what the model wrote into it. REQUIRES 0 < length <= kMostBytes.
  static constexpr std::uint32_t kMostBytes = 4'096;
  void Issue(bool write, std::uint64_t address, std::uint32_t length, const RequestInfo& info, void* request,
             SubmissionInfo* submission = nullptr);

  std::vector<std::string> WaitsFor(const Occupancy&) const override { return {port.model()}; }

 private:
  enum : std::uint32_t { kChannelFree, kResponse, kEnded };
  enum class State : std::uint8_t { kIdle, kQueued, kRequesting, kAccepted, kAnswered };
  struct Access : tlm::tlm_generic_payload {
    explicit Access(tlm::tlm_mm_interface* pool) : tlm_generic_payload(pool) { set_extension(&info); }
    ~Access() override { clear_extension(&info); }
    RequestInfo info;
    void* request = nullptr;
    State state = State::kIdle;
  };

  // Payloads come back when the last who holds one has let it go, which may be the model.
  struct AccessPool : tlm::tlm_mm_interface {
    void free(tlm::tlm_generic_payload* payload) override { pool.Give(*static_cast<Access*>(payload)); }
    Pool<Access> pool;
  };

  Access* Take(bool write, std::uint64_t address, std::uint32_t length);
  void OnDue(const DueItem& item) override;

  // Loosely timed.
  struct Thread {
    sc_core::sc_event work;
  };
  void WakeThread();
  void Serve(Thread* thread);
  void Call(Access& access);

  // Approximately timed.
  void Pump();
  void BeginRequest(Access& access);
  void EndRequest(Access& access, Picoseconds delay);
  void BeginResponse(Access& access, std::uint32_t kind, Picoseconds delay);
  void EndResponse(Access& access);
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum Hear(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase, Picoseconds delay);
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}

  void Begin(Access& access);
  void End(Access& access);
  [[noreturn]] void Refuse(const std::string& what) const;

  Client* client_;
  std::array<unsigned char, kMostBytes> scratch_{};
  AccessPool access_pool_;
  RingQueue<Access*> queue_;
  std::deque<Thread> threads_;
  std::vector<Thread*> idle_;
  bool channel_busy_ = false;  // a request is between BEGIN_REQ and END_REQ
  bool pumping_ = false;

  Counter accesses_{statistics_, "accesses", "accesses", "Generic payloads the model was given."};
  Counter errors_{statistics_, "errors", "accesses", "Generic payloads it answered with an error."};
  Counter early_{statistics_, "early_ends", "accesses",
                 "Requests it took and answered without an END_REQ of their own."};
  Occupancy waiting_{statistics_, "waiting", "accesses", "Accesses that wait for the model to accept a request.", 0};
  Occupancy in_model_{statistics_, "in_model", "accesses", "Accesses the model is at work on.", 0};
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_OUTSIDE_INITIATOR_H_

// SPDX-License-Identifier: Apache-2.0
// Memories as users may bring them: models of the TLM-2.0 base protocol that all take the same time, each in another of
// the ways the protocol allows. They know nothing of siovsim and check that it keeps to the protocol.
#ifndef SIOV_TESTS_SUPPORT_OUTSIDE_MODELS_H_
#define SIOV_TESTS_SUPPORT_OUTSIDE_MODELS_H_

#include <gtest/gtest.h>
#include <sysc/kernel/sc_dynamic_processes.h>
#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/base/units.h"
#include "models/bridge/request_info.h"

namespace siov::testing {

enum class Manner {
  kAnnotates,        // b_transport adds to the delay
  kWaits,            // b_transport waits
  kCompletes,        // TLM_COMPLETED at once
  kUpdates,          // TLM_UPDATED with END_REQ, then BEGIN_RESP
  kResponds,         // TLM_UPDATED with BEGIN_RESP
  kAcceptsLate,      // END_REQ after accept_after, then BEGIN_RESP
  kSkipsEndReq,      // BEGIN_RESP without END_REQ
  kAnnotatesPhases,  // END_REQ and BEGIN_RESP at once, both for later
  kAnswersTwice,     // not allowed
  kForgetsStatus,    // not allowed
  kNeverAnswers,
};

inline bool IsLoose(Manner manner) { return manner == Manner::kAnnotates || manner == Manner::kWaits; }

class FlatMemory : public sc_core::sc_module {
 public:
  using Access = tlm::tlm_generic_payload;
  FlatMemory(const sc_core::sc_module_name& name, Manner manner, Picoseconds latency)
      : sc_module(name), manner_(manner), latency_(Time(latency)), later_(this, &FlatMemory::Later) {
    socket.register_b_transport(this, &FlatMemory::b_transport);
    socket.register_nb_transport_fw(this, &FlatMemory::nb_transport_fw);
  }

  tlm_utils::simple_target_socket<FlatMemory, 64> socket{"socket"};
  Picoseconds accept_after = 0;
  std::function<bool(const Access&)> fails = [](const Access&) { return false; };
  std::function<void(const Access&)> sees = [](const Access&) {};
  std::function<Picoseconds(const Access&)> longer = [](const Access&) { return Picoseconds{0}; };

 private:
  static sc_core::sc_time Time(Picoseconds time) { return sc_core::sc_time::from_value(time); }
  sc_core::sc_time LatencyOf(const Access& access) const { return latency_ + Time(longer(access)); }

  void Serve(Access& access) {
    EXPECT_GT(access.get_data_length(), 0u);
    EXPECT_EQ(access.get_streaming_width(), access.get_data_length());
    EXPECT_EQ(access.get_byte_enable_ptr(), nullptr);
    EXPECT_NE(access.get_data_ptr(), nullptr);
    EXPECT_EQ(access.get_response_status(), tlm::TLM_INCOMPLETE_RESPONSE);
    sees(access);
    if (manner_ == Manner::kForgetsStatus) return;
    access.set_response_status(fails(access) ? tlm::TLM_ADDRESS_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
  }

  void b_transport(Access& access, sc_core::sc_time& delay) {
    Serve(access);
    if (manner_ == Manner::kWaits) {
      sc_core::wait(LatencyOf(access));
    } else {
      delay += LatencyOf(access);
    }
  }

  tlm::tlm_sync_enum nb_transport_fw(Access& access, tlm::tlm_phase& phase, sc_core::sc_time& delay) {
    if (phase == tlm::END_RESP) {
      EXPECT_EQ(manner_, Manner::kResponds) << "the response was ended already";
      return tlm::TLM_COMPLETED;
    }
    EXPECT_EQ(phase, tlm::BEGIN_REQ);
    EXPECT_FALSE(requesting_) << "a second BEGIN_REQ before the END_REQ of the first";
    Serve(access);
    access.acquire();  // until the end
    switch (manner_) {
      case Manner::kCompletes:
        delay += LatencyOf(access);
        access.release();
        return tlm::TLM_COMPLETED;
      case Manner::kResponds:
        delay += LatencyOf(access);
        phase = tlm::BEGIN_RESP;
        access.release();
        return tlm::TLM_UPDATED;
      case Manner::kUpdates:
      case Manner::kAnswersTwice:
      case Manner::kForgetsStatus:
        later_.notify(access, tlm::BEGIN_RESP, LatencyOf(access));
        phase = tlm::END_REQ;
        return tlm::TLM_UPDATED;
      case Manner::kNeverAnswers:
        phase = tlm::END_REQ;
        return tlm::TLM_UPDATED;
      case Manner::kAnnotatesPhases:
        later_.notify(access, tlm::END_REQ, sc_core::SC_ZERO_TIME);
        break;
      default:
        if (manner_ == Manner::kAcceptsLate) later_.notify(access, tlm::END_REQ, Time(accept_after));
        later_.notify(access, tlm::BEGIN_RESP, LatencyOf(access));
    }
    requesting_ = true;
    return tlm::TLM_ACCEPTED;
  }

  void Later(Access& access, const tlm::tlm_phase& phase) {
    requesting_ = false;
    if (manner_ == Manner::kAnnotatesPhases) {
      Say(access, tlm::END_REQ, accept_after);
      Say(access, tlm::BEGIN_RESP, LatencyOf(access).value());
      return access.release();
    }
    Say(access, phase, 0);
    if (manner_ == Manner::kAnswersTwice) Say(access, phase, 0);
    if (phase == tlm::BEGIN_RESP) access.release();
  }

  void Say(Access& access, tlm::tlm_phase phase, Picoseconds after) {
    sc_core::sc_time delay = Time(after);
    const tlm::tlm_sync_enum status = socket->nb_transport_bw(access, phase, delay);
    if (manner_ == Manner::kAnswersTwice) return;
    EXPECT_EQ(status, phase == tlm::BEGIN_RESP ? tlm::TLM_COMPLETED : tlm::TLM_ACCEPTED);
  }

  Manner manner_;
  sc_core::sc_time latency_;
  tlm_utils::peq_with_cb_and_phase<FlatMemory> later_;
  bool requesting_ = false;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_OUTSIDE_MODELS_H_

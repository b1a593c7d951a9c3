// SPDX-License-Identifier: Apache-2.0
// A little DRAM: banks with a row buffer each. It knows nothing of siovsim, only the TLM-2.0 base protocol, and speaks
// it both ways: b_transport (loosely timed) and nb_transport (approximately timed), with the same times.
#ifndef SIOV_EXAMPLES_DRAM_BANKS_DRAM_H_
#define SIOV_EXAMPLES_DRAM_BANKS_DRAM_H_

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

struct Dram : sc_core::sc_module {
  struct Timing {
    sc_core::sc_time hit{15, sc_core::SC_NS};   // the row is open
    sc_core::sc_time miss{45, sc_core::SC_NS};  // close one, open another, read
    std::uint32_t banks = 8;
    std::uint32_t row_bytes = 8'192;
  };

  tlm_utils::simple_target_socket<Dram> socket{"socket"};
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;

  Dram(const sc_core::sc_module_name& name, const Timing& timing)
      : sc_module(name), timing_(timing), banks_(timing.banks), answers_(this, &Dram::Answer) {
    socket.register_b_transport(this, &Dram::b_transport);
    socket.register_nb_transport_fw(this, &Dram::nb_transport_fw);
  }

 private:
  struct Bank {
    std::uint64_t open_row = ~std::uint64_t{0};
    sc_core::sc_time free;  // from here on it takes another access
  };

  // How long after now an access that arrives after `delay` is done; one bank serves one access at a time, in order.
  sc_core::sc_time Serve(const tlm::tlm_generic_payload& access, const sc_core::sc_time& delay) {
    const std::uint64_t page = access.get_address() / timing_.row_bytes;
    Bank& bank = banks_[page % timing_.banks];
    const std::uint64_t row = page / timing_.banks;
    const bool hit = bank.open_row == row;
    ++(hit ? hits : misses);
    bank.open_row = row;
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    bank.free = std::max(now + delay, bank.free) + (hit ? timing_.hit : timing_.miss);
    return bank.free - now;
  }

  void b_transport(tlm::tlm_generic_payload& access, sc_core::sc_time& delay) {
    delay = Serve(access, delay);
    access.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  // A request is accepted at once; the answer comes when the bank is done.
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& access, tlm::tlm_phase& phase, sc_core::sc_time& delay) {
    if (phase != tlm::BEGIN_REQ) return tlm::TLM_ACCEPTED;
    access.acquire();
    answers_.notify(access, tlm::BEGIN_RESP, Serve(access, delay));
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }
  void Answer(tlm::tlm_generic_payload& access, const tlm::tlm_phase&) {
    access.set_response_status(tlm::TLM_OK_RESPONSE);
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->nb_transport_bw(access, phase, delay);  // siovsim ends the response at once (TLM_COMPLETED)
    access.release();
  }

  Timing timing_;
  std::vector<Bank> banks_;
  tlm_utils::peq_with_cb_and_phase<Dram> answers_;
};

#endif  // SIOV_EXAMPLES_DRAM_BANKS_DRAM_H_

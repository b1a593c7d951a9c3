// SPDX-License-Identifier: Apache-2.0
// Between two blocks' sockets: passes everything on at once and tells what arrives, and when.
#ifndef SIOV_TESTS_ORDER_TAP_H_
#define SIOV_TESTS_ORDER_TAP_H_

#include <functional>
#include <utility>

#include "models/kernel/block.h"

namespace siov::testing {

// Requests pass one way, answers the other.
class Tap final : public Block {
 public:
  using Seen = std::function<void(const Tlp&, Picoseconds at, bool answer)>;
  Tap(const sc_core::sc_module_name& name, Simulation& simulation, Seen seen)
      : Block(name, simulation, static_cast<const char*>(name)),
        in("in", this, &Tap::Forward),
        out("out", this, &Tap::Backward),
        seen_(std::move(seen)) {}
  TargetSocket<Tap> in;
  InitiatorSocket<Tap> out;

 private:
  tlm::tlm_sync_enum Forward(std::uint32_t, Tlp& tlp, Picoseconds delay) {
    seen_(tlp, now() + delay, false);
    return out.Send(tlp, delay) ? tlm::TLM_UPDATED : tlm::TLM_ACCEPTED;
  }
  void Backward(std::uint32_t, Tlp& tlp, tlm::tlm_phase_enum phase, Picoseconds delay) {
    if (phase == tlm::END_REQ) return in.Release(tlp, delay);
    seen_(tlp, now() + delay, true);
    in.Respond(tlp, delay);
  }
  void OnDue(const DueItem&) override {}

  Seen seen_;
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_ORDER_TAP_H_

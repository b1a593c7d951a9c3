// SPDX-License-Identifier: Apache-2.0
// What both ends of a conversation with a model from outside do alike: the initiator (outside_initiator.h) and the
// target (outside_target.h) of the TLM-2.0 base protocol.
#ifndef SIOV_MODELS_BRIDGE_BASE_PROTOCOL_H_
#define SIOV_MODELS_BRIDGE_BASE_PROTOCOL_H_

#include <exception>
#include <string>
#include <tlm>

#include "models/base/invariant.h"
#include "models/kernel/due_queue.h"

namespace siov {

// `what` the model behind the socket at `path` did, e.g. "sent END_RESP for no response".
[[noreturn]] inline void RefuseModel(const std::string& model, const std::string& path, const std::string& what,
                                     Picoseconds now) {
  throw InvariantError("the model behind " + model + ", bound to " + path + ", " + what + " at " + std::to_string(now) +
                       " ps, which the TLM-2.0 base protocol does not allow");
}

// What a model's call of nb_transport does here: at the kernel's time, and without an exception that would fly through
// the model.
template <class Hear>
tlm::tlm_sync_enum HearModel(Agenda& agenda, const Hear& hear) {
  agenda.CatchUp();
  try {
    return hear();
  } catch (...) {
    agenda.Fail(std::current_exception());
    return tlm::TLM_ACCEPTED;
  }
}

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_BASE_PROTOCOL_H_

// SPDX-License-Identifier: Apache-2.0
// A memory for one of the host's own agents: logs what it is asked, answers reads after a time and writes at once.
#ifndef SIOV_TESTS_SUPPORT_SCRIPTED_TABLES_H_
#define SIOV_TESTS_SUPPORT_SCRIPTED_TABLES_H_

#include "tests/support/socket_peers.h"

namespace siov::testing {

class ScriptedTables final : public ScriptedTargetOf<TableAccess> {
 public:
  ScriptedTables(const sc_core::sc_module_name& name, Simulation& simulation, PeerLog& log,
                 Picoseconds read_latency_ps = 100)
      : ScriptedTargetOf(name, simulation, log) {
    behaviour.buffered = false;
    on_arrival = [this, read_latency_ps](TableAccess& access) {
      behaviour.answer_after = access.kind == TableAccess::Kind::kRead ? read_latency_ps : 0;
    };
  }
};

// Of what such a memory has logged.
inline bool IsWrite(const PeerEvent& event) { return event.As<TableAccess>().kind != TableAccess::Kind::kRead; }

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_SCRIPTED_TABLES_H_

// SPDX-License-Identifier: Apache-2.0
// What module tests of blocks that handle jobs start from: a simulation, the peers' log, jobs, and a look at
// statistics.
#ifndef SIOV_TESTS_SUPPORT_JOB_BENCH_H_
#define SIOV_TESTS_SUPPORT_JOB_BENCH_H_

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "tests/support/socket_peers.h"

namespace siov {

struct JobBench {
  // A job whose ledger opens at `at`, and the packet of `kind` that carries it.
  Job& NewJob(Picoseconds at) {
    jobs.emplace_back();
    jobs.back().ledger.Open(at);
    return jobs.back();
  }
  static Tlp* PacketOf(Job& job, ScriptedInitiator& peer, TlpKind kind, std::uint64_t address,
                       std::uint32_t length_bytes) {
    Tlp* payload = peer.Packet(kind, address, length_bytes);
    payload->job = &job;
    payload->Carry({job, job.pasid});
    return payload;
  }
  double StatOf(const Block& block, const std::string& name) const {
    for (const Statistic* statistic : block.statistics().members()) {
      if (statistic->name() == name) return statistic->Values(simulation.agenda.now()).front().value;
    }
    ADD_FAILURE() << "no statistic " << name;
    return -1;
  }

  Simulation simulation{Agenda::Mode::kInStep, 1};
  PeerLog log;
  std::deque<Job> jobs;
};

}  // namespace siov

#endif  // SIOV_TESTS_SUPPORT_JOB_BENCH_H_

// SPDX-License-Identifier: Apache-2.0
// Poisson page requests at c handlers with exponential service must wait as in M/M/c (Erlang C).
#include <gtest/gtest.h>

#include <cstdint>

#include "models/base/invariant.h"
#include "tests/support/fault_bench.h"

namespace siov {
namespace {

constexpr double kMeanServicePs = 1e6;

// Sends page requests in place of a root port, each a group of its own, and takes the responses; in place of the
// invalidation queue it turns response descriptors into messages.
class PoissonFaults : public Block {
 public:
  PoissonFaults(const sc_core::sc_module_name& name, Simulation& simulation, double mean_gap_ps)
      : Block(name, simulation, "faults"),
        requests("requests", this, &PoissonFaults::Ignore),
        responses("responses", this, &PoissonFaults::OnResponse),
        descriptors("descriptors", this, &PoissonFaults::OnDescriptor),
        answers("answers", this, &PoissonFaults::Ignore),
        pages("pages", this, &PoissonFaults::Forget),
        random_(MakeRandom()),
        mean_gap_ps_(mean_gap_ps) {}
  InitiatorSocket<PoissonFaults> requests;
  TargetSocket<PoissonFaults> responses;
  TargetSocket<PoissonFaults, InvalidationCommand> descriptors;
  InitiatorSocket<PoissonFaults> answers;
  TargetSocket<PoissonFaults, InvalidationRequest> pages;
  double waited_ps = 0;
  std::uint64_t served = 0;

 private:
  void start_of_simulation() override { Due(0, 0); }
  void Ignore(std::uint32_t, Tlp&, tlm::tlm_phase_enum, Picoseconds) {}
  tlm::tlm_sync_enum OnResponse(std::uint32_t, Tlp& response, Picoseconds) {
    ++served;
    response.ledger.ForEach([this](Stage stage, Picoseconds entered, Picoseconds left) {
      if (stage == Stage::kPageFaultWait) waited_ps += static_cast<double>(left - entered);
    });
    GivePacket(response);
    return tlm::TLM_UPDATED;
  }
  tlm::tlm_sync_enum OnDescriptor(std::uint32_t, InvalidationCommand& command, Picoseconds) {
    Tlp& answer = *TakePacket(TlpKind::kPageGroupResponse, 0, 0);
    WriteResponse(command, &answer);
    answer.ledger = command.ledger;
    descriptors.Respond(command, 0);
    answers.Send(answer, 0);
    return tlm::TLM_UPDATED;
  }
  tlm::tlm_sync_enum Forget(std::uint32_t, InvalidationRequest& page, Picoseconds) {
    pages.Respond(page, 0);
    return tlm::TLM_UPDATED;
  }
  void OnDue(const DueItem&) override {
    Due(static_cast<Picoseconds>(random_.Exponential(mean_gap_ps_)), 0);
    Tlp& request = *TakePacket(TlpKind::kPageRequest, 0x10000, 0);
    request.pasid = Pasid(1);
    request.last_in_group = true;
    request.wants_read = true;
    requests.Send(request, 0);
  }

  RandomStream random_;
  double mean_gap_ps_;
};

// Mean wait in units of the mean service time.
double ErlangCWait(unsigned servers, double load) {
  const double offered = load * servers;
  double term = 1;  // offered^k / k!
  double sum = 1;
  for (unsigned k = 1; k < servers; ++k) sum += term *= offered / k;
  const double last = term * offered / servers / (1 - load);
  return last / (sum + last) / (servers * (1 - load));
}

void ExpectErlangC(std::uint32_t handlers, double load) {
  Simulation simulation(Agenda::Mode::kAhead, 5);
  FaultServiceConfig config;
  config.handlers = handlers;
  config.minor_service = Distribution::Exponential(kMeanServicePs);
  AddressSpaces spaces({AddressSpaceClass()}, 1);
  PeerLog log;
  FaultService service("service", simulation, "service", config, 1, spaces);
  PriQueue queue("queue", simulation, "queue", PriQueueConfig(), 1, spaces);
  Memory memory("memory", simulation, "memory", FaultBench::FastMemory(), 0, 1);
  PoissonFaults faults("faults", simulation, kMeanServicePs / (load * handlers));
  ScriptedTargetOf<ObservedWrite> observed("observed", simulation, log);
  ScriptedTargetOf<FaultRecord> recorded("recorded", simulation, log);
  faults.requests.bind(*queue.from_port[0]);
  queue.to_port[0]->bind(faults.responses);
  queue.to_memory.bind(*memory.from_agent[0]);
  memory.to_host.bind(observed.socket);
  queue.to_faults.bind(recorded.socket);
  queue.to_host.bind(*service.from_pri_queue[0]);
  ScriptedInitiatorOf<InvalidationRequest> drains("drains", simulation, log);
  service.to_iommu[0]->bind(faults.descriptors);
  faults.answers.bind(queue.from_page_responses);
  drains.socket.bind(queue.from_invalidation);
  service.to_pri_queue[0]->bind(queue.from_software);
  queue.to_iotlb.bind(faults.pages);
  simulation.agenda.RunUntil(600 * kPsPerMs);

  const double expected = ErlangCWait(handlers, load);
  const double waited = faults.waited_ps / static_cast<double>(faults.served) / kMeanServicePs;
  EXPECT_GT(faults.served, 300'000u);
  EXPECT_NEAR(waited, expected, 0.04 * expected);
}

TEST(HostFaultLaw, OneHandlerWaitsAsMM1) { ExpectErlangC(1, 0.6); }
TEST(HostFaultLaw, FourHandlersWaitAsErlangC) { ExpectErlangC(4, 0.8); }

}  // namespace
}  // namespace siov

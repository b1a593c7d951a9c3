// SPDX-License-Identifier: Apache-2.0
// Poisson page requests at c handlers with exponential service must wait as in M/M/c (Erlang C).
#include <gtest/gtest.h>

#include <cstdint>

#include "models/host/host.h"
#include "tests/support/socket_peers.h"

namespace siov {
namespace {

constexpr double kMeanServicePs = 1e6;

class PoissonFaults : public Block {
 public:
  PoissonFaults(const sc_core::sc_module_name& name, Simulation& simulation, double mean_gap_ps)
      : Block(name, simulation, "faults"),
        socket("socket", this, &PoissonFaults::Backward),
        random_(MakeRandom()),
        mean_gap_ps_(mean_gap_ps) {}
  InitiatorSocket<PoissonFaults> socket;
  double waited_ps = 0;
  std::uint64_t served = 0;

 private:
  void start_of_simulation() override { Due(0, 0); }
  void Backward(std::uint32_t, Payload& request, const tlm::tlm_phase& phase, Picoseconds) {
    if (phase != tlm::BEGIN_RESP) return;
    ++served;
    TlpOf(request).ledger.ForEach([this](Stage stage, Picoseconds entered, Picoseconds left) {
      if (stage == Stage::kPageFaultWait) waited_ps += static_cast<double>(left - entered);
    });
    GivePayload(request);
  }
  void OnDue(const DueItem&) override {
    Due(static_cast<Picoseconds>(random_.Exponential(mean_gap_ps_)), 0);
    Payload& request = *TakePayload(TlpKind::kFaultService, 0x10000, 32);
    TlpOf(request).pasid = Pasid(1);
    socket.Send(request, 0);
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
  HostConfig config;
  config.fault_handlers = handlers;
  config.fault_service = Distribution::Exponential(kMeanServicePs);
  HostPeers peers;
  peers.pri_queues = 1;
  AddressSpaces spaces({AddressSpaceClass()}, 1);
  PeerLog log;
  Host host("host", simulation, "host", config, peers, spaces);
  PoissonFaults faults("faults", simulation, kMeanServicePs / (load * handlers));
  ScriptedInitiator traffic("traffic", simulation, log);
  ScriptedInitiator memory("memory", simulation, log);
  ScriptedTarget port("port", simulation, log);
  faults.socket.bind(*host.from_pri_queue[0]);
  traffic.socket.bind(host.from_traffic);
  memory.socket.bind(host.from_memory);
  host.to_port[0]->bind(port.socket);
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

// SPDX-License-Identifier: Apache-2.0
#include "models/device/ims/ims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/socket_peers.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

// Entries of which the last is the message of remapping index 3; the function's own is that of index 9.
ImsConfig Programmed(ImsConfig config) {
  config.programmed.assign(4, {EncodeInterrupt(0), Pasid(1)});
  config.programmed[3].message = EncodeInterrupt(3);
  config.function_message = EncodeInterrupt(9);
  return config;
}

struct Bench {
  explicit Bench(const ImsConfig& config)
      : engine("engine", simulation, log),
        ims("ims", simulation, "dsa0.ims", Programmed(config)),
        port("port", simulation, log) {
    port.behaviour.answer_after = 100;
    port.behaviour.gives_back_posted = false;
    engine.socket.bind(ims.from_engine);
    ims.to_port.bind(port.socket);
    job.interrupt_handle = 3;
  }
  void RequestAt(Picoseconds at, bool of_function = false) {
    auto* const request = engine.Packet<InterruptRequest>();
    request->job = &job;
    request->job_id = job.id;
    request->tenant = TenantId(5);
    request->handle = job.interrupt_handle;
    request->of_function = of_function;
    engine.SendAt(at, *request);
  }
  Simulation simulation{Agenda::Mode::kInStep, 1};
  PeerLog log;
  Job job;
  ScriptedInitiatorOf<InterruptRequest> engine;
  Ims ims;
  ScriptedTarget port;
};

TEST(Ims, TheRequestBecomesAMessageWithoutPasid) {
  ImsConfig config;
  config.lookup_latency_ps = 7;
  Bench bench(config);
  bench.RequestAt(1'000);
  bench.simulation.agenda.RunUntil(5'000);
  EXPECT_THAT(Lines(bench.log), ElementsAre("port 1007 request write 0xfee00070"));
  const Tlp& message = bench.log[0].tlp;
  EXPECT_TRUE(message.interrupt);
  EXPECT_FALSE(message.pasid.valid());
  EXPECT_EQ(message.tenant, TenantId(5));
  EXPECT_EQ(bench.log[0].length_bytes, 4u);
  EXPECT_THAT(Segments(message.ledger), ElementsAre("interrupt 1000..1007"));
}

// SIOV-15: no tenant's message is the function's.
TEST(Ims, TheFunctionsOwnMessageIsNoneOfTheStores) {
  ImsConfig config;
  config.placement = ImsPlacement::kHostMemory;
  Bench bench(config);
  bench.RequestAt(0, true);
  bench.simulation.agenda.RunUntil(5'000);
  EXPECT_THAT(Lines(bench.log), ElementsAre("port 0 request write 0xfee00130"));
}

TEST(Ims, AnEntryInHostMemoryIsReadOnceAndThenCached) {
  ImsConfig config;
  config.lookup_latency_ps = 7;
  config.placement = ImsPlacement::kHostMemory;
  config.cache = {4, 0, ReplacementPolicy::kLru, 1};
  config.table_address = 0x8000;
  Bench bench(config);
  bench.RequestAt(0);
  bench.RequestAt(500);
  bench.simulation.agenda.RunUntil(5'000);
  EXPECT_THAT(Lines(bench.log), ElementsAre("port 7 request read 0x8030", "port 107 request write 0xfee00070",
                                            "port 507 request write 0xfee00070"));
  EXPECT_THAT(Segments(bench.log[1].tlp.ledger), ElementsAre("interrupt 0..7", "memory 7..107"));
  EXPECT_EQ(bench.simulation.packets.in_use(), 2u) << "the two messages that the port keeps";
}

// The driver may give a job up while its interrupt is on its way; the next one may have a handle that is not even
// valid.
TEST(Ims, ARequestKeepsItsHandleWhenItsJobHasBecomeAnother) {
  ImsConfig config;
  config.lookup_latency_ps = 7;
  Bench bench(config);
  bench.RequestAt(1'000);
  bench.simulation.agenda.RunUntil(1'003);
  bench.job.interrupt_handle = config.entries;
  bench.simulation.agenda.RunUntil(5'000);
  EXPECT_THAT(Lines(bench.log), ElementsAre("port 1007 request write 0xfee00070"));
}

TEST(Ims, AnEntryThatCannotBeReadLosesItsInterrupt) {
  ImsConfig config;
  config.placement = ImsPlacement::kHostMemory;
  Bench bench(config);
  bench.port.behaviour.status = CompletionStatus::kUnsupportedRequest;
  bench.RequestAt(0);
  bench.simulation.agenda.RunUntil(5'000);
  EXPECT_THAT(Lines(bench.log), ElementsAre("port 0 request read 0x30"));
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

}  // namespace
}  // namespace siov

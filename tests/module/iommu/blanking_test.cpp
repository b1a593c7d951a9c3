// SPDX-License-Identifier: Apache-2.0
// That a block which looks at whom a packet is for is found out when that is blank (tests/random/test_blanking.py): one
// that steers interrupts by their tenant, in front of interrupt remapping, which does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/iommu/interrupt_remapper/interrupt_remapper.h"
#include "tests/support/scripted_tables.h"

namespace siov {
namespace {

constexpr std::uint32_t kEntries = 4;

class Steering : public Block {
 public:
  Steering(const sc_core::sc_module_name& name, Simulation& simulation, bool by_tenant)
      : Block(name, simulation, "steering"),
        in("in", this, &Steering::OnIn),
        out("out", this, &Steering::OnOut),
        by_tenant_(by_tenant) {}
  TargetSocket<Steering> in;
  InitiatorSocket<Steering> out;

 private:
  tlm::tlm_sync_enum OnIn(std::uint32_t, Tlp& message, Picoseconds delay) {
    if (by_tenant_) message.address = EncodeInterrupt(message.tenant.value() % kEntries).address;
    return out.Send(message, delay) ? tlm::TLM_UPDATED : tlm::TLM_ACCEPTED;
  }
  void OnOut(std::uint32_t, Tlp&, tlm::tlm_phase_enum, Picoseconds) {}
  void OnDue(const DueItem&) override {}

  bool by_tenant_;
};

class BlankingFinds : public ::testing::TestWithParam<bool> {};

TEST_P(BlankingFinds, WhoLooksAtTenants) {
  InterruptRemapperConfig config;
  config.entry_cache = {kEntries, 0, ReplacementPolicy::kLru, 1};
  config.descriptor_address = 0x4000;
  for (std::uint32_t vcpu = 0; vcpu < kEntries; ++vcpu) config.entries.push_back({true, 0, vcpu});
  Simulation simulation{Agenda::Mode::kInStep, 1};
  PeerLog log;
  ScriptedInitiator port("port", simulation, log);
  ScriptedInitiatorOf<InvalidationRequest> invalidations("invalidations", simulation, log);
  Steering steering("steering", simulation, GetParam());
  InterruptRemapper remapper("remapper", simulation, "iommu0.ir", config, 1, kEntries);
  testing::ScriptedTables memory("memory", simulation, log);
  ScriptedTargetOf<Notification> host("host", simulation, log);
  host.behaviour.buffered = false;
  port.socket.bind(steering.in);
  steering.out.bind(*remapper.from_port[0]);
  invalidations.socket.bind(remapper.from_invalidation);
  remapper.to_memory.bind(memory.socket);
  remapper.to_host.bind(host.socket);
  for (const Picoseconds half : {Picoseconds{0}, Picoseconds{10'000}}) {
    for (std::uint32_t i = 0; i < kEntries; ++i) {
      Tlp* const message = port.Packet(TlpKind::kMemoryWrite, EncodeInterrupt(i).address, kInterruptMessageBytes);
      message->tenant = TenantId(i);
      message->interrupt = true;
      port.SendAt(half + 1'000 * i, *message);
    }
  }
  simulation.agenda.RunUntil(9'000);
  const std::size_t plain = log.size();
  Blanking::on = true;
  simulation.agenda.RunUntil(20'000);
  Blanking::on = false;
  std::vector<std::string> descriptors[2];
  for (std::size_t i = 0; i < log.size(); ++i) {
    const bool write = log[i].peer == "memory" && log[i].what.rfind("write", 0) == 0;
    if (write) descriptors[i < plain ? 0 : 1].push_back(log[i].what);
  }
  EXPECT_THAT(descriptors[0], ::testing::ElementsAre("write 0x4000", "write 0x4040", "write 0x4080", "write 0x40c0"));
  EXPECT_EQ(descriptors[0] == descriptors[1], !GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, BlankingFinds, ::testing::Bool(),
                         [](const auto& one) { return one.param ? "Mutant" : "Block"; });

}  // namespace
}  // namespace siov

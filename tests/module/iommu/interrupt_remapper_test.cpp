// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/interrupt_remapper/interrupt_remapper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scripted_tables.h"

namespace siov {
namespace {

using ::testing::ElementsAre;

InterruptRemapperConfig Config(InterruptDelivery delivery) {
  InterruptRemapperConfig config;
  config.entry_cache = {8, 0, ReplacementPolicy::kLru, 1};
  config.delivery = delivery;
  config.lookup_latency_ps = 5;
  config.delivery_latency_ps = 50;
  config.descriptor_address = 0x4000;
  for (std::uint32_t vcpu : {1u, 0u, 0u, 0u}) config.entries.push_back({true, 0, vcpu});
  return config;
}

struct Bench {
  explicit Bench(const InterruptRemapperConfig& config)
      : port("port", simulation, log),
        invalidations("invalidations", simulation, log),
        remapper("remapper", simulation, "iommu0.ir", config, 1, 2),
        memory("memory", simulation, log),
        host("host", simulation, log) {
    host.behaviour.buffered = false;
    port.socket.bind(*remapper.from_port[0]);
    invalidations.socket.bind(remapper.from_invalidation);
    remapper.to_memory.bind(memory.socket);
    remapper.to_host.bind(host.socket);
  }
  void InterruptAt(Picoseconds at, std::uint32_t index, std::uint32_t tenant, RequesterId requester = 0) {
    MessageAt(at, EncodeInterrupt(index).address, tenant, requester);
  }
  void MessageAt(Picoseconds at, std::uint64_t address, std::uint32_t tenant, RequesterId requester = 0) {
    Tlp* payload = port.Packet(TlpKind::kMemoryWrite, address, kInterruptMessageBytes);
    payload->tenant = TenantId(tenant);
    payload->requester = requester;
    payload->interrupt = true;
    port.SendAt(at, *payload);
  }
  double Stat(const std::string& name) {
    for (const Statistic* statistic : remapper.statistics().members()) {
      if (statistic->name() == name) return statistic->Values(simulation.agenda.now()).front().value;
    }
    ADD_FAILURE() << "no statistic " << name;
    return -1;
  }
  Simulation simulation{Agenda::Mode::kInStep, 1};
  PeerLog log;
  ScriptedInitiator port;
  ScriptedInitiatorOf<InvalidationRequest> invalidations;
  InterruptRemapper remapper;
  testing::ScriptedTables memory;
  ScriptedTargetOf<Notification> host;
};

TEST(InterruptRemapper, RemappedMissReadsTheEntryHitDoesNot) {
  Bench bench(Config(InterruptDelivery::kRemapped));
  bench.InterruptAt(0, 2, 0);
  bench.InterruptAt(1'000, 2, 0);
  bench.simulation.agenda.RunUntil(5'000);
  EXPECT_THAT(Lines(bench.log), ElementsAre("memory 5 request read 0x20", "host 155 request notification of tenant 0",
                                            "host 1055 request notification of tenant 0"));
  EXPECT_THAT(Segments(bench.log[1].As<Notification>().ledger),
              ElementsAre("interrupt 0..5", "memory 5..105", "interrupt 105..155"));
}

TEST(InterruptRemapper, Int08PostedInterruptsCoalesceWhileANotificationIsOutstanding) {
  InterruptRemapperConfig config = Config(InterruptDelivery::kPosted);
  config.notification_window_ps = 20;
  Bench bench(config);
  bench.InterruptAt(0, 0, 1);      // fills the cache
  bench.InterruptAt(500, 3, 2);    // likewise
  bench.InterruptAt(1'000, 0, 1);  // notifies: 1055
  bench.InterruptAt(1'010, 0, 3);  // the same entry, hence the same vCPU, whoever it is for
  bench.InterruptAt(1'060, 0, 1);  // within the window: seen as ON is cleared at 1075
  bench.InterruptAt(1'020, 3, 2);  // another vCPU
  bench.simulation.agenda.RunUntil(5'000);
  EXPECT_THAT(Lines(bench.log, "host"),
              ElementsAre("host 155 request notification of tenant 1", "host 655 request notification of tenant 2",
                          "host 1055 request notification of tenant 1", "host 1055 request notification of tenant 3",
                          "host 1075 request notification of tenant 2", "host 1075 request notification of tenant 1"));
  EXPECT_THAT(Lines(bench.log, "memory"),
              ElementsAre("memory 5 request read 0x0", "memory 105 request write 0x4040",
                          "memory 505 request read 0x30", "memory 605 request write 0x4000",
                          "memory 1005 request write 0x4040", "memory 1015 request write 0x4040",
                          "memory 1025 request write 0x4000", "memory 1065 request write 0x4040"));
  EXPECT_EQ(bench.Stat("interrupts"), 6);
  EXPECT_EQ(bench.Stat("notifications"), 4);
  EXPECT_EQ(bench.Stat("coalesced"), 2);
  EXPECT_EQ(bench.Stat("entry_hits"), 4);
  EXPECT_EQ(bench.Stat("entry_misses"), 2);
  std::vector<std::string> coalesced;
  for (const PeerEvent& event : bench.log) {
    if (event.peer != "host") continue;
    const auto& notification = event.As<Notification>();
    if (notification.tenant == TenantId(3)) coalesced = Segments(notification.ledger);
  }
  EXPECT_THAT(coalesced, ElementsAre("interrupt 1010..1015", "interrupt_wait 1015..1055"));
}

TEST(InterruptRemapper, Int04FaultsDeliverNothing) {
  InterruptRemapperConfig config = Config(InterruptDelivery::kPosted);
  config.table_entries = 16;
  Bench bench(config);
  bench.InterruptAt(0, 16, 0);
  bench.MessageAt(1, EncodeInterrupt(1).address | 1, 0);
  bench.MessageAt(2, kInterruptBase, 0);
  bench.simulation.agenda.RunUntil(5'000);
  EXPECT_EQ(bench.Stat("faults_index"), 1);
  EXPECT_EQ(bench.Stat("faults_reserved_bits"), 1);
  EXPECT_EQ(bench.Stat("faults_compatibility_format"), 1);
  EXPECT_EQ(bench.Stat("interrupts"), 0);
  EXPECT_TRUE(bench.log.empty());
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

TEST(InterruptRemapper, Int04AMessageWhoseEntryIsNotThereOrAnothersIsDropped) {
  Bench bench(Config(InterruptDelivery::kPosted));
  bench.InterruptAt(0, 4, 0);         // nobody wrote that entry
  bench.InterruptAt(1'000, 4, 0);     // which is not kept
  bench.InterruptAt(2'000, 0, 0, 8);  // the entry of requester 0
  bench.InterruptAt(3'000, 0, 0, 8);  // which is, so this one is refused without a read
  bench.simulation.agenda.RunUntil(5'000);
  EXPECT_EQ(bench.Stat("faults_not_present"), 2);
  EXPECT_EQ(bench.Stat("faults_source"), 2);
  EXPECT_EQ(bench.Stat("entry_misses"), 3);
  EXPECT_EQ(Lines(bench.log, "host").size(), 0u);
  EXPECT_EQ(bench.simulation.packets.in_use(), 0u);
}

// IOM-23: the invalidation is answered when the interrupts that use the old entry have been delivered; what they read
// is not kept.
TEST(InterruptRemapper, AnInvalidationDrainsTheInterruptsThatReadTheEntry) {
  Bench bench(Config(InterruptDelivery::kRemapped));
  const auto invalidate = [&bench](Picoseconds at, InvalidationGranularity granularity, std::uint64_t index) {
    InvalidationRequest* request = bench.invalidations.Packet<InvalidationRequest>();
    request->what.what.kind = InvalidationKind::kInterruptEntry;
    request->what.what.granularity = granularity;
    request->what.what.page_shift = 0;
    request->what.address = index;
    bench.invalidations.SendAt(at, *request);
  };
  bench.InterruptAt(0, 2, 0);                           // reads from 5 to 105
  invalidate(50, InvalidationGranularity::kGlobal, 0);  // waits for that
  bench.InterruptAt(1'000, 2, 0);                       // reads again, and is kept
  bench.InterruptAt(2'000, 3, 0);
  invalidate(3'000, InvalidationGranularity::kPage, 3);  // nothing under way
  bench.InterruptAt(4'000, 2, 0);
  bench.InterruptAt(4'000, 3, 0);
  bench.simulation.agenda.RunUntil(9'000);
  EXPECT_THAT(Lines(bench.log, "invalidations"),
              ElementsAre("invalidations 105 answer invalidation 0x0", "invalidations 3000 answer invalidation 0x3"));
  EXPECT_EQ(bench.Stat("entry_misses"), 4);
  EXPECT_EQ(bench.Stat("entry_hits"), 1);
  EXPECT_EQ(bench.Stat("invalidations"), 2);
  EXPECT_EQ(bench.Stat("invalidated"), 1);
}

}  // namespace
}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
// What the configurations of devices and links refuse: at every limit the last value that is allowed and
// the first that is not, and the whole sentence, since users read it.
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "models/device/atc/atc_config.h"
#include "models/device/engine/engine_config.h"
#include "models/device/ims/ims_config.h"
#include "models/device/swq_arbiter/swq_arbiter_config.h"
#include "models/device/swq_arbiter/swq_arbiter_core.h"
#include "models/fabric/device_port/device_port_config.h"
#include "models/fabric/link/link_config.h"
#include "models/fabric/root_port/root_port_config.h"
#include "tests/support/config_cases.h"

namespace siov {
namespace {

using testing::ExpectConfigs;
using testing::TextOf;

constexpr double kInfinite = std::numeric_limits<double>::infinity();

TEST(BlockConfigs, Atc) {
  using C = AtcConfig;
  C good;
  good.geometry.entries = 8;
  ExpectConfigs<C>(good,
                   {
                       {[](C& c) { c.translations_per_request = 16; }, ""},
                       {[](C& c) { c.translations_per_request = 17; }, "translations_per_request=17: from 1 to 16"},
                       {[](C& c) { c.translations_per_request = 0; }, "translations_per_request=0: from 1 to 16"},
                       {[](C& c) { c.smallest_translation_unit = 31; }, ""},
                       {[](C& c) { c.smallest_translation_unit = 32; }, "smallest_translation_unit=32: at most 31"},
                       {[](C& c) { c.invalidate_queue_depth = 1; }, ""},
                       {[](C& c) { c.invalidate_queue_depth = 32; }, ""},
                       {[](C& c) { c.invalidate_queue_depth = 33; }, "invalidate_queue_depth=33: from 1 to 32"},
                       {[](C& c) { c.invalidate_queue_depth = 0; }, "invalidate_queue_depth=0: from 1 to 32"},
                       {[](C& c) { c.geometry.ways = 3; }, "entries=8: 0 or a multiple of ways (3)"},
                       {[](C& c) { c.pri.allocation = 0; }, "page_request_allocation=0: from 1 to 4294967295"},
                       {[](C& c) { c.pri.allocation = 1; }, ""},
                       {[](C& c) { c.pri.capacity = 0; }, "page_request_capacity=0: from 1 to 4294967295"},
                       {[](C& c) { c.pri.capacity = 1; }, ""},
                       {[](C& c) { c.pri.group_pages = 0; }, "page_group_pages=0: from 1 to 65536"},
                       {[](C& c) {
                          c.pri.enabled = false;
                          c.pri.allocation = c.pri.capacity = c.pri.group_pages = 0;
                        },
                        ""},
                       {[](C& c) {
                          c.events = {{0, AtcEvent::Kind::kPasidStop, Pasid(3)}};
                        },
                        ""},
                       {[](C& c) {
                          c.events = {{0, AtcEvent::Kind::kPasidStopResponses, Pasid(3)}};
                        },
                        ""},
                       {[](C& c) {
                          c.events = {{0, AtcEvent::Kind::kPasidStop, {}}};
                        },
                        "events[0].kind=PASID_STOP: with the pasid that is stopped"},
                       {[](C& c) {
                          c.events = {{0, AtcEvent::Kind::kPasidStopResponses, {}}};
                        },
                        "events[0].kind=PASID_STOP_RESPONSES: with the pasid that is stopped"},
                       {[](C& c) {
                          c.events = {{0, AtcEvent::Kind::kAtsDisable, {}}};
                        },
                        ""},
                       {[](C& c) {
                          c.events = {{0, AtcEvent::Kind::kAtsDisable, Pasid(3)}};
                        },
                        "events[0].pasid=3: for PASID stops only"},
                   });
}

// What software does to a function that is so already, or has halted, changes nothing; nor does one reset after
// another.
TEST(BlockConfigs, AtcEventsThatChangeNothing) {
  using C = AtcConfig;
  using Kind = AtcEvent::Kind;
  ExpectConfigs<AtcConfig>(
      {},
      {
          {[](C& c) {
             c.events = {{0, Kind::kAtsDisable, {}},
                         {1, Kind::kPasidDisable, {}},
                         {2, Kind::kPasidEnable, {}},
                         {3, Kind::kAtsEnable, {}}};
           },
           ""},
          {[](C& c) {
             c.events = {{0, Kind::kAtsDisable, {}}, {1, Kind::kPasidDisable, {}}, {2, Kind::kFunctionReset, {}}};
           },
           ""},
          {[](C& c) {
             c.events = {{0, Kind::kPasidDisable, {}}, {1, Kind::kFunctionReset, {}}};
           },
           ""},
          {[](C& c) {
             c.events = {{0, Kind::kAtsEnable, {}}, {0, Kind::kAtsDisable, {}}};
           },
           "events[0].kind=ATS_ENABLE: a kind that changes something: at that time ATS is on and PASID enabled "
           "already"},
          {[](C& c) {
             c.events = {{1, Kind::kPasidEnable, {}}, {0, Kind::kAtsDisable, {}}};
           },
           "events[0].kind=PASID_ENABLE: a kind that changes something: at that time ATS is off and PASID enabled "
           "already"},
          {[](C& c) {
             c.events = {{0, Kind::kFunctionReset, {}},
                         {1, Kind::kPasidStop, Pasid(1)},
                         {2, Kind::kAtsDisable, {}},
                         {3, Kind::kFunctionReset, {}}};
           },
           "events[2].kind=ATS_DISABLE: a kind that changes something: at that time ATS is off and PASID disabled "
           "already; events[3].kind=FUNCTION_RESET: a kind that changes something: at that time ATS is off and PASID "
           "disabled already"},
          {[](C& c) {
             c.events = {{0, Kind::kPasidDisable, {}}, {1, Kind::kAtsDisable, {}}, {2, Kind::kPasidEnable, {}}};
           },
           "events[1].kind=ATS_DISABLE: FUNCTION_RESET: the device has halted, and nothing else changes it; "
           "events[2].kind=PASID_ENABLE: FUNCTION_RESET: the device has halted, and nothing else changes it"},
          {[](C& c) {
             c.events = {{0, Kind::kFunctionReset, {}}, {1, Kind::kPasidEnable, {}}, {2, Kind::kFunctionReset, {}}};
           },
           ""},
      });
}

TEST(BlockConfigs, AtcPrefetches) {
  AtcConfig config;
  config.prefetch.next_pages = 2;
  EXPECT_EQ(TextOf(config.Validate()), "entries=0: at least 1, for prefetches to be held");
  config.geometry.entries = 1;
  EXPECT_EQ(TextOf(config.Validate()), "");
}

TEST(BlockConfigs, DevicePort) {
  using C = DevicePortConfig;
  const char* const tags = "from 1 to 15360";
  C config;
  for (const std::uint32_t good : {1u, 15'360u}) {
    config.tags = good;
    EXPECT_EQ(TextOf(config.Validate()), "");
  }
  for (const std::uint32_t bad : {0u, 15'361u}) {
    config.tags = bad;
    EXPECT_EQ(TextOf(config.Validate()), "tags=" + std::to_string(bad) + ": " + tags);
  }
  ExpectConfigs<C>(C{}, {{[](C& c) { c.pasid_width = 20; }, ""},
                         {[](C& c) { c.pasid_width = 21; }, "pasid_width=21: from 1 to 20"}});
}

TEST(BlockConfigs, Engine) {
  using C = EngineConfig;
  const char* const kSlots = ": at least 1, and at most 1048576 in all engines together";
  C config;
  config.group_of_engine.assign(1024, 0);
  config.jobs_per_engine = 1024;
  EXPECT_EQ(TextOf(config.Validate()), "");
  config.jobs_per_engine = 1025;
  EXPECT_EQ(TextOf(config.Validate()), std::string("jobs_per_engine=1025") + kSlots);
  config.jobs_per_engine = 0;
  EXPECT_EQ(TextOf(config.Validate()), "jobs_per_engine=0: from 1 to 65536");
  ExpectConfigs<C>(
      C{}, {
               {[](C& c) { c.group_of_engine.clear(); }, "group_of_engine=0 engines: at least one engine"},
               {[](C& c) { c.jobs_per_engine = 1; }, ""},
               {[](C& c) { c.bytes_per_second = c.device_bytes_per_second = 0; }, ""},
               {[](C& c) { c.bytes_per_second = -1; }, "bytes_per_second=-1.000000: 0 (unlimited) or at least 1000"},
               {[](C& c) { c.bytes_per_second = c.device_bytes_per_second = 1e3; }, ""},
               {[](C& c) { c.device_bytes_per_second = 999; },
                "device_bytes_per_second=999.000000: 0 (unlimited) or at least 1000"},
               {[](C& c) { c.device_bytes_per_second = kInfinite; },
                "device_bytes_per_second=inf: 0 (unlimited) or at least 1000"},
               {[](C& c) { c.max_payload_bytes = c.max_read_request_bytes = 128; }, ""},
               {[](C& c) { c.max_payload_bytes = c.max_read_request_bytes = 4096; }, ""},
               {[](C& c) { c.max_payload_bytes = 32; }, "max_payload_bytes=32: a power of two from 64 to 4096"},
               {[](C& c) { c.max_payload_bytes = 384; }, "max_payload_bytes=384: a power of two from 64 to 4096"},
               {[](C& c) { c.max_read_request_bytes = 8192; },
                "max_read_request_bytes=8192: a power of two from 64 to 4096"},
           });
}

TEST(BlockConfigs, Ims) {
  using C = ImsConfig;
  C config;
  config.entries = 2;
  config.programmed.resize(2);
  EXPECT_EQ(TextOf(config.Validate()), "");
  config.entries = 1;
  EXPECT_EQ(TextOf(config.Validate()), "programmed=2: at most entries");
  config.programmed.clear();
  config.entries = 0;
  EXPECT_EQ(TextOf(config.Validate()), "entries=0: from 1 to 65536");
  ExpectConfigs<C>(C{},
                   {{[](C& c) { c.entries = 1; }, ""},
                    {[](C& c) { c.table_address = 8; }, ""},
                    {[](C& c) { c.cache.entries = 4; }, "cache.entries=4: 0: a store on the device has no cache"}});
  C memory;
  memory.placement = ImsPlacement::kHostMemory;
  ExpectConfigs<C>(memory, {{[](C& c) { c.table_address = 8; }, "table_address=8: a multiple of entry_bytes"},
                            {[](C& c) { c.table_address = 32; }, ""},
                            {[](C& c) { c.cache.entries = 4; }, ""},
                            {[](C& c) { c.entry_bytes = 64; }, ""},
                            {[](C& c) { c.entry_bytes = 128; }, "entry_bytes=128: from 16 to 64, a power of two"},
                            {[](C& c) { c.entry_bytes = 8; }, "entry_bytes=8: from 16 to 64, a power of two"},
                            {[](C& c) { c.entry_bytes = 48; }, "entry_bytes=48: from 16 to 64, a power of two"},
                            {[](C& c) { c.entry_bytes = 0; }, "entry_bytes=0: from 16 to 64, a power of two"}});
}

TEST(BlockConfigs, Link) {
  using C = LinkConfig;
  ExpectConfigs<C>(
      C{},
      {{[](C& c) { c.generation = 1; }, ""},
       {[](C& c) { c.generation = 6; }, ""},
       {[](C& c) { c.generation = 0; }, "generation=0: from 1 to 6"},
       {[](C& c) { c.generation = 7; }, "generation=7: from 1 to 6"},
       {[](C& c) { c.lanes = 1; }, ""},
       {[](C& c) { c.lanes = 12; }, "lanes=12: from 1 to 16, a power of two"},
       {[](C& c) { c.lanes = 32; }, "lanes=32: from 1 to 16, a power of two"},
       {[](C& c) { c.max_payload_bytes = c.max_read_request_bytes = 128; }, ""},
       {[](C& c) { c.max_payload_bytes = c.max_read_request_bytes = 4096; }, ""},
       {[](C& c) { c.max_payload_bytes = 64; }, "max_payload_bytes=64: from 128 to 4096, a power of two"},
       {[](C& c) { c.max_payload_bytes = 8192; }, "max_payload_bytes=8192: from 128 to 4096, a power of two"},
       {[](C& c) { c.max_read_request_bytes = 384; }, "max_read_request_bytes=384: from 128 to 4096, a power of two"},
       {[](C& c) { c.read_completion_boundary_bytes = 128; }, ""},
       {[](C& c) { c.read_completion_boundary_bytes = 256; },
        "read_completion_boundary_bytes=256: from 64 to 128, a power of two"},
       {[](C& c) { c.ack_interval_bytes = 32; }, ""},
       {[](C& c) { c.ack_interval_bytes = 31; }, "ack_interval_bytes=31: 0 (the specification's limit) or at least 32"},
       {[](C& c) {
          c.ack_interval_bytes = 64;
          c.generation = 6;
        },
        "ack_interval_bytes=64: 0 in flit mode (generation 6), whose flits have room of their own for data-link "
        "packets"},
       {[](C& c) { c.dllps = false; }, ""},
       {[](C& c) {
          c.dllps = false;
          c.generation = 6;
        },
        "dllps=false: true in flit mode (generation 6), whose flits have room of their own for data-link packets"},
       {[](C& c) { c.upstream.posted_header = 128; }, ""},
       {[](C& c) {
          c.generation = 3;
          c.upstream = {127, 2'047, 127, 0, 127, 0};
        },
        ""},
       {[](C& c) {
          c.generation = 3;
          c.upstream.posted_header = 128;
        },
        "upstream.posted_header=128: at most 127: without scaled flow control (generation 4 and later) the counters "
        "hold no more"},
       {[](C& c) {
          c.scaled_flow_control = false;
          c.downstream.posted_data = 2'048;
        },
        "downstream.posted_data=2048: at most 2047: without scaled flow control (generation 4 and later) the counters "
        "hold no more"},
       // 256 bytes of a write or a completion are 16 credits, a deferrable write's 64 are 4.
       {[](C& c) { c.upstream = {1, 16, 1, 4, 1, 16}; }, ""},
       {[](C& c) { c.upstream.posted_data = 15; },
        "upstream.posted_data=15: 0 (infinite) or at least 16, the largest packet of its class"},
       {[](C& c) { c.downstream.nonposted_data = 3; },
        "downstream.nonposted_data=3: 0 (infinite) or at least 4, the largest packet of its class"},
       {[](C& c) { c.upstream.completion_data = 15; },
        "upstream.completion_data=15: 0 (infinite) or at least 16, the largest packet of its class"}});
}

TEST(BlockConfigs, RootPort) {
  using C = RootPortConfig;
  ExpectConfigs<C>(
      C{}, {{[](C& c) { c.outstanding_reads = 1u << 20; }, ""},
            {[](C& c) { c.outstanding_reads = (1u << 20) + 1; }, "outstanding_reads=1048577: at most 1048576"}});
}

TEST(BlockConfigs, SwqArbiter) {
  using C = SwqArbiterConfig;
  C good;
  good.queues = {{"a", QueueMode::kShared, 8, 8, 1, 0}, {"b", QueueMode::kDedicated, 4, 8, 15, 0}};
  good.total_entries = 12;
  ExpectConfigs<C>(
      good, {{[](C& c) { c.queues.clear(); }, "queues=0 queues: at least one queue"},
             {[](C& c) { c.groups = 0; },
              "groups=0: from 1 to 256; queues[0].group=0: below groups (0); queues[1].group=0: below groups (0)"},
             {[](C& c) { c.total_entries = 11; }, "total_entries=11: at least the sum of the queues' sizes (12)"},
             {[](C& c) { c.queues[1].name = "a"; }, "queues[1].name=a: a name no other queue has"},
             {[](C& c) { c.queues[1].name = ""; }, "queues[1].name=: a name"},
             {[](C& c) { c.queues[0].threshold = 9; }, "queues[0].threshold=9: at most size (8)"},
             {[](C& c) { c.queues[0].threshold = 0; }, "queues[0].threshold=0: from 1 to 65535"},
             {[](C& c) { c.queues[0].threshold = 1; }, ""},
             {[](C& c) { c.queues[1].priority = 16; }, "queues[1].priority=16: from 1 to 15"},
             {[](C& c) { c.queues[0].priority = 0; }, "queues[0].priority=0: from 1 to 15"},
             {[](C& c) { c.queues[0].group = 1; }, "queues[0].group=1: below groups (1)"},
             {[](C& c) { c.queues[1].size = 0; }, "queues[1].size=0: from 1 to 65535"},
             {[](C& c) {
                c.queues[1].size = 65'535;
                c.total_entries = 70'000;
              },
              ""},
             {[](C& c) {
                c.queues[1].size = 65'536;
                c.total_entries = 70'000;
              },
              "queues[1].size=65536: from 1 to 65535"}});
  good.groups = 3;
  EXPECT_EQ(TextOf(ValidateGroups(good, {{0}, 1})), "");
  EXPECT_EQ(TextOf(ValidateGroups(good, {{0, 3}, 1})), "group_of_engine=3: below groups (3)");
  EXPECT_EQ(TextOf(ValidateGroups(good, {{1}, 1})),
            "group_of_engine=no engine in group 0: at least one engine in every group that has queues; "
            "queues=no queue in group 1: at least one queue in every group that has engines");
}

}  // namespace
}  // namespace siov

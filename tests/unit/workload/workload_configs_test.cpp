// SPDX-License-Identifier: Apache-2.0
// What the configurations of workloads and address spaces refuse: at every limit the last value that is
// allowed and the first that is not, and the whole sentence, since users read it.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "models/translation/address_space_config.h"
#include "models/workload/tenants/traffic_config.h"
#include "tests/support/config_cases.h"

namespace siov {
namespace {

using testing::ExpectConfigs;
using testing::TextOf;

constexpr double kInfinite = std::numeric_limits<double>::infinity();

TEST(BlockConfigs, Classes) {
  using C = TrafficConfig;
  C good;
  good.classes.emplace_back();
  good.classes[0].queues = {QueueId(0)};
  ExpectConfigs<C>(
      good,
      {{[](C& c) { c.classes.clear(); }, "classes=none: at least one class of tenants, or a trace to replay"},
       {[](C& c) { c.classes[0].tenants = 0; }, "classes[0].tenants=0: from 1 to 1048576"},
       {[](C& c) { c.classes[0].queues.clear(); }, "classes[0].queues=none: at least one queue of the endpoint"},
       {[](C& c) { c.classes[0].queue_depth = 0; }, "classes[0].queue_depth=0: from 1 to 65536"},
       {[](C& c) {
          c.classes[0].arrivals = ArrivalProcess::kPoisson;
          c.classes[0].queue_depth = 0;
          c.classes[0].jobs_per_second = 1e-4;
        },
        ""},
       {[](C& c) {
          c.classes[0].arrivals = ArrivalProcess::kFixedRate;
          c.classes[0].tenants = 2;
          c.classes[0].jobs_per_second = 5e11;
        },
        ""},
       {[](C& c) {
          c.classes[0].arrivals = ArrivalProcess::kFixedRate;
          c.classes[0].tenants = 2;
          c.classes[0].jobs_per_second = 6e11;
        },
        "classes[0].jobs_per_second=6e+11: from 0.0001 to 10^12 over all tenants of the class"},
       {[](C& c) {
          c.classes[0].arrivals = ArrivalProcess::kPoisson;
          c.classes[0].jobs_per_second = 9e-5;
        },
        "classes[0].jobs_per_second=9e-05: from 0.0001 to 10^12 over all tenants of the class"},
       {[](C& c) { c.classes[0].alignment_bytes = 0; },
        "classes[0].alignment_bytes=0: from 1 to 1073741824, a power of two"},
       {[](C& c) { c.classes[0].base_address = 1u << 21; }, ""},
       {[](C& c) { c.classes[0].base_address = 1u << 20; }, "classes[0].base_address=1048576: a multiple of 2 MiB"},
       {[](C& c) { c.classes[0].working_set_bytes = 1'000'000'000'000'000; }, ""},
       {[](C& c) { c.classes[0].working_set_bytes = 1'000'000'000'000'001; },
        "classes[0].working_set_bytes=1000000000000001: from 64 to 1e+15"},
       {[](C& c) {
          c.classes[0].pattern = AddressPattern::kZipf;
          c.classes[0].zipf_exponent = 0;
        },
        ""},
       {[](C& c) {
          c.classes[0].pattern = AddressPattern::kZipf;
          c.classes[0].zipf_exponent = -1;
        },
        "classes[0].zipf_exponent=-1.000000: from 0 to 10"},
       {[](C& c) {
          c.classes[0].pattern = AddressPattern::kZipf;
          c.classes[0].zipf_exponent = kInfinite;
        },
        "classes[0].zipf_exponent=inf: from 0 to 10"},
       {[](C& c) { c.classes[0].zipf_exponent = -1; }, ""},
       {[](C& c) {
          c.classes[0].tenants = 1u << 20;
          c.classes[0].queue_depth = 4095;
        },
        ""},
       {[](C& c) {
          c.classes[0].tenants = 1u << 20;
          c.classes[0].queue_depth = 4096;
        },
        "queue_depth=4294967296 jobs: at most 2^32 - 16 jobs outstanding over all tenants"},
       {[](C& c) { c.classes[0].tenants = (1u << 20) + 1; },
        "classes[0].tenants=1048577: from 1 to 1048576; "
        "tenants=1048577: at most 1048576 over all classes and the replay: one PASID each"}});
}

TEST(BlockConfigs, JobsOfAClass) {
  using C = TrafficConfig;
  C good;
  good.classes.emplace_back();
  good.classes[0].queues = {QueueId(0)};
  good.classes[0].working_set_bytes = 8192;
  ExpectConfigs<C>(good, {{[](C& c) { c.classes[0].jobs.clear(); }, "classes[0].jobs=none: at least one kind of job"},
                          {[](C& c) { c.classes[0].jobs[0].size_bytes = 8192; }, ""},
                          {[](C& c) { c.classes[0].jobs[0].size_bytes = 8193; },
                           "classes[0].jobs[0].size_bytes=8193: 1 to working_set_bytes (8192)"},
                          {[](C& c) { c.classes[0].jobs[0].size_bytes = 0; },
                           "classes[0].jobs[0].size_bytes=0: 1 to working_set_bytes (8192)"},
                          {[](C& c) {
                             c.classes[0].jobs[0] = {JobOp::kNoop, 0};
                           },
                           ""},
                          {[](C& c) {
                             c.classes[0].jobs.push_back({JobOp::kRead, 64, -1});
                           },
                           "classes[0].jobs[1].weight=-1: 0 or more; "
                           "classes[0].jobs=weights sum to 0: a sum of weights above 0"},
                          {[](C& c) {
                             c.classes[0].jobs.push_back({JobOp::kRead, 64, 0});
                           },
                           ""},
                          {[](C& c) { c.classes[0].jobs[0].weight = 0; },
                           "classes[0].jobs=weights sum to 0: a sum of weights above 0"},
                          {[](C& c) { c.classes[0].jobs[0].op = JobOp::kPacket; },
                           "classes[0].jobs[0].accesses=none: at least one access"},
                          {[](C& c) {
                             c.classes[0].jobs[0].op = JobOp::kPacket;
                             c.classes[0].jobs[0].packet.accesses.resize(1);
                             c.classes[0].jobs[0].packet.accesses[0].address = 4096;
                             c.classes[0].jobs[0].packet.accesses[0].region_bytes = 2048;
                             c.classes[0].jobs[0].packet.accesses[0].size_bytes = 2049;
                           },
                           ""},
                          {[](C& c) {
                             c.classes[0].jobs[0].op = JobOp::kPacket;
                             c.classes[0].jobs[0].packet.accesses.resize(1);
                             c.classes[0].jobs[0].packet.accesses[0].address = 4096;
                             c.classes[0].jobs[0].packet.accesses[0].region_bytes = 2048;
                             c.classes[0].jobs[0].packet.accesses[0].size_bytes = 2050;
                           },
                           "classes[0].jobs[0].accesses=8193 bytes: at most working_set_bytes from base_address on"}});
}

TEST(BlockConfigs, HotAndColdParts) {
  using C = TrafficConfig;
  C good;
  good.classes.emplace_back();
  good.classes[0].queues = {QueueId(0)};
  good.classes[0].pattern = AddressPattern::kHotCold;
  good.classes[0].jobs[0].size_bytes = 4096;
  good.classes[0].working_set_bytes = 16384;
  good.classes[0].hot_fraction = 0.5;
  const char* const kFits =
      ": such that the largest job (4096 bytes) fits into the hot and into the cold part of the working set";
  ExpectConfigs<C>(
      good, {{[](C& c) { c.classes[0].hot_probability = 1; }, ""},
             {[](C& c) { c.classes[0].hot_probability = 0; }, ""},
             {[](C& c) { c.classes[0].hot_probability = 1.5; }, "classes[0].hot_probability=1.500000: from 0 to 1"},
             {[](C& c) { c.classes[0].hot_probability = -1; }, "classes[0].hot_probability=-1.000000: from 0 to 1"},
             {[](C& c) { c.classes[0].hot_fraction = 0.25; }, ""},
             {[](C& c) { c.classes[0].hot_fraction = 0.75; }, ""},
             {[](C& c) { c.classes[0].hot_fraction = 0; }, "classes[0].hot_fraction=0: above 0 and below 1"},
             {[](C& c) { c.classes[0].hot_fraction = 1; }, "classes[0].hot_fraction=1: above 0 and below 1"}});
  for (const char* fraction : {"0.2", "0.8"}) {
    C config = good;
    config.classes[0].hot_fraction = std::stod(fraction);
    EXPECT_EQ(TextOf(config.Validate()), std::string("classes[0].hot_fraction=") + fraction + kFits);
  }
}

TEST(BlockConfigs, Replay) {
  using C = TrafficConfig;
  C good;
  good.replay.trace_file = "x";
  good.replay.queues = {QueueId(0)};
  ExpectConfigs<C>(
      good, {{[](C& c) { c.replay.tenants = 0; }, "replay.tenants=0: from 1 to 1048576"},
             {[](C& c) { c.replay.queues.clear(); }, "replay.queues=none: at least one queue of the endpoint"},
             {[](C& c) { c.replay.time_scale = 0; }, ""},
             {[](C& c) {
                c.replay.timing = ReplayTiming::kRecorded;
                c.replay.time_scale = 0;
              },
              "replay.time_scale=0.000000: from 1e-09 to 1000000000"},
             {[](C& c) {
                c.replay.timing = ReplayTiming::kRecorded;
                c.replay.time_scale = kInfinite;
              },
              "replay.time_scale=inf: from 1e-09 to 1000000000"},
             {[](C& c) { c.replay.outstanding = 0; }, "replay.outstanding=0: from 1 to 65536"},
             {[](C& c) { c.replay.unknown_size_bytes = 1; }, ""},
             {[](C& c) { c.replay.unknown_size_bytes = 0; }, "replay.unknown_size_bytes=0: from 1 to 2147483648"},
             {[](C& c) { c.replay.stagger = 1; }, ""},
             {[](C& c) { c.replay.stagger = 1.5; }, "replay.stagger=1.500000: from 0 to 1"},
             {[](C& c) { c.replay.stagger = -1; }, "replay.stagger=-1.000000: from 0 to 1"},
             {[](C& c) { c.replay.access_bytes = 4096; }, ""},
             {[](C& c) { c.replay.access_bytes = 1; }, ""},
             {[](C& c) {
                c.replay.order = ReplayOrder::kAsRecorded;
                c.replay.access_bytes = 4097;
              },
              "replay.access_bytes=4097: from 1 to 4096"},
             {[](C& c) {
                c.replay.order = ReplayOrder::kAsRecorded;
                c.replay.access_bytes = 0;
              },
              "replay.access_bytes=0: from 1 to 4096"},
             {[](C& c) { c.replay.invalidations = ReplayInvalidations::kByHost; }, ""},
             {[](C& c) { c.replay.pages = ReplayPages::kProcedural; }, ""},
             {[](C& c) {
                c.replay.invalidations = ReplayInvalidations::kByHost;
                c.replay.pages = ReplayPages::kProcedural;
              },
              "replay.invalidations=UNMAP_POLICY: with RECORDED_PAGES: the policy follows unmaps"},
             {[](C& c) { c.replay.record_address = 4096; }, ""},
             {[](C& c) { c.replay.record_address = 2048; }, "replay.record_address=2048: a multiple of 4096"}});
}

TEST(BlockConfigs, AddressSpaces) {
  using C = AddressSpaceClass;
  const char* const kSize = ": 12 (4 KiB), 21 (2 MiB) or 30 (1 GiB)";
  ExpectConfigs<C>(
      C{}, {{[](C& c) { c.first_pasid = kMaxPasids - 1; }, ""},
            {[](C& c) { c.first_pasid = kMaxPasids; }, "first_pasid=1048576: 0 to 1048575"},
            {[](C& c) { c.count = kMaxPasids; }, ""},
            {[](C& c) { c.count = kMaxPasids + 1; }, "count=1048577: 1 to 1048576"},
            {[](C& c) { c.count = 0; }, "count=0: 1 to 1048576"},
            {[](C& c) { c.first_format = TableFormat::kNone; },
             "first_format=none: a table format: these stages walk a first stage"},
            {[](C& c) { c.second_format = TableFormat::kNone; }, ""},
            {[](C& c) { c.resident_fraction = 0; }, ""},
            {[](C& c) { c.resident_fraction = -0.5; }, "resident_fraction=-0.500000: from 0 to 1"},
            {[](C& c) { c.resident_fraction = 1.5; }, "resident_fraction=1.500000: from 0 to 1"},
            {[](C& c) { c.cache_partition_spread = 0; }, "cache_partition_spread=0: from 1 to 65536"},
            {[](C& c) { c.pasids_per_domain = 0; }, ""},
            {[](C& c) {
               c.leaf_ranges = {{1u << 21, 1u << 21, kPageShift2M}};
             },
             ""},
            {[](C& c) {
               c.leaf_ranges = {{1u << 21, 0, kPageShift2M}};
             },
             "leaf_ranges=2097152 + 0: whole pages of 4 KiB, 2 MiB or 1 GiB"},
            {[](C& c) {
               c.leaf_ranges = {{1u << 20, 1u << 21, kPageShift2M}};
             },
             "leaf_ranges=1048576 + 2097152: whole pages of 4 KiB, 2 MiB or 1 GiB"},
            {[](C& c) {
               c.leaf_ranges = {{1u << 21, 1u << 20, kPageShift2M}};
             },
             "leaf_ranges=2097152 + 1048576: whole pages of 4 KiB, 2 MiB or 1 GiB"},
            {[](C& c) {
               c.leaf_ranges = {{0, 1u << 13, 13}};
             },
             "leaf_ranges=0 + 8192: whole pages of 4 KiB, 2 MiB or 1 GiB"},
            {[](C& c) { c.explicit_second_stage = c.explicit_pages = true; },
             "explicit_second_stage=true: only with nested stages and explicit_pages"},
            {[](C& c) { c.first_accessed_dirty = true; }, ""},
            {[](C& c) { c.second_accessed_dirty = true; }, "second_accessed_dirty=true: only with a second stage"}});
  C through;
  through.stages = TranslationStages::kPassThrough;
  const char* const kTables =
      "stages=pass-through: stages with tables, for address spaces with absent or read-only pages";
  EXPECT_EQ(TextOf(through.Validate()), "");
  ExpectConfigs<C>(
      through, {{[](C& c) { c.resident_fraction = 0.5; }, kTables},
                {[](C& c) { c.read_only = true; }, kTables},
                {[](C& c) { c.explicit_pages = true; }, kTables},
                {[](C& c) { c.first_format = TableFormat::kNone; }, ""},
                {[](C& c) { c.first_accessed_dirty = true; }, "first_accessed_dirty=true: only with a first stage"}});
  for (const unsigned shift : {kPageShift4K, kPageShift2M, kPageShift1G, 13u}) {
    C space;
    space.first_leaf_shift = static_cast<std::uint8_t>(shift);
    EXPECT_EQ(TextOf(space.Validate()), shift == 13 ? std::string("first_leaf_shift=13") + kSize : "");
  }
}

TEST(BlockConfigs, NestedAddressSpaces) {
  using C = AddressSpaceClass;
  C nested;
  nested.stages = TranslationStages::kNested;
  nested.second_format = TableFormat::kX86FourLevel;
  nested.guest_memory_bits = 40;
  ExpectConfigs<C>(
      nested, {{[](C& c) { c.guest_memory_bits = 31; }, ""},
               {[](C& c) { c.guest_memory_bits = 46; }, ""},
               {[](C& c) { c.guest_memory_bits = 30; },
                "guest_memory_bits=30: 31 to 46 (the second stage's input width, at most 46)"},
               {[](C& c) { c.guest_memory_bits = 47; },
                "guest_memory_bits=47: 31 to 46 (the second stage's input width, at most 46)"},
               {[](C& c) { c.second_format = TableFormat::kNone; },
                "second_format=none: a table format: these stages walk a second stage"},
               {[](C& c) { c.second_leaf_shift = 13; }, "second_leaf_shift=13: 12 (4 KiB), 21 (2 MiB) or 30 (1 GiB)"},
               {[](C& c) { c.pasids_per_domain = 0; }, "tenants_per_vm=0: from 1 to 1048576"},
               {[](C& c) { c.explicit_second_stage = c.explicit_pages = true; }, ""},
               {[](C& c) { c.explicit_second_stage = true; },
                "explicit_second_stage=true: only with nested stages and explicit_pages"},
               {[](C& c) { c.first_accessed_dirty = c.second_accessed_dirty = true; }, ""}});
}

TEST(BlockConfigs, AddressSpacesAmongOthers) {
  AddressSpaceClass a, b;
  a.first_pasid = 5;
  a.count = 10;
  b.first_pasid = 15;
  EXPECT_EQ(TextOf(ValidateAddressSpaces({a, b})), "");
  b.first_pasid = 14;
  EXPECT_EQ(TextOf(ValidateAddressSpaces({a, b})),
            "address_spaces[1].first_pasid=14: a range that does not overlap that of address_spaces[0]");
  b.first_pasid = kMaxPasids - 1;
  b.count = 7;
  EXPECT_EQ(TextOf(ValidateAddressSpaces({a, b})),
            "address_spaces[0].first_pasid=5: a range that does not overlap that of address_spaces[1]");
  b.count = 6;
  EXPECT_EQ(TextOf(ValidateAddressSpaces({a, b})), "");
  b.count = 0;
  EXPECT_EQ(TextOf(ValidateAddressSpaces({a, b})), "address_spaces[1].count=0: 1 to 1048576");
  b.count = 20;
  b.first_pasid = kMaxPasids;
  EXPECT_EQ(TextOf(ValidateAddressSpaces({a, b})), "address_spaces[1].first_pasid=1048576: 0 to 1048575");
}

}  // namespace
}  // namespace siov

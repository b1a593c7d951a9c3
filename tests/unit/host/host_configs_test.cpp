// SPDX-License-Identifier: Apache-2.0
// What the configurations of the IOMMU, memory and host refuse: at every limit the last value that is allowed and
// the first that is not, and the whole sentence, since users read it.
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "models/host/cpus/host_config.h"
#include "models/iommu/fault_recording/fault_recording_config.h"
#include "models/iommu/interrupt_remapper/interrupt_remapper_config.h"
#include "models/iommu/invalidation_queue/invalidation_queue_config.h"
#include "models/iommu/page_walker/page_walker_config.h"
#include "models/iommu/pri_queue/pri_queue_config.h"
#include "models/memory/memory_config.h"
#include "tests/support/config_cases.h"

namespace siov {
namespace {

using testing::ExpectConfigs;
using testing::TextOf;

constexpr double kInfinite = std::numeric_limits<double>::infinity();

TEST(BlockConfigs, FaultRecording) {
  using C = FaultRecordingConfig;
  ExpectConfigs<C>(
      C{}, {{[](C& c) { c.records = 1; }, ""},
            {[](C& c) { c.records = 256; }, ""},
            {[](C& c) { c.records = 257; },
             "records=257: 1 to 256 with profile VTD (fault recording registers; VT-d counts them in the 8 bits of "
             "CAP.NFR)"},
            {[](C& c) { c.records = 0; }, "records=0: from 1 to 1048576"},
            {[](C& c) { c.collapse = true; }, ""}});
  C riscv;
  riscv.profile = IommuProfile::kRiscv;
  riscv.records = 2;
  riscv.collapse = false;
  ExpectConfigs<C>(
      riscv, {{[](C& c) { c.records = 1u << 20; }, ""},
              {[](C& c) { c.records = 1u << 21; }, "records=2097152: from 1 to 1048576"},
              {[](C& c) { c.records = 1; }, "records=1: a power of two from 2 to 1048576 (RISC-V fault queue)"},
              {[](C& c) { c.records = 48; }, "records=48: a power of two from 2 to 1048576 (RISC-V fault queue)"},
              {[](C& c) { c.collapse = true; }, "collapse=true: false: the RISC-V fault queue records every fault"}});
}

TEST(BlockConfigs, Driver) {
  using C = DriverConfig;
  C deferred;
  deferred.policy = UnmapPolicy::kDeferred;
  ExpectConfigs<C>(deferred,
                   {{[](C& c) { c.flush_entries = 1; }, ""},
                    {[](C& c) { c.flush_entries = 1u << 20; }, ""},
                    {[](C& c) { c.flush_entries = 0; }, "flush_entries=0: from 1 to 1048576"},
                    {[](C& c) { c.flush_entries = (1u << 20) + 1; }, "flush_entries=1048577: from 1 to 1048576"}});
  C batched;
  batched.policy = UnmapPolicy::kBatched;
  batched.batch_timeout_ps = 1;
  ExpectConfigs<C>(batched, {{[](C& c) { c.batch_jobs = 1; }, ""},
                             {[](C& c) { c.batch_jobs = 1u << 20; }, ""},
                             {[](C& c) { c.batch_jobs = 0; }, "batch_jobs=0: from 1 to 1048576"},
                             {[](C& c) { c.batch_jobs = (1u << 20) + 1; }, "batch_jobs=1048577: from 1 to 1048576"},
                             {[](C& c) { c.batch_timeout_ps = 0; }, "batch_timeout=0: more than 0"}});
  ExpectConfigs<C>(C{}, {{[](C& c) { c.flush_entries = c.batch_jobs = 0; }, ""},
                         {[](C& c) {
                            c.policy = UnmapPolicy::kStrict;
                            c.flush_timeout_ps = c.batch_timeout_ps = 0;
                          },
                          ""},
                         {[](C& c) {
                            c.policy = UnmapPolicy::kDeferred;
                            c.flush_timeout_ps = 1;
                          },
                          ""},
                         {[](C& c) {
                            c.policy = UnmapPolicy::kDeferred;
                            c.flush_timeout_ps = 0;
                          },
                          "flush_timeout=0: more than 0"}});
}

TEST(BlockConfigs, FaultService) {
  using C = FaultServiceConfig;
  ExpectConfigs<C>(
      C{}, {{[](C& c) { c.handlers = 65'536; }, ""},
            {[](C& c) { c.handlers = 0; }, "fault_handlers=0: from 1 to 65536"},
            {[](C& c) { c.handlers = 65'537; }, "fault_handlers=65537: from 1 to 65536"},
            {[](C& c) { c.major_fraction = 1; }, ""},
            {[](C& c) { c.major_fraction = 1.5; }, "major_fault_fraction=1.500000: from 0 to 1"},
            {[](C& c) { c.major_fraction = -0.5; }, "major_fault_fraction=-0.500000: from 0 to 1"},
            {[](C& c) { c.swap_out_per_second = 1e-4; }, ""},
            {[](C& c) { c.swap_out_per_second = 9e-5; }, "swap_out_per_second=0.000090: 0 (none) or at least 0.0001"}});
}

TEST(BlockConfigs, Host) {
  using C = HostConfig;
  ExpectConfigs<C>(C{}, {{[](C& c) { c.cpus = 1u << 20; }, ""},
                         {[](C& c) { c.cpus = (1u << 20) + 1; }, "cpus=1048577: at most 1048576"},
                         {[](C& c) { c.retry_backoff_ps = c.retry_backoff_max_ps = 1000 * kPsPerSecond; }, ""},
                         {[](C& c) { c.retry_backoff_ps = c.retry_backoff_max_ps + 1; },
                          "retry_backoff=1 ps: at most retry_backoff_max"},
                         {[](C& c) { c.retry_backoff_max_ps = 1000 * kPsPerSecond + 1; },
                          "retry_backoff_max=1000000000000001 ps: at most 1000 s"},
                         {[](C& c) { c.retry_limit = 65'535; }, ""},
                         {[](C& c) { c.retry_limit = 65'536; }, "retry_limit=65536: at most 65535"},
                         {[](C& c) { c.retry_jitter = c.halted_fraction = 1; }, ""},
                         {[](C& c) { c.retry_jitter = 1.5; }, "retry_jitter=1.500000: from 0 to 1"},
                         {[](C& c) { c.halted_fraction = -0.5; }, "halted_fraction=-0.500000: from 0 to 1"},
                         {[](C& c) { c.vcpus = 1u << 20; }, ""},
                         {[](C& c) { c.vcpus = 0; }, "vcpus=0: from 1 to 1048576"},
                         {[](C& c) { c.vcpus = (1u << 20) + 1; }, "vcpus=1048577: from 1 to 1048576"},
                         {[](C& c) { c.faults.handlers = 0; }, "fault_handlers=0: from 1 to 65536"},
                         {[](C& c) {
                            c.driver.policy = UnmapPolicy::kDeferred;
                            c.driver.flush_entries = 0;
                          },
                          "driver.flush_entries=0: from 1 to 1048576"}});
}

TEST(BlockConfigs, InterruptRemapper) {
  using C = InterruptRemapperConfig;
  ExpectConfigs<C>(C{},
                   {{[](C& c) { c.table_entries = 2; }, ""},
                    {[](C& c) { c.table_entries = 1; }, "table_entries=1: from 2 to 65536, a power of two"},
                    {[](C& c) { c.table_entries = 131'072; }, "table_entries=131072: from 2 to 65536, a power of two"},
                    {[](C& c) { c.table_entries = 96; }, "table_entries=96: from 2 to 65536, a power of two"},
                    {[](C& c) { c.table_address = 4096; }, ""},
                    {[](C& c) { c.table_address = 2048; }, "table_address=2048: a multiple of 4096"},
                    {[](C& c) { c.descriptor_address = 64; }, ""},
                    {[](C& c) { c.descriptor_address = 32; }, "descriptor_address=32: a multiple of 64"},
                    {[](C& c) { c.notification_window_ps = 5; }, ""},
                    {[](C& c) {
                       c.delivery = InterruptDelivery::kRemapped;
                       c.notification_window_ps = 5;
                     },
                     "notification_window_ps=5: 0: only posted interrupts coalesce"}});
}

TEST(BlockConfigs, InvalidationQueue) {
  using C = InvalidationQueueConfig;
  ExpectConfigs<C>(
      C{}, {{[](C& c) { c.entries = 2; }, ""},
            {[](C& c) { c.entries = 1u << 15; }, ""},
            {[](C& c) { c.entries = 1; }, "entries=1: from 2 to 32768, a power of two"},
            {[](C& c) { c.entries = 1u << 16; }, "entries=65536: from 2 to 32768, a power of two"},
            {[](C& c) { c.entries = 48; }, "entries=48: from 2 to 32768, a power of two"},
            {[](C& c) { c.descriptor_bytes = 16; }, ""},
            {[](C& c) { c.descriptor_bytes = 8; }, "descriptor_bytes=8: 32 (VT-d scalable mode) or 16 (RISC-V)"},
            {[](C& c) { c.completion_timeout_ps = 1; }, ""},
            {[](C& c) { c.completion_timeout_ps = 0; }, "completion_timeout=0: more than 0"},
            {[](C& c) { c.outstanding_per_device = 1; }, ""},
            {[](C& c) { c.outstanding_per_device = 0; }, "outstanding_per_device=0: from 1 to 32"},
            {[](C& c) { c.outstanding_per_device = 33; }, "outstanding_per_device=33: from 1 to 32"},
            {[](C& c) { c.max_address_mask = 51; }, ""},
            {[](C& c) { c.max_address_mask = 52; }, "max_address_mask=52: at most 51"}});
}

TEST(BlockConfigs, Memory) {
  using C = MemoryConfig;
  C good;
  good.llc.entries = 16;
  good.llc_latency_ps = good.dram_latency_ps = 1;
  ExpectConfigs<C>(
      good,
      {{[](C& c) { c.llc.entries = 0; }, "llc.entries=0: at least 1, or a residency without tags"},
       {[](C& c) { c.line_bytes = 32; }, ""},
       {[](C& c) { c.line_bytes = 256; }, ""},
       {[](C& c) { c.line_bytes = 16; }, "line_bytes=16: from 32 to 256, a power of two"},
       {[](C& c) { c.line_bytes = 512; }, "line_bytes=512: from 32 to 256, a power of two"},
       {[](C& c) { c.line_bytes = 96; }, "line_bytes=96: from 32 to 256, a power of two"},
       {[](C& c) { c.llc_slices = c.dram_channels = 1024; }, ""},
       {[](C& c) { c.llc_slices = 1025; }, "llc_slices=1025: from 1 to 1024"},
       {[](C& c) { c.dram_channels = 0; }, "dram_channels=0: from 1 to 1024"},
       {[](C& c) { c.llc_latency_ps = 0; }, "llc_latency_ps=0: more than 0, as no memory answers at once"},
       {[](C& c) { c.dram_latency_ps = 0; }, "dram_latency_ps=0: more than 0, as no memory answers at once"},
       {[](C& c) {
          c.residency = MemoryResidency::kAllDram;
          c.llc_latency_ps = 0;
          c.llc.entries = 0;
        },
        ""},
       {[](C& c) {
          c.residency = MemoryResidency::kAllLlc;
          c.dram_latency_ps = 0;
          c.llc.entries = 0;
        },
        ""},
       {[](C& c) {
          c.residency = MemoryResidency::kAllLlc;
          c.llc_latency_ps = 0;
        },
        "llc_latency_ps=0: more than 0, as no memory answers at once"},
       {[](C& c) { c.llc_bytes_per_second = c.dram_bytes_per_second = 1e3; }, ""},
       {[](C& c) { c.llc_bytes_per_second = 999; }, "llc_bytes_per_second=999.000000: 0 (unlimited) or at least 1000"},
       {[](C& c) { c.dram_bytes_per_second = -1; }, "dram_bytes_per_second=-1.000000: 0 (unlimited) or at least 1000"},
       {[](C& c) { c.dram_bytes_per_second = kInfinite; },
        "dram_bytes_per_second=inf: 0 (unlimited) or at least 1000"}});
}

TEST(BlockConfigs, PageWalker) {
  using C = PageWalkerConfig;
  ExpectConfigs<C>(
      C{},
      {{[](C& c) { c.walkers = 1; }, ""},
       {[](C& c) { c.walkers = 65'536; }, ""},
       {[](C& c) { c.walkers = 0; }, "walkers=0: from 1 to 65536"},
       {[](C& c) { c.walkers = 65'537; }, "walkers=65537: from 1 to 65536"},
       {[](C& c) { c.device_directory_levels = c.process_directory_levels = 1; }, ""},
       {[](C& c) { c.device_directory_levels = 3; }, ""},
       {[](C& c) { c.device_directory_levels = 0; }, "device_directory_levels=0: 1 to 3"},
       {[](C& c) { c.process_directory_levels = 4; }, "process_directory_levels=4: 1 to 3"},
       {[](C& c) { c.context_cache.lookup_latency_ps = 9; }, "context_cache.lookup_latency=9 ps: 0 without entries"},
       {[](C& c) { c.pasid_cache.partitions = 2; }, "pasid_cache.partitions=2: 1 without entries"},
       {[](C& c) { c.nested_cache.slots = 1; }, "nested_cache.slots=1: 0 unless a lookup takes time (lookup_latency)"},
       {[](C& c) {
          c.first_stage_cache[0].entries = c.second_stage_cache[3].entries = 4;
          c.first_stage_cache[0].lookup_latency_ps = c.second_stage_cache[3].lookup_latency_ps = 9;
          c.first_stage_cache[0].slots = c.second_stage_cache[3].slots = 1;
        },
        ""},
       {[](C& c) { c.first_stage_cache[0].slots = 1; },
        "first_stage_cache.l2.slots=1: 0 unless a lookup takes time (lookup_latency)"},
       {[](C& c) { c.second_stage_cache[3].slots = 1; },
        "second_stage_cache.l5.slots=1: 0 unless a lookup takes time (lookup_latency)"}});
}

// Each cache by its number, none twice.
TEST(BlockConfigs, EveryWalkerCacheHasItsNumber) {
  PageWalkerConfig config;
  std::vector<const WalkerCacheConfig*> expected{&config.context_cache, &config.pasid_cache, &config.nested_cache};
  for (const WalkerCacheConfig& cache : config.first_stage_cache) expected.push_back(&cache);
  for (const WalkerCacheConfig& cache : config.second_stage_cache) expected.push_back(&cache);
  ASSERT_EQ(expected.size(), kWalkerCaches);
  for (unsigned cache = 0; cache < kWalkerCaches; ++cache) EXPECT_EQ(&config.cache(cache), expected[cache]) << cache;
}

TEST(BlockConfigs, PriQueue) {
  using C = PriQueueConfig;
  ExpectConfigs<C>(C{}, {{[](C& c) { c.entries = 2; }, ""},
                         {[](C& c) { c.entries = 1u << 19; }, ""},
                         {[](C& c) { c.entries = 1; }, "entries=1: from 2 to 524288, a power of two"},
                         {[](C& c) { c.entries = 1u << 20; }, "entries=1048576: from 2 to 524288, a power of two"},
                         {[](C& c) { c.entries = 48; }, "entries=48: from 2 to 524288, a power of two"},
                         {[](C& c) { c.descriptor_bytes = 16; }, ""},
                         {[](C& c) { c.descriptor_bytes = 24; }, "descriptor_bytes=24: 32 (VT-d) or 16 (RISC-V)"},
                         {[](C& c) { c.overflow_response = PageResponseCode::kFailure; }, ""},
                         {[](C& c) { c.overflow_response = PageResponseCode::kInvalidRequest; },
                          "overflow_response=Invalid Request: Success or Response Failure"}});
}

}  // namespace
}  // namespace siov

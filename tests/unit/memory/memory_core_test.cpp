// SPDX-License-Identifier: Apache-2.0
#include "models/memory/memory_core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <map>
#include <utility>
#include <vector>

#include "models/base/random.h"

namespace siov {
namespace {

// A line takes 64 ps of a slice and 640 ps of a channel.
MemoryConfig Config(MemoryResidency residency) {
  MemoryConfig config;
  config.residency = residency;
  config.llc_latency_ps = 1'000;
  config.dram_latency_ps = 5'000;
  config.llc_bytes_per_second = 1e12;
  config.dram_bytes_per_second = 1e11;
  config.llc.entries = 4;
  return config;
}

TEST(MemoryCore, AnIdleSliceServesALineInTheLatencyOfTheLlc) {
  MemoryCore memory(Config(MemoryResidency::kAllLlc));
  const MemoryAccess access = memory.Access(100, 0x1000, 64, false);
  EXPECT_EQ(access.served, 100u);
  EXPECT_EQ(access.done, 1'100u);
  EXPECT_EQ(access.llc_lines, 1u);
  EXPECT_EQ(access.dram_lines, 0u);
}

TEST(MemoryCore, ABusySliceMakesOthersWait) {
  MemoryCore memory(Config(MemoryResidency::kAllLlc));
  memory.Access(100, 0x1000, 64, false);
  const MemoryAccess second = memory.Access(100, 0x2000, 64, false);
  EXPECT_EQ(second.served, 164u);
  EXPECT_EQ(second.done, 1'164u);
  EXPECT_EQ(memory.Access(228, 0x3000, 64, false).served, 228u);
}

TEST(MemoryCore, OwnLinesAreServiceNotWaiting) {
  MemoryCore memory(Config(MemoryResidency::kAllDram));
  const MemoryAccess access = memory.Access(0, 0x1000, 512, false);
  EXPECT_EQ(access.dram_lines, 8u);
  EXPECT_EQ(access.served, 0u);
  EXPECT_EQ(access.done, 7 * 640u + 5'000);
  const MemoryAccess next = memory.Access(0, 0x4000, 128, false);
  EXPECT_EQ(next.served, 8 * 640u);
  EXPECT_EQ(next.done, 9 * 640u + 5'000);
}

TEST(MemoryCore, ARequestSpreadsEvenlyOverChannels) {
  MemoryConfig config = Config(MemoryResidency::kAllDram);
  config.dram_channels = 4;
  for (std::uint64_t page = 0; page < 64; ++page) {
    MemoryCore memory(config);
    EXPECT_EQ(memory.Access(0, page << 12, 512, false).done, 640u + 5'000);
    EXPECT_EQ(MemoryCore(config).Access(0, (page << 12) + 0x740, 256, false).done, 5'000u);
  }
}

TEST(MemoryCore, EqualOffsetsOfManyPagesDoNotMeetAtOneChannel) {
  MemoryConfig config = Config(MemoryResidency::kAllDram);
  config.dram_channels = 8;
  MemoryCore memory(config);
  Picoseconds last = 0;
  for (std::uint64_t page = 0; page < 800; ++page) last = std::max(last, memory.Access(0, page << 12, 64, false).done);
  EXPECT_LT(last, 150 * 640u + 5'000);  // 100 lines a channel if even, 800 if they met
}

TEST(MemoryCore, UnalignedRequestsTouchEveryLineTheyOverlap) {
  MemoryCore memory(Config(MemoryResidency::kAllLlc));
  EXPECT_EQ(memory.Access(0, 0x103C, 8, false).llc_lines, 2u);
  EXPECT_EQ(memory.Access(0, 0x1038, 8, false).llc_lines, 1u);
  EXPECT_EQ(memory.Access(0, 0x103F, 1, false).llc_lines, 1u);
  EXPECT_EQ(memory.Access(0, 0x103F, 0, false).llc_lines, 1u);
}

TEST(MemoryCore, WritesAllocateAndReadsDoNot) {
  MemoryCore memory(Config(MemoryResidency::kLlcTags));
  EXPECT_EQ(memory.Access(0, 0x1000, 64, false).dram_lines, 1u);
  EXPECT_EQ(memory.Access(10'000, 0x1000, 64, false).dram_lines, 1u);
  EXPECT_EQ(memory.Access(20'000, 0x1000, 64, true).llc_lines, 1u);
  EXPECT_EQ(memory.Access(30'000, 0x1000, 64, false).llc_lines, 1u);
}

TEST(MemoryCore, ReadsAllocateWhenToldTo) {
  MemoryConfig config = Config(MemoryResidency::kLlcTags);
  config.reads_allocate = true;
  MemoryCore memory(config);
  EXPECT_EQ(memory.Access(0, 0x1000, 64, false).dram_lines, 1u);
  EXPECT_EQ(memory.Access(0, 0x1000, 64, false).llc_lines, 1u);
  for (std::uint64_t line = 1; line <= 4; ++line) {
    EXPECT_EQ(memory.Access(0, 0x1000 + line * 64, 64, false).writebacks, 0u);  // clean lines just go
  }
  EXPECT_EQ(memory.Access(0, 0x1000, 64, false).dram_lines, 1u);
}

TEST(MemoryCore, WhatTheIommuReadsMayBeCachedWhenDataIsNot) {
  MemoryConfig config = Config(MemoryResidency::kAllDram);
  EXPECT_EQ(MemoryCore(config).Access(0, 0x1000, 8, false, true).done, 5'000u);
  config.iommu_reads_hit = true;
  EXPECT_EQ(MemoryCore(config).Access(0, 0x1000, 8, false, true).done, 1'000u);
  EXPECT_EQ(MemoryCore(config).Access(0, 0x1000, 64, false, false).done, 5'000u);
}

TEST(MemoryCore, AModifiedVictimTakesChannelTimeButNobodyWaitsForIt) {
  MemoryCore memory(Config(MemoryResidency::kLlcTags));
  for (std::uint64_t line = 0; line < 4; ++line) EXPECT_EQ(memory.Access(0, line * 64, 64, true).writebacks, 0u);
  const MemoryAccess fifth = memory.Access(10'000, 4 * 64, 64, true);
  EXPECT_EQ(fifth.writebacks, 1u);
  EXPECT_EQ(fifth.done, 11'000u);
  EXPECT_EQ(memory.Access(10'000, 0x8000, 64, false).served, 10'640u);  // the channel writes the victim back
}

TEST(MemoryConfig, ReportsEveryFault) {
  MemoryConfig config = Config(MemoryResidency::kLlcTags);
  EXPECT_TRUE(config.Validate().empty());
  config.llc.entries = 0;
  config.line_bytes = 48;
  config.dram_channels = 0;
  config.llc_bytes_per_second = -1;
  config.llc_latency_ps = 0;
  std::map<std::string, int> fields;
  for (const ConfigFault& fault : config.Validate()) ++fields[fault.field];
  EXPECT_EQ(fields, (std::map<std::string, int>{{"llc.entries", 1},
                                                {"line_bytes", 1},
                                                {"dram_channels", 1},
                                                {"llc_bytes_per_second", 1},
                                                {"llc_latency_ps", 1}}));
}

// What a whole page costs is computed at once where every line goes to the same servers, and line by line where tags
// decide; with every line in the cache the two agree.
TEST(MemoryCore, LinesServedTogetherTakeWhatTheyTakeOneByOne) {
  for (const std::uint32_t slices : {1u, 3u, 8u, 100u}) {
    MemoryConfig together_config = Config(MemoryResidency::kAllLlc);
    together_config.llc_slices = slices;
    MemoryConfig tagged_config = together_config;
    tagged_config.residency = MemoryResidency::kLlcTags;
    tagged_config.llc.entries = 1u << 12;
    MemoryCore together(together_config);
    MemoryCore tagged(tagged_config);
    for (std::uint64_t page = 0; page < 8; ++page) {
      for (std::uint64_t line = 0; line < 64; ++line) tagged.Access(0, page * 4096 + line * 64, 64, true);
    }
    Picoseconds now = 1'000'000;
    std::uint64_t random = 1;
    for (int i = 0; i < 500; ++i) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      const std::uint64_t address = (random >> 33) % (8 * 4096);
      const auto length = static_cast<std::uint32_t>(1 + (random >> 20) % (4096 - address % 4096));
      const MemoryAccess a = together.Access(now, address, length, false);
      const MemoryAccess b = tagged.Access(now, address, length, false);
      EXPECT_EQ(a.done, b.done);
      EXPECT_EQ(a.served, b.served);
      EXPECT_EQ(a.llc_lines, b.llc_lines);
      now += (random >> 50) % 2'000;
    }
  }
}

// --- Against a memory that serves every line by itself and knows no short cut
// -----------------------------------------

class PlainMemory {
 public:
  explicit PlainMemory(const MemoryConfig& config)
      : config_(config), llc_(config.llc_slices), dram_(config.dram_channels) {}

  MemoryAccess Access(Picoseconds now, std::uint64_t address, std::uint32_t length, bool write, bool iommus) {
    MemoryAccess access;
    access.served = access.done = now;
    std::map<Picoseconds*, std::uint64_t> own;  // lines of this request a server had before
    for (std::uint64_t line = address / 64; line <= (address + length - 1) / 64; ++line) {
      const bool hit = (iommus && config_.iommu_reads_hit) || InLlc(now, line, write, &access);
      std::vector<Picoseconds>& servers = hit ? llc_ : dram_;
      const Picoseconds line_time = hit ? 64 : 640;
      ++(hit ? access.llc_lines : access.dram_lines);
      Picoseconds& server = servers[ServerOf(line, servers.size())];
      const Picoseconds start = std::max(now, server);
      server = start + line_time;
      const Picoseconds before = own[&server]++ * line_time;
      const Picoseconds done = start + (hit ? config_.llc_latency_ps : config_.dram_latency_ps);
      if (done < access.done) continue;
      access.done = done;
      access.served = start > now + before ? start - before : now;
    }
    return access;
  }

 private:
  static std::size_t ServerOf(std::uint64_t line, std::size_t count) {
    const auto scattered = static_cast<std::uint32_t>(Mix64(line / 64)) + static_cast<std::uint32_t>(line);
    return scattered % static_cast<std::uint32_t>(count);
  }
  bool InLlc(Picoseconds now, std::uint64_t line, bool write, MemoryAccess* access) {
    if (config_.residency != MemoryResidency::kLlcTags) return config_.residency == MemoryResidency::kAllLlc;
    const auto found =
        std::find_if(lines_.begin(), lines_.end(), [line](const auto& one) { return one.first == line; });
    if (found != lines_.end()) {
      lines_.push_back({line, found->second || write});
      lines_.erase(found);
      return true;
    }
    if (!write && !config_.reads_allocate) return false;
    if (lines_.size() == config_.llc.entries) {
      if (lines_.front().second) {
        Picoseconds& channel = dram_[ServerOf(lines_.front().first, dram_.size())];
        channel = std::max(now, channel) + 640;
        ++access->writebacks;
      }
      lines_.pop_front();
    }
    lines_.push_back({line, write});
    return write;
  }

  MemoryConfig config_;
  std::vector<Picoseconds> llc_;
  std::vector<Picoseconds> dram_;
  std::list<std::pair<std::uint64_t, bool>> lines_;  // oldest first; modified
};

void ExpectPlain(const MemoryConfig& config, std::uint64_t seed) {
  MemoryCore memory(config);
  PlainMemory plain(config);
  Picoseconds now = 1'000;
  for (int i = 0; i < 400; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const std::uint64_t address = (seed >> 33) % (6 * 4096);
    const auto length = static_cast<std::uint32_t>(1 + (seed >> 20) % 6'000);  // over page boundaries as well
    const bool write = (seed >> 12 & 1) != 0;
    const bool iommus = !write && (seed >> 13 & 3) == 0;
    const MemoryAccess a = memory.Access(now, address, length, write, iommus);
    const MemoryAccess b = plain.Access(now, address, length, write, iommus);
    ASSERT_EQ(a.done, b.done) << i;
    // Which part of it was waiting is told apart exactly where the lines of one page go to equal servers.
    const bool one_page = address / 4096 == (address + length - 1) / 4096;
    if (one_page && config.residency != MemoryResidency::kLlcTags) {
      ASSERT_EQ(a.served, b.served) << i;
    }
    ASSERT_GE(a.served, now) << i;
    ASSERT_LE(a.served, a.done) << i;
    ASSERT_EQ(a.llc_lines, b.llc_lines) << i;
    ASSERT_EQ(a.dram_lines, b.dram_lines) << i;
    ASSERT_EQ(a.writebacks, b.writebacks) << i;
    now +=
        (seed >> 8 & 1) != 0 ? (seed >> 50) % 30'000 : (seed >> 9 & 7) * 640;  // some wait for as long as a line takes
  }
}

TEST(MemoryCore, IsAsFastAsAMemoryThatServesEveryLineByItself) {
  for (const MemoryResidency residency :
       {MemoryResidency::kLlcTags, MemoryResidency::kAllLlc, MemoryResidency::kAllDram}) {
    for (const auto& [slices, channels] : {std::pair(1u, 1u), std::pair(3u, 5u), std::pair(100u, 2u)}) {
      MemoryConfig config = Config(residency);
      config.llc.entries = 64;
      config.llc_slices = slices;
      config.dram_channels = channels;
      config.reads_allocate = channels == 5;
      config.iommu_reads_hit = channels != 1;
      ExpectPlain(config, slices + channels);
    }
  }
}

}  // namespace
}  // namespace siov

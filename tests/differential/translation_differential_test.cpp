// SPDX-License-Identifier: Apache-2.0
// The walker and the oracle agree on every access: output address, page size, rights, fault, dirty state and the exact
// lists of reads and of updates, with caches off; with caches on the answers are the same and the reads never more.
// SIOV_DIFFERENTIAL_ACCESSES asks for another number than a million.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <string>

#include "models/iommu/page_walker/page_walker_core.h"
#include "tests/differential/translation_oracle.h"
#include "tests/differential/translation_world.h"

namespace siov::differential {
namespace {

constexpr std::uint64_t kAccessesOfAWorld = 250;

struct Walked {
  Translation result;
  std::vector<std::uint64_t> reads;
  std::vector<std::uint64_t> updates;
};

Walked WalkTo(PageWalkerCore& core, OngoingWalk& walk, const TranslationWorld& world, const OracleRequest& request) {
  core.Begin(walk, {world.requester(), request.with_pasid ? world.pasid() : Pasid(), request.address, request.write,
                    request.privileged, request.translation_request});
  Walked walked;
  while (const auto access = core.Next(walk))
    (access.kind == EntryAccess::Kind::kUpdate ? walked.updates : walked.reads).push_back(access.address);
  walked.result = walk.result();
  return walked;
}

std::string Difference(const OracleAnswer& expected, const Walked& walked) {
  const Translation& result = walked.result;
  const auto differs = [](const char* what, std::uint64_t want, std::uint64_t got) {
    return std::string(what) + ": " + std::to_string(want) + " expected, " + std::to_string(got) + " walked";
  };
  if (expected.fault != result.fault_reason) return differs("fault", expected.fault, result.fault_reason);
  if (expected.fpd != result.fpd && expected.fault != 0) return differs("fpd", expected.fpd, result.fpd);
  if (expected.read != result.read) return differs("read", expected.read, result.read);
  if (expected.write != result.write) return differs("write", expected.write, result.write);
  if (expected.privileged_read != result.privileged_read) {
    return differs("privileged read", expected.privileged_read, result.privileged_read);
  }
  if (expected.privileged_write != result.privileged_write) {
    return differs("privileged write", expected.privileged_write, result.privileged_write);
  }
  if (expected.fault != 0) return "";
  if (expected.clean != result.clean) return differs("clean", expected.clean, result.clean);
  if (expected.address != result.address) return differs("address", expected.address, result.address);
  if (expected.shift != result.page_shift) return differs("page shift", expected.shift, result.page_shift);
  return "";
}

std::uint64_t Accesses() {
  const char* asked = std::getenv("SIOV_DIFFERENTIAL_ACCESSES");
  return asked != nullptr ? std::strtoull(asked, nullptr, 10) : 1'000'000;
}

TEST(TranslationDifferential, WalkerAgreesWithTheOracle) {
  std::set<unsigned> faults;
  std::uint64_t translated = 0;
  std::uint64_t updates = 0;
  std::uint64_t reads = 0;
  std::uint64_t cached_reads = 0;
  OngoingWalk walk;
  for (std::uint64_t done = 0; done < Accesses(); done += kAccessesOfAWorld) {
    TranslationWorld world(done + 1);
    const auto spaces = world.Make();
    const auto cached_spaces = world.Make();
    TranslationOracle oracle(world.Setup(*spaces));
    PageWalkerCore core(world.Walker(false), *spaces);
    PageWalkerCore cached_core(world.Walker(true), *cached_spaces);
    for (std::uint64_t i = 0; i < kAccessesOfAWorld; ++i) {
      const OracleRequest request = world.RandomRequest();
      const OracleAnswer expected = oracle.Translate(request);
      const Walked walked = WalkTo(core, walk, world, request);
      const auto where = [&](const char* kind) {
        return std::string(kind) + ", world " + std::to_string(done + 1) + " (" + world.Describe() + "), access " +
               std::to_string(i) + " of " + std::to_string(request.address) + (request.with_pasid ? "" : " no PASID") +
               (request.write ? " write" : "") + (request.privileged ? " privileged" : "") +
               (request.translation_request ? " TR" : "") + ", fault " + std::to_string(expected.fault);
      };
      ASSERT_EQ(Difference(expected, walked), "") << where("caches off");
      ASSERT_EQ(walked.reads, expected.reads) << where("reads");
      ASSERT_EQ(walked.updates, expected.updates) << where("updates");
      const Walked cached = WalkTo(cached_core, walk, world, request);
      ASSERT_EQ(Difference(expected, cached), "") << where("caches on");
      ASSERT_LE(cached.reads.size(), walked.reads.size()) << where("caches on");
      ASSERT_EQ(cached.updates, expected.updates) << where("updates, caches on");
      faults.insert(expected.fault);
      translated += expected.fault == 0 ? 1u : 0u;
      updates += expected.updates.size();
      reads += expected.reads.size();
      cached_reads += cached.reads.size();
    }
  }
  if (Accesses() < 1'000'000) return;
  // The million met everything there is, or it would prove little.
  for (const int fault : {0x30, 0x33, 0x38, 0x39, 0x3A, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x48, 0x50,
                          0x51, 0x52, 0x58, 0x59, 0x5A, 0x5B, 0x5D, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76,
                          0x77, 0x78, 0x79, 0x7A, 0x7B, 0x7C, 0x7D, 0x80, 0x81, 0x83, 0x84, 0x87, 0x90, 0x91,
                          5,    7,    13,   15,   21,   23,   256,  257,  258,  259,  260,  265,  266,  267}) {
    EXPECT_EQ(faults.count(static_cast<unsigned>(fault)), 1u) << "fault " << fault << " never happened";
  }
  EXPECT_GT(translated, Accesses() / 4);
  EXPECT_GT(updates, 10'000u);
  EXPECT_LT(cached_reads, reads * 3 / 4);
  RecordProperty("reads", std::to_string(reads));
}

}  // namespace
}  // namespace siov::differential

// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function_registers.h"

#include <gtest/gtest.h>

#include "tests/support/function_bench.h"

namespace siov {
namespace {

using namespace testing;
using Status = CompletionStatus;

constexpr RequesterId kDevice = 0x0210;
constexpr std::uint64_t kBar0 = 0x4000'0000'0000, kBar2 = 0x4000'2000'0000;

AdiType Context() {
  AdiType type;
  type.name = "context";
  type.count = 8;
  type.bar = 2;
  type.offset_bytes = 0x10'0000;
  type.regions = {{"doorbell", 0, 0x1000, RegisterPath::kDirect}, {"control", 0x1000, 64, RegisterPath::kIntercepted}};
  return type;
}

// Function 3 of the device, with portals of two queues, its own registers, MSI-X and ADIs.
FunctionRegistersConfig Config() {
  FunctionRegistersConfig config;
  config.device = kDevice;
  FunctionState& one = config.functions.emplace_back();
  one.config = FullFunction();
  one.config.number = 0;
  one.config.bars[0].function_bytes = 0x1'0000;
  one.queues = 2;
  one.adis.apertures = {{0, 0x1'0000, 0x1'0000, true, true}, {2, 0x2000'0000, 0, true, true}};
  one.adis.types = {Context()};
  one.set_up = {{0x10, static_cast<std::uint32_t>(kBar0), 4},
                {0x14, kBar0 >> 32, 4},
                {0x18, static_cast<std::uint32_t>(kBar2), 4},
                {0x1C, kBar2 >> 32, 4},
                {0x04, header::kMemorySpace | header::kBusMaster, 2}};
  return config;
}

class Bench {
 public:
  Bench() : registers(Config()) {}
  RegisterAnswer Ask(bool configuration, bool write, std::uint64_t address, std::uint64_t value, std::uint32_t bytes,
                     RequesterId function = kDevice) {
    RegisterAccess access;
    access.configuration = configuration;
    access.write = write;
    access.function = function;
    access.address = address;
    access.value = value;
    access.size_bytes = bytes;
    return registers.Answer(access);
  }
  RegisterAnswer Read(std::uint64_t address, std::uint32_t bytes = 4) { return Ask(false, false, address, 0, bytes); }
  RegisterAnswer Write(std::uint64_t address, std::uint64_t value, std::uint32_t bytes = 4) {
    return Ask(false, true, address, value, bytes);
  }
  RegisterAnswer Configure(ConfigOffset offset, std::uint32_t value, std::uint32_t bytes) {
    return Ask(true, true, offset, value, bytes);
  }
  FunctionCore& core() { return *registers.group().Find(0); }
  void EnableAdis() {
    Configure(Place(core(), capability::kPasid, 6), 1, 2);
    Write(kBar0 + own_registers::kAdiEnable, 1);
  }

  FunctionRegisters registers;
};

TEST(FunctionRegistersTest, ConfigurationIsAnsweredByTheFunctionOfTheId) {
  Bench bench;
  EXPECT_EQ(bench.Ask(true, false, 0, 0, 4).value, 0x0B25'8086u);
  EXPECT_EQ(bench.Ask(true, false, 2, 0, 2).value, 0x0B25u);
  for (const RequesterId other : {RequesterId{0x0211}, RequesterId{0x0218}, RequesterId{0x0310}}) {
    const RegisterAnswer nobody = bench.Ask(true, false, 0, 0, 2, other);
    EXPECT_EQ(nobody.status, Status::kUnsupportedRequest) << other;
    EXPECT_EQ(nobody.value, 0xFFFFu);
  }
}

TEST(FunctionRegistersTest, RegistersHoldWhatWasWrittenByteByByte) {
  Bench bench;
  EXPECT_EQ(bench.Read(kBar0 + 0x100, 8).value, 0u);
  bench.Write(kBar0 + 0x100, 0x1122'3344'5566'7788, 8);
  EXPECT_EQ(bench.Read(kBar0 + 0x100).value, 0x5566'7788u);
  EXPECT_EQ(bench.Read(kBar0 + 0x104).value, 0x1122'3344u);
  bench.Write(kBar0 + 0x103, 0xAA, 1);
  bench.Write(kBar0 + 0x106, 0xBBCC, 2);
  EXPECT_EQ(bench.Read(kBar0 + 0x100, 8).value, 0xBBCC'3344'AA66'7788u);
  EXPECT_EQ(bench.Read(kBar0 + 0x106, 2).value, 0xBBCCu);
  EXPECT_EQ(bench.Read(kBar0 + 0x108).value, 0u);
}

TEST(FunctionRegistersTest, MessagesAreMaskedAfterAResetAndPendingBitsReadOnly) {
  Bench bench;
  EXPECT_EQ(bench.Read(kBar0 + 0x200C).value, 1u);
  EXPECT_EQ(bench.Read(kBar0 + 0x2000).value, 0u);
  EXPECT_EQ(bench.Read(kBar0 + 0x2008 + 16, 8).value, std::uint64_t{1} << 32);
  bench.Write(kBar0 + 0x200C, 0);
  bench.Write(kBar0 + 0x2000, 0xFEE0'0000);
  EXPECT_EQ(bench.Read(kBar0 + 0x200C).value, 0u);
  EXPECT_EQ(bench.Read(kBar0 + 0x2000).value, 0xFEE0'0000u);
  EXPECT_TRUE(bench.Write(kBar0 + 0x3000, 1).ignored);
  EXPECT_EQ(bench.Read(kBar0 + 0x3000).value, 0u);
}

TEST(FunctionRegistersTest, PortalsReadAllOnesAndTakeNothingSmall) {
  Bench bench;
  EXPECT_EQ(bench.Read(kBar2, 8).value, ~std::uint64_t{0});
  EXPECT_TRUE(bench.Write(kBar2, 5).ignored);
  EXPECT_EQ(bench.Read(kBar2).value, 0xFFFF'FFFFu);
}

TEST(FunctionRegistersTest, PagesOfAdisAnswerOnlyWhileAdisAreEnabled) {
  Bench bench;
  const std::uint64_t second = kBar2 + 0x10'2000;
  EXPECT_EQ(bench.Read(second).status, Status::kUnsupportedRequest);
  EXPECT_EQ(bench.Write(kBar0, 1).outcome.refusal, Refusal::kPasidDisabled);
  EXPECT_EQ(bench.Read(kBar0).value, 0u);
  bench.EnableAdis();
  EXPECT_EQ(bench.Read(kBar0).value, 1u);
  bench.Write(second, 7);
  EXPECT_EQ(bench.Read(second).value, 7u);
  EXPECT_EQ(bench.Read(kBar2 + 0x10'0000).value, 0u) << "another's";
  EXPECT_EQ(bench.Read(kBar2 + 0x10'1000 + 64).value, 0u) << "the first one's page, no register";
  EXPECT_TRUE(bench.Write(kBar2 + 0x10'1000 + 64, 9).ignored);
  EXPECT_EQ(bench.Read(kBar2 + 0x20'0000).status, Status::kUnsupportedRequest) << "nobody's page";
  bench.Write(kBar0, 0);
  EXPECT_EQ(bench.Read(second).status, Status::kUnsupportedRequest);
}

TEST(FunctionRegistersTest, PagesFollowTheSystemPageSize) {
  Bench bench;
  bench.EnableAdis();
  bench.Write(kBar2 + 0x10'2000, 7);
  bench.Configure(0x04, header::kBusMaster, 2);
  EXPECT_EQ(bench.Read(kBar2 + 0x10'2000).status, Status::kUnsupportedRequest) << "memory space is off";
  bench.Configure(Place(bench.core(), capability::kDvsec, 0x10), 0x10, 4);
  bench.Configure(0x04, header::kBusMaster | header::kMemorySpace, 2);
  EXPECT_EQ(bench.Read(kBar2 + 0x10'2000).value, 0u) << "the first one's page of 64 KiB";
  EXPECT_EQ(bench.Read(kBar2 + 0x12'0000).value, 7u);
  EXPECT_TRUE(bench.registers.MapFaults(0).empty());
}

TEST(FunctionRegistersTest, AHaltedFunctionAbortsUntilItIsReset) {
  Bench bench;
  bench.Write(kBar0 + 0x100, 5);
  bench.Configure(Place(bench.core(), capability::kPasid, 6), 1, 2);
  bench.Configure(Place(bench.core(), capability::kAts, 6), kAtsOn, 2);
  const RegisterAnswer halts = bench.Configure(Place(bench.core(), capability::kPasid, 6), 0, 2);
  EXPECT_EQ(halts.outcome.undefined, Undefined::kPasidWhileAts);
  EXPECT_EQ(bench.Read(kBar0 + 0x100).status, Status::kCompleterAbort);
  EXPECT_EQ(bench.Read(kBar0 + 0x100).value, 0xFFFF'FFFFu);
  EXPECT_EQ(bench.Ask(true, false, 0, 0, 4).status, Status::kSuccess) << "configuration space goes on";
  bench.Configure(static_cast<ConfigOffset>(bench.core().places().express + 8), 0x8000, 2);
  EXPECT_EQ(bench.Read(kBar0 + 0x100).status, Status::kUnsupportedRequest) << "no memory space after a reset";
  const FunctionRegistersConfig config = Config();
  for (const ConfigWrite& write : config.functions[0].set_up) {
    bench.Configure(write.offset, write.value, write.bytes);
  }
  EXPECT_EQ(bench.Read(kBar0 + 0x100).value, 0u);
}

}  // namespace
}  // namespace siov

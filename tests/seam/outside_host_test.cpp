// SPDX-License-Identifier: Apache-2.0
// Software outside: a model that submits when a closed loop would is that closed loop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/seam/outside_run.h"

namespace siov::seam {
namespace {

using ::testing::HasSubstr;

// One thread a tenant: submits, waits for the end, submits again.
class Loops : public sc_core::sc_module {
 public:
  Loops(const sc_core::sc_module_name& name, std::uint32_t tenants) : sc_module(name) {
    for (std::uint32_t t = 0; t < tenants; ++t) sc_core::sc_spawn([this, t] { Loop(t); });
  }
  tlm_utils::simple_initiator_socket<Loops> socket{"socket"};
  std::uint32_t bytes = 64;
  std::uint32_t first = 0;        // of its tenants
  SubmissionInfo* own = nullptr;  // what it submits, if not what the class says
  std::vector<tlm::tlm_response_status> ends;

  tlm::tlm_response_status Submit(std::uint64_t address) {
    unsigned char descriptor[64] = {};
    tlm::tlm_generic_payload write;
    write.set_command(tlm::TLM_WRITE_COMMAND);
    write.set_address(address);
    write.set_data_ptr(descriptor);
    write.set_data_length(bytes);
    write.set_streaming_width(bytes);
    if (own != nullptr) write.set_extension(own);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(write, delay);
    if (own != nullptr) write.clear_extension(own);
    return write.get_response_status();
  }

 private:
  void Loop(std::uint32_t tenant) {
    do {
      ends.push_back(Submit(std::uint64_t{first + tenant} << 12));
    } while (ends.back() != tlm::TLM_ADDRESS_ERROR_RESPONSE && ends.back() != tlm::TLM_COMMAND_ERROR_RESPONSE);
  }
};

Metrics Submitted(
    const Overrides& overrides, std::uint32_t tenants, const std::function<void(Loops*)>& prepare = [](Loops*) {},
    const std::function<void(Loops*, std::FILE*)>& look = [](Loops*, std::FILE*) {}) {
  Overrides all = {Tenants("arrivals=OUTSIDE"), "run.in_step_with_kernel=true"};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return InAnotherProcess([&](std::FILE* out) {
    Platform platform("platform", kSeam, all);
    Loops loops("loops", tenants);
    prepare(&loops);
    platform.software().bind(loops.socket);
    const Outcome outcome = platform.Run();
    for (const std::string& violation : outcome.violations) ADD_FAILURE() << violation;
    Tell(out, outcome.metrics);
    look(&loops, out);
  });
}

TEST(OutsideSoftware, ThatSubmitsAsAClosedLoopWouldIsOne) {
  const Overrides moves = {Jobs("op=MOVE"), Tenants("wants_interrupt=true"), "run.job_limit=64"};
  for (const std::uint32_t tenants : {1u, 3u}) {
    Overrides all = moves;
    all.push_back(Tenants("tenants=" + std::to_string(tenants)));
    Metrics inside = Inside(kSeam, all);
    Metrics outside = Submitted(all, tenants);
    for (Metrics* metrics : {&inside, &outside}) {
      for (auto one = metrics->begin(); one != metrics->end();) {
        one = one->first.find("bound") == std::string::npos ? std::next(one) : metrics->erase(one);
      }
    }
    ExpectSame(inside, outside);
  }
}

TEST(OutsideSoftware, MaySubmitAnotherJobThanItsClassWould) {
  SubmissionInfo fill;
  fill.operation = SubmissionInfo::Operation::kFill;
  fill.destination = 0x1000'0000;
  fill.size_bytes = 256;
  const auto with = [&fill](Loops* loops) { loops->own = &fill; };
  const Metrics metrics = Submitted({"run.job_limit=8"}, 1, with);
  EXPECT_EQ(metrics.at("job.succeeded"), "8");
  EXPECT_EQ(Inside(kSeam, {"run.job_limit=8", Jobs("op=FILL"), Jobs("size_bytes=256")}).at("job.latency.max_ns"),
            metrics.at("job.latency.max_ns"));
}

TEST(OutsideSoftware, IsToldOfFailuresAndOfWhatIsNoSubmission) {
  const auto look = [](Loops* loops, std::FILE* out) { std::fprintf(out, "first %d\n", loops->ends.front()); };
  const Metrics failing = Submitted(
      {Jobs("op=WRITE"), Space("read_only=true")}, 1, [](Loops*) {}, look);
  EXPECT_EQ(failing.at("job.failed"), "16");
  EXPECT_EQ(failing.at("first"), std::to_string(tlm::TLM_GENERIC_ERROR_RESPONSE));
  const Metrics strangers = Submitted(
      {"run.duration_us=1"}, 1, [](Loops* loops) { loops->first = 7; }, look);
  EXPECT_EQ(strangers.at("first"), std::to_string(tlm::TLM_ADDRESS_ERROR_RESPONSE));
  const Metrics short_ones = Submitted(
      {"run.duration_us=1"}, 1, [](Loops* loops) { loops->bytes = 32; }, look);
  EXPECT_EQ(short_ones.at("first"), std::to_string(tlm::TLM_COMMAND_ERROR_RESPONSE));
}

TEST(OutsideSoftware, IsAskedForWhereItIsMissing) {
  const Metrics unbound = InAnotherProcess([](std::FILE*) {
    Platform platform("platform", kSeam, {Tenants("arrivals=OUTSIDE"), "run.in_step_with_kernel=true"});
    platform.Run();
  });
  EXPECT_THAT(unbound.at("error"),
              HasSubstr("tenants of tenants: a model from outside, and none is bound to software"));
  const Metrics unknown = InAnotherProcess([](std::FILE*) { Platform("platform", kSeam).software(); });
  EXPECT_THAT(unknown.at("error"), HasSubstr("no class of tenants has arrivals: OUTSIDE"));
  EXPECT_THAT(Refusal({Tenants("arrivals=OUTSIDE")}), HasSubstr("tenants of tenants: a model from outside"));
}

}  // namespace
}  // namespace siov::seam

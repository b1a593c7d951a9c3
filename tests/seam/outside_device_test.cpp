// SPDX-License-Identifier: Apache-2.0
// A device outside in whole platforms: one that copies in no time of its own is a device inside whose engine takes
// none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "tests/seam/outside_run.h"

namespace siov::seam {
namespace {

using ::testing::HasSubstr;

constexpr char kOutside[] = "tests/seam/outside_device.txtpb";

// Takes submissions, reads, writes, tells the end: a thread for each job, so that jobs overlap.
class Copier : public sc_core::sc_module {
 public:
  using Access = tlm::tlm_generic_payload;
  Copier(const sc_core::sc_module_name& name, bool four_phases) : sc_module(name), four_phases_(four_phases) {
    mmio.register_b_transport(this, &Copier::Portal);
    dma.register_nb_transport_bw(this, &Copier::Back);
  }
  tlm_utils::simple_target_socket<Copier, 64> mmio{"mmio"};
  tlm_utils::simple_initiator_socket<Copier, 128> dma{"dma"};
  std::size_t room = 1'000;  // jobs it takes at once; beyond that it says Retry
  std::function<void(Access&, DmaInfo&)> spoils = [](Access&, DmaInfo&) {};
  std::vector<tlm::tlm_response_status> bad;
  std::size_t retries = 0;
  bool refuses = false;

 private:
  // Keeps the payload's life by hand, as initiators of nb_transport do.
  struct Memory : tlm::tlm_mm_interface {
    void free(Access* payload) override {
      payload->clear_extension<DmaInfo>();
      delete payload;
    }
  };

  void Portal(Access& access, sc_core::sc_time&) {
    EXPECT_EQ(access.get_data_length(), 64u);
    auto* info = access.get_extension<SubmissionInfo>();
    ASSERT_NE(info, nullptr);
    access.set_response_status(tlm::TLM_OK_RESPONSE);
    if (refuses) return access.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    if (jobs_ == room) {
      ++retries;
      info->retry = true;
      return;
    }
    ++jobs_;
    sc_core::sc_spawn([this, job = *info] { Work(job); });
  }

  void Work(SubmissionInfo job) {
    const bool reads =
        job.operation == SubmissionInfo::Operation::kRead || job.operation == SubmissionInfo::Operation::kMove;
    const bool writes =
        job.operation != SubmissionInfo::Operation::kNoop && job.operation != SubmissionInfo::Operation::kRead;
    bool failed = false;
    if (reads) failed = !Do(tlm::TLM_READ_COMMAND, job.source, job.size_bytes, job.pasid);
    if (writes && !failed) Do(tlm::TLM_WRITE_COMMAND, job.destination, job.size_bytes, job.pasid);
    Do(tlm::TLM_WRITE_COMMAND, job.record_address, 32, job.pasid, failed);
    if (job.wants_interrupt) Do(tlm::TLM_WRITE_COMMAND, job.interrupt_address, 4, DmaInfo::kNone);
    --jobs_;
  }

  bool Do(tlm::tlm_command command, std::uint64_t address, std::uint32_t bytes, std::uint32_t pasid,
          bool failed = false) {
    auto* access = new Access(&memory_);
    access->acquire();
    DmaInfo info;
    info.pasid = pasid;
    info.job_failed = failed;
    access->set_command(command);
    access->set_address(address);
    access->set_data_ptr(data_);
    access->set_data_length(bytes);
    access->set_streaming_width(bytes);
    access->set_extension(&info);
    spoils(*access, info);
    if (four_phases_) {
      FourPhases(*access);
    } else {
      sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
      dma->b_transport(*access, delay);
      EXPECT_EQ(delay, sc_core::SC_ZERO_TIME);
    }
    const auto status = access->get_response_status();
    if (status != tlm::TLM_OK_RESPONSE) bad.push_back(status);
    access->release();
    return status == tlm::TLM_OK_RESPONSE;
  }

  void FourPhases(Access& access) {
    while (requesting_ != nullptr) sc_core::wait(accepted_);
    requesting_ = &access;
    sc_core::sc_event done;
    waiting_.push_back({&access, &done});
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    EXPECT_EQ(dma->nb_transport_fw(access, phase, delay), tlm::TLM_ACCEPTED);
    sc_core::wait(done);
  }
  tlm::tlm_sync_enum Back(Access& access, tlm::tlm_phase& phase, sc_core::sc_time&) {
    if (phase == tlm::END_REQ) {
      EXPECT_EQ(requesting_, &access);
      requesting_ = nullptr;
      accepted_.notify(sc_core::SC_ZERO_TIME);
      return tlm::TLM_ACCEPTED;
    }
    EXPECT_EQ(phase, tlm::BEGIN_RESP);
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& one) { return one.first == &access; });
    EXPECT_NE(found, waiting_.end());
    found->second->notify(sc_core::SC_ZERO_TIME);
    waiting_.erase(found);
    return tlm::TLM_COMPLETED;
  }

  bool four_phases_;
  Memory memory_;
  unsigned char data_[4'096] = {};
  std::size_t jobs_ = 0;
  Access* requesting_ = nullptr;
  sc_core::sc_event accepted_;
  std::deque<std::pair<Access*, sc_core::sc_event*>> waiting_;
};

using Prepare = std::function<void(Copier*)>;

Metrics Outside(
    bool four_phases, const Overrides& overrides, const Prepare& prepare = [](Copier*) {},
    const std::function<void(Copier*, std::FILE*)>& look = [](Copier*, std::FILE*) {}) {
  return InAnotherProcess([&](std::FILE* out) {
    Platform platform("platform", kOutside, overrides);
    Copier device("device", four_phases);
    prepare(&device);
    platform.device("dsa0").dma.bind(device.dma);
    platform.device("dsa0").mmio.bind(device.mmio);
    const Outcome outcome = platform.Run();
    for (const std::string& violation : outcome.violations) ADD_FAILURE() << violation;
    Tell(out, outcome.metrics);
    look(&device, out);
  });
}

Metrics WithoutBound(Metrics metrics) {
  for (auto one = metrics.begin(); one != metrics.end();) {
    one = one->first.find("bound") == std::string::npos ? std::next(one) : metrics.erase(one);
  }
  return metrics;
}

// An engine that takes no time and has room for everything.
const Overrides kTimeless = {Device("swq_arbiter.accept_latency_ns=0"), Device("swq_arbiter.dispatch_latency_ns=0"),
                             Device("engine.setup_latency_ns=0"),       Device("engine.completion_latency_ns=0"),
                             Device("engine.jobs_per_engine=64"),       Device("engine.read_buffers=0"),
                             Device("ims.lookup_latency_ns=0"),         Device("ims.entries=4")};

struct Shape {
  const char* name;
  Overrides overrides;
};
class OutsideDevice : public ::testing::TestWithParam<Shape> {};

TEST_P(OutsideDevice, ThatTakesNoTimeIsAnEngineThatTakesNone) {
  Overrides inside = kTimeless;
  inside.insert(inside.end(), GetParam().overrides.begin(), GetParam().overrides.end());
  const Metrics expected = WithoutBound(Inside(kNoAts, inside));
  ExpectSame(expected, WithoutBound(Outside(false, GetParam().overrides)));
  ExpectSame(expected, WithoutBound(Outside(true, GetParam().overrides)));
}

INSTANTIATE_TEST_SUITE_P(All, OutsideDevice,
                         ::testing::Values(Shape{"Read", {}}, Shape{"Move", {Jobs("op=MOVE")}},
                                           Shape{"LongRead", {Jobs("size_bytes=2048")}},
                                           Shape{"LongFill", {Jobs("op=FILL"), Jobs("size_bytes=2048")}},
                                           Shape{"Interrupt", {Jobs("op=WRITE"), Tenants("wants_interrupt=true")}},
                                           Shape{"Dedicated", {Jobs("op=FILL"), Tenants("queues=[\"dedicated\"]")}},
                                           Shape{"Noop", {Jobs("op=NOOP")}}),
                         [](const auto& one) { return one.param.name; });

TEST(OutsideDeviceRuns, ManyTenantsAtOnce) {
  const Overrides many = {"nodes[name=dsa0].outside_endpoint.interrupt_messages=8", Tenants("tenants=8"),
                          "run.job_limit=400", Jobs("op=MOVE"), Tenants("wants_interrupt=true")};
  const Metrics loose = Outside(false, many);
  EXPECT_EQ(loose.at("job.succeeded"), "400");
}

TEST(OutsideDeviceRuns, ARetryIsTriedAgain) {
  const Metrics metrics = Outside(
      false, {Tenants("tenants=4"), "run.job_limit=100"}, [](Copier* device) { device->room = 1; },
      [](Copier* device, std::FILE* out) { std::fprintf(out, "retries %zu\n", device->retries); });
  EXPECT_EQ(metrics.at("job.succeeded"), "100");
  EXPECT_GT(std::stoi(metrics.at("retries")), 10);
}

TEST(OutsideDeviceRuns, ASubmissionAnsweredWithAnErrorIsNoJobOfItsOwn) {
  const auto refusing = [](Copier* device) { device->refuses = true; };
  EXPECT_EQ(Outside(false, {Host("retry_limit=1")}, refusing).at("job.failed"), "16");
  EXPECT_EQ(
      Outside(false, {Tenants("queues=[\"dedicated\"]"), Host("job_timeout_ns=50000")}, refusing).at("job.failed"),
      "16");
}

TEST(OutsideDeviceRuns, WhatTheIommuRefusesIsAnAddressErrorAndTheModelMayFailItsJob) {
  const auto elsewhere = [](Copier* device) {
    device->spoils = [](Copier::Access& access, DmaInfo& info) {
      if (access.is_read()) info.pasid = 999;  // nobody's
    };
  };
  const Metrics metrics = Outside(false, {}, elsewhere, [](Copier* device, std::FILE* out) {
    std::fprintf(out, "bad %zu\naddress %d\n", device->bad.size(),
                 device->bad.at(0) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  });
  EXPECT_EQ(metrics.at("job.failed"), "16");
  EXPECT_EQ(metrics.at("bad"), "16");
  EXPECT_EQ(metrics.at("address"), "1");
}

TEST(OutsideDeviceRuns, RequestsThatNoTlpCanSayAreRefused) {
  const auto streams = [](Copier* device) {
    device->spoils = [](Copier::Access& access, DmaInfo&) {
      if (access.is_read()) access.set_streaming_width(8);
    };
  };
  const Metrics metrics = Outside(true, {}, streams, [](Copier* device, std::FILE* out) {
    std::fprintf(out, "burst %d\n", device->bad.at(0) == tlm::TLM_BURST_ERROR_RESPONSE);
  });
  EXPECT_EQ(metrics.at("burst"), "1");
}

TEST(OutsideDeviceRuns, BothEndsHaveToBeBound) {
  const Metrics metrics = InAnotherProcess([](std::FILE*) {
    Platform platform("platform", kOutside);
    Copier device("device", false);
    platform.device("dsa0").dma.bind(device.dma);
    platform.Run();
  });
  EXPECT_THAT(metrics.at("error"), HasSubstr("node dsa0: a model from outside, and none is bound to its mmio"));
}

TEST(OutsideDeviceRuns, WhatItCannotBeAskedForIsRefused) {
  EXPECT_THAT(Refusal({Tenants("origin=DEVICE")}, kOutside), HasSubstr("what begins in it, it begins itself"));
  EXPECT_THAT(Refusal({"run.in_step_with_kernel=false"}, kOutside), HasSubstr("node dsa0: a model from outside"));
}

}  // namespace
}  // namespace siov::seam

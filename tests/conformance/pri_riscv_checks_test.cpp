// SPDX-License-Identifier: Apache-2.0
// What a RISC-V IOMMU looks at before it queues a page request (PRI-12; RISC-V IOMMU specification, page requests): its
// directory of devices and the device's context, and nothing of the process.
#include <gtest/gtest.h>

#include "models/iommu/pri_queue/page_request_checks.h"
#include "models/translation/address_spaces.h"
#include "models/translation/fault_matrix.h"
#include "tests/support/configured_run.h"

namespace siov {
namespace {

constexpr RequesterId kDevice = 0x10;

class PageRequestsOfRiscv {
 public:
  PageRequestsOfRiscv() : spaces_({Eight()}, 7) {}
  static AddressSpaceClass Eight() {
    AddressSpaceClass config;
    config.first_pasid = 1;
    config.count = 8;
    return config;
  }
  void With(const ContextEntry& entry) { spaces_.structures().SetContext(kDevice, entry); }
  FaultReason Riscv(std::uint32_t process) const {
    return FindPageRequestFault(spaces_, kDevice, Pasid(process), true).reason;
  }
  FaultReason Vtd(std::uint32_t process) const {
    return FindPageRequestFault(spaces_, kDevice, Pasid(process), false).reason;
  }
  AddressSpaces& spaces() { return spaces_; }

 private:
  AddressSpaces spaces_;
};

TEST(Conformance, PRI_12_C22NothingOfTheProcessIsChecked) {
  PageRequestsOfRiscv requests;
  EXPECT_EQ(requests.Riscv(3), kNoFault);
  ContextEntry entry;
  entry.paside = false;
  requests.With(entry);
  EXPECT_EQ(requests.Riscv(3), kNoFault) << "no process directory";
  EXPECT_NE(requests.Vtd(3), kNoFault);
  entry = ContextEntry();
  entry.pdts = 0;
  requests.With(entry);
  EXPECT_EQ(requests.Riscv(1u << 13), kNoFault) << "wider than the directory";
  EXPECT_NE(requests.Vtd(1u << 13), kNoFault);
  entry = ContextEntry();
  entry.rid_pasid = 3;
  requests.With(entry);
  EXPECT_EQ(requests.Riscv(3), kNoFault) << "that of requests without one";
  EXPECT_NE(requests.Vtd(3), kNoFault);
}

TEST(Conformance, PRI_12_C22ADeviceBeyondTheDirectoryIsAnsweredInvalid) {
  PageRequestsOfRiscv requests;
  AddressSpaces& spaces = requests.spaces();
  for (const unsigned levels : {1u, 2u, 3u}) {
    const PageRequestFault fault = FindPageRequestFault(spaces, 0x1FF, Pasid(3), true, levels);
    if (levels > 1) {
      EXPECT_EQ(fault.reason, kNoFault);
      continue;
    }
    EXPECT_EQ(RiscvCause(fault.reason, false), 260);
    EXPECT_EQ(AnswerTo(fault, true), PageResponseCode::kInvalidRequest);
    EXPECT_TRUE(IsRecorded(fault));
  }
  EXPECT_EQ(FindPageRequestFault(spaces, 0x7F, Pasid(3), true, 1).reason, kNoFault);
  spaces.structures().SetRootMode(RootMode::kAbort);
  EXPECT_EQ(AnswerTo(FindPageRequestFault(spaces, 0x1FF, Pasid(3), true, 1), true), PageResponseCode::kFailure)
      << "an IOMMU that is off does not look so far";
}

// As configured: the queue knows how deep its IOMMU's directory is.
TEST(Conformance, PRI_12_TheQueueKnowsTheDepthOfItsDeviceDirectory) {
  const ResolvedExperiment experiment = testing::Configured(
      R"(platform_file: "configs/platforms/dsa_gen5x16.txtpb"
      platform { nodes { name: "iommu0" iommu { profile: RISCV device_directory_levels: 3 } } }
      workload { tenant_classes { name: "t" endpoint: "dsa0" queues: "swq0" jobs { op: NOOP } } }
      run { job_limit: 1 })");
  EXPECT_EQ(experiment.platform.iommus[0].pri_queue.device_directory_levels, 3);
}

}  // namespace
}  // namespace siov

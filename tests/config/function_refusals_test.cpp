// SPDX-License-Identifier: Apache-2.0
// Functions that cannot stand together, and submissions that never end, each in one sentence with its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/resolve/load_experiment.h"

namespace siov {
namespace {

using ::testing::HasSubstr;

constexpr char kOnDie[] = "configs/experiments/integrated_and_discrete.txtpb";
constexpr char kBars[] = "bars { index: 0 size_bytes: 65536 } bars { index: 2 size_bytes: 1048576 }";

std::string Sentences(const std::string& file, const std::vector<std::string>& overrides) {
  std::string text;
  for (const Fault& fault : LoadExperiment(file, overrides).faults) text += FormatFault(fault) + "\n";
  return text;
}

std::string OfSlot(const std::string& function) {
  return Sentences(kOnDie, {"nodes[name=in_slot].endpoint.functions=[{" + function + "}]"});
}

TEST(FunctionRefusals, VirtualFunctionsHaveRequesterIdsOfTheirOwn) {
  const std::string sriov = " sriov { first_offset: 1 vf_device_id: 2854 ";
  EXPECT_THAT(OfSlot(kBars + sriov + "total_vfs: 2000 num_vfs: 2000 } "),
              AllOf(HasSubstr("switched].endpoint.port.requester_id"), HasSubstr(": VFs of \"in_slot\"")));
  EXPECT_THAT(OfSlot(kBars + sriov + "total_vfs: 65535 num_vfs: 65535 stride: 2 } "),
              HasSubstr("the last of them has the requester id 131325; must be at most 65535"));
  EXPECT_EQ(OfSlot(kBars + sriov + "total_vfs: 2000 num_vfs: 100 } "), "");
  EXPECT_THAT(Sentences(kOnDie, {"nodes[name=switched].endpoint.functions=[{" + std::string(kBars) + sriov +
                                 "total_vfs: 300 num_vfs: 300 } }]"}),
              HasSubstr("sriov.num_vfs = 300: VF 255 has the requester id 1536, which is of \"beside\""));
}

TEST(FunctionRefusals, AnIntegratedEndpointIsNotOnABusBehindAPort) {
  EXPECT_THAT(Sentences(kOnDie, {"nodes[name=on_die].endpoint.port.requester_id=257"}),
              HasSubstr("on_die].endpoint.port.requester_id: an integrated endpoint is on a bus of the root complex"));
}

TEST(FunctionRefusals, NothingElseLiesWherePortalsAre) {
  const std::string msix = " msix { vectors: 8 table_bar: 2 table_offset: ";
  EXPECT_THAT(OfSlot(kBars + msix + "0 pending_bar: 0 pending_offset: 4096 }"),
              HasSubstr("msix.table_offset = 0: must be at least"));
  EXPECT_THAT(OfSlot(kBars + msix + "524288 pending_bar: 2 pending_offset: 4096 }"),
              HasSubstr("msix.pending_offset = 4096: must be at least"));
  EXPECT_EQ(OfSlot(kBars + msix + "524288 pending_bar: 2 pending_offset: 528384 }"), "");
  EXPECT_THAT(OfSlot("portal_bar: 0 bars { index: 0 size_bytes: 1048576 function_bytes: 65536 }"),
              HasSubstr("function_bytes = 65536: must be 0 where portal_bar is"));
}

TEST(SubmissionRefusals, AnEnqcmdToNobodyThatIsRepeatedInNoTime) {
  const std::vector<std::string> never = {"workload.tenant_classes[0].submission_fault=NO_PORTAL",
                                          "nodes[name=host0].host.enqcmd_latency_ns=0",
                                          "nodes[name=host0].host.retry_backoff_ns=0"};
  EXPECT_THAT(Sentences("configs/experiments/unloaded.txtpb", never), HasSubstr("executed again at once, for ever"));
  std::vector<std::string> limited = never;
  limited.emplace_back("nodes[name=host0].host.retry_limit=5");
  EXPECT_EQ(Sentences("configs/experiments/unloaded.txtpb", limited), "");
}

}  // namespace
}  // namespace siov

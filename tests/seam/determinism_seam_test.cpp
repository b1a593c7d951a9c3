// SPDX-License-Identifier: Apache-2.0
// One configuration and one seed are one run, and what cannot be is refused before it (docs/requirements/gen.md).
#include <gmock/gmock.h>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

TEST(Conformance, GEN_03_ARunIsItsConfigurationAndItsSeed) {
  const Overrides several = {Tenants("tenants=6"), Tenants("pattern=UNIFORM"), Tenants("working_set_bytes=1048576"),
                             "run.job_limit=300"};
  const SeamRun first(several);
  const SeamRun again(several);
  EXPECT_GT(first.values().size(), 100u);
  EXPECT_EQ(first.values(), again.values());
  Overrides another = several;
  another.push_back("run.seed=2");
  EXPECT_NE(first.values(), SeamRun(another).values());
}

TEST(Conformance, GEN_03_LimitsAreCheckedBeforeARun) {
  EXPECT_THAT(Refusal({Device("port.pasid_width=21")}),
              ::testing::HasSubstr("port.pasid_width = 21: must be from 1 to 20"));
  EXPECT_EQ(Refusal({Device("port.pasid_width=20")}), "");
}

}  // namespace
}  // namespace siov::seam

// SPDX-License-Identifier: Apache-2.0
// Entry point of test binaries that elaborate SystemC modules.
//
// libsystemc exports a main() of its own and needs an sc_main(): this main() wins because it is in the executable, and
// sc_main() returns failure so that a test binary that reaches it by a linking mistake can never look like a pass.
// Every SystemC report of warning severity or worse fails the running test.
#include <gtest/gtest.h>

#include <systemc>

namespace {

void FailOnReport(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
  if (report.get_severity() >= sc_core::SC_WARNING) {
    ADD_FAILURE() << "SystemC report " << report.get_msg_type() << ": " << report.get_msg();
  }
  sc_core::sc_report_handler::default_handler(report, actions);
}

}  // namespace

int sc_main(int, char**) { return 1; }

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  sc_core::sc_report_handler::set_handler(FailOnReport);
  sc_core::sc_set_time_resolution(1, sc_core::SC_PS);
  return RUN_ALL_TESTS();
}

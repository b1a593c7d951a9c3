// SPDX-License-Identifier: Apache-2.0
// `siovsim bench`: the simulator's own speed. Four cases at 16 to 1,048,576 tenants; each reports simulated requests
// and translations per second of processor time, events per request, ns per event, memory per tenant, and the ratio of
// its time per event to that of a bare heap loop measured in the same run (so that numbers of different machines can be
// compared).
#ifndef SIOV_PLATFORMS_BENCH_BENCH_COMMAND_H_
#define SIOV_PLATFORMS_BENCH_BENCH_COMMAND_H_

#include <string>
#include <vector>

namespace siov {

// bench [--cases A,B] [--tenants N,M] [--json]; exit code 0, 1 if a case failed, 2 for a wrong argument.
int BenchMain(const std::vector<std::string>& arguments);

}  // namespace siov

#endif  // SIOV_PLATFORMS_BENCH_BENCH_COMMAND_H_

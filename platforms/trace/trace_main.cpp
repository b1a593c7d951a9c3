// SPDX-License-Identifier: Apache-2.0
// siovsim-trace: the trace commands on their own.
#include <exception>
#include <iostream>

#include "platforms/trace/trace_cli.h"

int main(int argc, char** argv) {
  try {
    return siov::TraceMain({argv + 1, argv + argc}, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::cerr << "siovsim: " << error.what() << '\n';
    return 1;
  }
}

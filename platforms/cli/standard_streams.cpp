// SPDX-License-Identifier: Apache-2.0
#include "platforms/cli/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace siov {

void KeepStandardDescriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) {
      // The lowest free descriptor is the closed one.
      open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

int FinishOutput(int code) {
  errno = 0;
  std::cout.flush();
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (written) return code;
  // A reader who has seen enough is told nothing.
  if (errno == EPIPE) return code == 0 ? 1 : code;
  std::fprintf(stderr, "siovsim: standard output cannot be written: %s.\n",
               errno == 0 ? "an earlier part was lost" : std::strerror(errno));
  return code == 0 ? 1 : code;
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "platforms/build/system_note.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace siov {
namespace {

const pid_t kProcess = getpid();  // of the test, in children that it forks as well

}  // namespace

void NoteSystem(bool from_files, std::uint64_t events, std::uint64_t ended_jobs) {
  const char* const folder = std::getenv("SIOV_STAT_COVERAGE_DIR");
  if (folder == nullptr) return;
  std::filesystem::create_directories(folder);
  std::ofstream file(std::string(folder) + "/" + std::to_string(kProcess) + ".systems", std::ios::app);
  file << "system\t" << (from_files ? "files" : "structs") << '\t' << events << '\t' << ended_jobs << std::endl;
}

}  // namespace siov

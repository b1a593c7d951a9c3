// SPDX-License-Identifier: Apache-2.0
// The calls by which results reach the disk (write, fsync, mkdir, rename, unlink, ...), taken over in this test program
// so that any one of them can fail, be the last thing the process does, or let somebody else act first. Unarmed they
// are the system's own.
#ifndef SIOV_TESTS_RESULTS_FAILING_DISK_H_
#define SIOV_TESTS_RESULTS_FAILING_DISK_H_

#include <functional>
#include <string>
#include <vector>

namespace siov::testing {

enum class Mishap { kNone, kFail, kKill };

// The `at`-th call from now on (from 1) fails with EIO, and every later one if `stays`, or kills this process.
void ArmDisk(Mishap mishap, int at, bool stays = false);
// Calls so far since the disk was armed. Disarms it.
int DisarmDisk();
// Their names.
std::vector<std::string> DiskCalls();
// The file system cannot exchange two folders (NFS).
void WithoutExchange(bool without);
// Is called once, just before the next exchange of two folders.
void BeforeExchange(std::function<void()> act);

}  // namespace siov::testing

#endif  // SIOV_TESTS_RESULTS_FAILING_DISK_H_

// SPDX-License-Identifier: Apache-2.0
#include "tests/results/failing_disk.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

namespace siov::testing {
namespace {

Mishap armed = Mishap::kNone;
int fatal_call = 0;
bool every_later_call = false;
int calls = 0;
std::vector<std::string> names;
std::function<void()> before_exchange;
bool without_exchange = false;

// True: this call must fail.
bool Strikes(const char* name) {
  if (armed == Mishap::kNone) return false;
  ++calls;
  names.emplace_back(name);
  if (calls != fatal_call && !(every_later_call && calls > fatal_call)) return false;
  if (armed == Mishap::kKill) raise(SIGKILL);
  errno = EIO;
  return true;
}

template <class Function>
Function* System(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void ArmDisk(Mishap mishap, int at, bool stays) {
  fatal_call = at;
  every_later_call = stays;
  calls = 0;
  names.clear();
  armed = mishap;
}

int DisarmDisk() {
  armed = Mishap::kNone;
  return calls;
}

std::vector<std::string> DiskCalls() { return names; }

void WithoutExchange(bool without) { without_exchange = without; }

void BeforeExchange(std::function<void()> act) { before_exchange = std::move(act); }

}  // namespace siov::testing

using siov::testing::Strikes;
using siov::testing::System;

extern "C" {

int fsync(int fd) { return Strikes("fsync") ? -1 : System<int(int)>("fsync")(fd); }

ssize_t write(int fd, const void* from, size_t count) {
  return Strikes("write") ? -1 : System<ssize_t(int, const void*, size_t)>("write")(fd, from, count);
}

int rename(const char* from, const char* to) noexcept {
  return Strikes("rename") ? -1 : System<int(const char*, const char*)>("rename")(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  if (siov::testing::before_exchange) {
    std::function<void()> act;
    act.swap(siov::testing::before_exchange);
    act();
  }
  if (Strikes("renameat2")) return -1;
  if (siov::testing::without_exchange) {
    errno = EINVAL;
    return -1;
  }
  return System<int(int, const char*, int, const char*, unsigned)>("renameat2")(from_folder, from, to_folder, to,
                                                                                flags);
}

int mkdir(const char* path, mode_t mode) noexcept {
  return Strikes("mkdir") ? -1 : System<int(const char*, mode_t)>("mkdir")(path, mode);
}

int unlink(const char* path) noexcept { return Strikes("unlink") ? -1 : System<int(const char*)>("unlink")(path); }

int rmdir(const char* path) noexcept { return Strikes("rmdir") ? -1 : System<int(const char*)>("rmdir")(path); }

}  // extern "C"

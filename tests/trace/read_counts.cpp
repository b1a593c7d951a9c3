// SPDX-License-Identifier: Apache-2.0
#include "tests/trace/read_counts.h"

#include <dlfcn.h>
#include <zstd.h>

#include <cstdio>

namespace siov::testing {
namespace {

std::string counted;
ReadCounts counts;

template <class Function>
Function* System(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void NoteOpened(const char* path) { counts.opened += !counted.empty() && counted == path ? 1 : 0; }

}  // namespace

void CountReadsOf(const std::string& path) {
  counted = path;
  counts = {};
}

ReadCounts Reads() { return counts; }

}  // namespace siov::testing

using siov::testing::NoteOpened;
using siov::testing::System;

// Streams of C++ open one or the other of the first two, as the C++ library was built.
extern "C" {

FILE* fopen(const char* path, const char* mode) {
  NoteOpened(path);
  return System<FILE*(const char*, const char*)>("fopen")(path, mode);
}

FILE* fopen64(const char* path, const char* mode) {
  NoteOpened(path);
  return System<FILE*(const char*, const char*)>("fopen64")(path, mode);
}

size_t ZSTD_initDStream(ZSTD_DStream* stream) {
  ++siov::testing::counts.frames;
  return System<size_t(ZSTD_DStream*)>("ZSTD_initDStream")(stream);
}

}  // extern "C"

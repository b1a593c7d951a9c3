// SPDX-License-Identifier: Apache-2.0
// One access of software to a register of a device, in its configuration space or its memory, and what came of it.
// Pure.
#ifndef SIOV_MODELS_PROTOCOL_REGISTER_ACCESS_H_
#define SIOV_MODELS_PROTOCOL_REGISTER_ACCESS_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/base/units.h"
#include "models/protocol/tlp.h"

namespace siov {

struct RegisterAccess {
  Picoseconds at_ps = 0;       // not before
  bool configuration = false;  // else memory
  bool write = false;
  RequesterId function = 0;   // of configuration: whose
  std::uint64_t address = 0;  // of configuration: the offset in it
  std::uint32_t size_bytes = 4;
  std::uint64_t value = 0;  // that is written
};

inline TlpKind KindOf(const RegisterAccess& access) {
  if (access.configuration) return access.write ? TlpKind::kConfigWrite : TlpKind::kConfigRead;
  return access.write ? TlpKind::kRegisterWrite : TlpKind::kRegisterRead;
}
// REQUIRES that it is one.
inline RegisterAccess AccessOf(const TlpHeader& tlp) {
  RegisterAccess access;
  access.configuration = IsConfiguration(tlp.kind);
  access.write = !IsRegisterRead(tlp.kind);
  access.function = tlp.completer;
  access.address = tlp.address;
  access.size_bytes = tlp.length_bytes;
  access.value = tlp.register_data;
  return access;
}

// What a read returns that nobody answers, and of a smaller register the bits that it has.
constexpr std::uint64_t AllOnes(std::uint32_t bytes) {
  return bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * bytes) - 1;
}

// As the CPU sees it.
struct RegisterOutcome {
  bool done = false;  // the run came to it
  CompletionStatus status = CompletionStatus::kSuccess;
  std::uint64_t value = 0;     // that was read
  Picoseconds issued_ps = 0;   // when its CPU began
  Picoseconds latency_ps = 0;  // until it went on
};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_REGISTER_ACCESS_H_

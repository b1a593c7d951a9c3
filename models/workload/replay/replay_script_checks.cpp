// SPDX-License-Identifier: Apache-2.0
// What a recording may not ask of page tables. A record is refused before anything is made of it.
#include <array>
#include <cstdio>
#include <string>

#include "models/workload/replay/replay_script.h"

namespace siov {
void ReplayScript::FailRecord(const TraceRecord& record, const std::string& why) const {
  std::array<char, 96> what{};
  std::snprintf(what.data(), what.size(), " (%s of 0x%llx, %llu bytes)", Name(record.kind),
                static_cast<unsigned long long>(record.iova), static_cast<unsigned long long>(record.size_bytes));
  throw TraceError(config_.trace_file + ": record " + std::to_string(record_) + what.data() + " " + why);
}

void ReplayScript::CheckRange(const TraceRecord& record, const char* what) const {
  const std::uint64_t last = record.iova + (record.size_bytes - 1);
  if (last < record.iova || (config_.address_bits < 64 && last >> config_.address_bits != 0)) {
    FailRecord(record, std::string("is ") + what + " beyond the page tables; allowed: below 2^" +
                           std::to_string(config_.address_bits));
  }
  if (((record.iova | record.size_bytes | (record.kind == TraceKind::kMap ? record.pa : 0)) & LowBits(kPageShift4K)) !=
      0) {
    FailRecord(record, std::string("is ") + what + " of parts of pages; allowed: addresses and sizes of whole 4 KiB");
  }
}

void ReplayScript::CheckPage(const TraceRecord& record, const char* what) const {
  const unsigned shift = record.page_shift == 0 ? kPageShift4K : record.page_shift;
  if (shift != kPageShift4K && shift != kPageShift2M && shift != kPageShift1G) {
    FailRecord(record, std::string("is ") + what + " of a page of 2^" + std::to_string(shift) +
                           " bytes; allowed: 4 KiB, 2 MiB, 1 GiB");
  }
  if (config_.address_bits < 64 && record.iova >> config_.address_bits != 0) {
    FailRecord(record, std::string("is ") + what + " beyond the page tables; allowed: below 2^" +
                           std::to_string(config_.address_bits));
  }
  constexpr unsigned kPhysicalBits = 52;
  if (record.pa >> kPhysicalBits != 0) {
    FailRecord(record, std::string("is ") + what + " of a physical address beyond 2^52");
  }
}

// Checked before the pages are made: a record of a few bytes may ask for any number.
void ReplayScript::CheckPages(const TraceRecord& record, std::uint64_t more) const {
  const std::uint64_t most = config_.memory_bytes / kBytesPerPage;
  const std::uint64_t pages = live_.pages();
  if (more <= most && pages <= most - more) return;
  FailRecord(record, "makes " + std::to_string(more) + " pages be mapped besides " + std::to_string(pages) +
                         ", which need more page tables than replay.memory_mib is, " +
                         std::to_string(config_.memory_bytes >> 20) + "; allowed: " + std::to_string(most) +
                         " pages at once");
}

}  // namespace siov

// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine_config.h"

#include <set>
#include <string>

namespace siov {
namespace {

constexpr std::uint32_t kMaxSlots = 1u << 20;
constexpr std::uint32_t kMinTransfer = 64;
constexpr std::uint32_t kMaxTransfer = 4'096;

}  // namespace

ConfigFaults EngineConfig::Validate() const {
  ConfigFaults faults = EngineParameters::Validate();
  const auto require = [&faults](bool holds, const char* field, const std::string& value, const char* allowed) {
    if (!holds) faults.push_back({field, value, allowed});
  };
  require(!group_of_engine.empty(), "group_of_engine", "0 engines", "at least one engine");
  require(std::uint64_t{engines()} * jobs_per_engine <= kMaxSlots, "jobs_per_engine", std::to_string(jobs_per_engine),
          "at least 1, and at most 1048576 in all engines together");
  const auto transfer_size = [](std::uint32_t bytes) {
    return IsPowerOfTwo(bytes) && bytes >= kMinTransfer && bytes <= kMaxTransfer;
  };
  require(transfer_size(max_payload_bytes), "max_payload_bytes", std::to_string(max_payload_bytes),
          "a power of two from 64 to 4096");
  require(transfer_size(max_read_request_bytes), "max_read_request_bytes", std::to_string(max_read_request_bytes),
          "a power of two from 64 to 4096");
  std::uint64_t reserved = 0;
  for (const std::uint32_t buffers : group_read_buffers_reserved) reserved += buffers;
  require(reserved == 0 || reserved <= read_buffers, "group_read_buffers_reserved",
          std::to_string(reserved) + " in all groups together", "at most read_buffers, which they are of");
  return faults;
}

// What is kept for others must leave each group that has an engine what the largest access needs.
void EngineConfig::ValidateReserved(std::uint64_t least, ConfigFaults* faults) const {
  std::uint64_t all = 0;
  for (const std::uint32_t reserved : group_read_buffers_reserved) all += reserved;
  if (all == 0 || all > read_buffers) return;
  for (const std::uint32_t group : std::set<std::uint32_t>(group_of_engine.begin(), group_of_engine.end())) {
    const std::uint64_t own = group < group_read_buffers_reserved.size() ? group_read_buffers_reserved[group] : 0;
    const std::uint64_t left = read_buffers - (all - own);
    if (left >= least) continue;
    faults->push_back({"group_read_buffers_reserved", std::to_string(all - own) + " for other groups",
                       "so many that group " + std::to_string(group) + " can have " + std::to_string(least) +
                           " of the " + std::to_string(read_buffers) +
                           " read_buffers: it has engines, and an access of " + "theirs needs them"});
  }
}

ConfigFaults EngineConfig::ValidateBuffers() const {
  ConfigFaults faults;
  const auto require = [&faults](const char* field, std::uint64_t room, std::uint64_t least, const std::string& what) {
    if (room != 0 && room < least) {
      faults.push_back(
          {field, std::to_string(room), "0 (unlimited) or at least " + std::to_string(least) + ", " + what});
    }
  };
  const std::uint32_t read = read_access_bytes() != 0 ? read_access_bytes() : max_read_request_bytes;
  const std::uint32_t write = write_access_bytes();
  const char* read_what = read_access_bytes() != 0 ? "an access that is stored as a whole" : "a read";
  const char* write_what = write_stage().any() ? "an access that is staged as a whole" : "a write";
  require("read_buffers", read_buffers, CeilDiv(read, max_read_request_bytes),
          std::string("the reads of ") + read_what);
  for (const std::uint32_t allowed : group_read_buffers_allowed) {
    require("group_read_buffers_allowed", allowed, CeilDiv(read, max_read_request_bytes),
            std::string("the reads of ") + read_what);
  }
  ValidateReserved(CeilDiv(read, max_read_request_bytes), &faults);
  require("read_buffer_bytes", read_buffer_bytes, read, std::string("the bytes of ") + read_what);
  require("write_buffers", write_buffers, CeilDiv(write, max_payload_bytes),
          std::string("the writes of ") + write_what);
  require("write_buffer_bytes", write_buffer_bytes, write, std::string("the bytes of ") + write_what);
  return faults;
}

}  // namespace siov

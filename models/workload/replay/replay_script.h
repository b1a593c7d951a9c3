// SPDX-License-Identifier: Apache-2.0
// A recording as a sequence of steps that tenants can play: who accesses what, and what changes in whose address space.
//
// A *recorded tenant* is a device in a domain. A device that changed its domain during the recording is two; two
// devices in one domain share an address space: that of the first of them. Recorded tenants are numbered by device,
// then domain.
//
// An access needs its page: where the recording holds no mapping that says what its translation said (one side of the
// machine only, a hole), a map step goes before it, counted as implied. A page for the completion records of jobs that
// fail is mapped in every address space before all else. Domains in which no device ever does an access
// have no address space: their mappings are counted as skipped, their invalidations kept for domain kForeignDomain.
//
// Recorders run without PASIDs, tenants have them: a device-TLB invalidation is one of the PASID, and where tenants'
// pages are in a first stage, so is an IOTLB invalidation.
// Pure; never holds more of the recording than the mappings in force, and refuses records whose pages do not fit
// replay.memory_mib before it makes any.
#ifndef SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_SCRIPT_H_
#define SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_SCRIPT_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/base/units.h"
#include "models/protocol/invalidation.h"
#include "models/protocol/job.h"
#include "models/workload/replay/replay_config.h"
#include "models/workload/replay/replay_facts.h"
#include "models/workload/trace/live_mappings.h"
#include "models/workload/trace/trace_record.h"

namespace siov {

struct ReplayStep {
  enum class Kind : std::uint8_t { kAccess, kMap, kUnmap, kInvalidate };
  static constexpr std::uint32_t kNobody = 0xFFFF'FFFFu;

  Kind kind = Kind::kAccess;
  JobOp op = JobOp::kRead;
  std::uint8_t page_shift = kPageShift4K;  // kMap
  bool read = true;                        // kMap
  bool write = true;
  bool recorded = true;            // false: implied, for a record, or a further part of a large change
  bool implied = false;            // by an access
  std::uint32_t tenant = kNobody;  // recorded tenant that accesses
  std::uint32_t space = kNobody;   // recorded tenant whose PASID the address space has; kNobody: none is meant
  Picoseconds time = 0;            // as recorded
  std::uint64_t iova = 0;
  std::uint64_t pa = 0;  // kMap
  Bytes bytes = 0;       // to move; or of the range to map or unmap
  Invalidation invalidation;
};

// Who does accesses in a recording, learnt in one pass.
class RecordedTenants {
 public:
  explicit RecordedTenants(TraceSource& source);
  const RecordingContent& content() const { return content_; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(spaces_.size()); }
  std::uint32_t streams() const { return streams_; }
  // Recorded tenant of a device in a domain, or, if the device is never in it, the first one of the device; or kNobody.
  std::uint32_t TenantOf(std::uint32_t stream, std::uint32_t domain) const;
  std::uint32_t SpaceOf(std::uint32_t domain) const;  // kNobody: no device accesses it
  std::uint32_t SpaceOfTenant(std::uint32_t tenant) const { return spaces_[tenant]; }
  // The same of tenants that replay copies of the recording, one copy's after the other's.
  std::uint32_t SpaceOfReplaying(std::uint32_t tenant) const {
    const std::uint32_t recorded = tenant % size();
    return tenant - recorded + spaces_[recorded];
  }
  const std::string& name(std::uint32_t tenant) const { return names_[tenant]; }  // "00:04.0 in domain 3"

 private:
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> tenants_;  // by stream and domain
  std::unordered_map<std::uint32_t, std::uint32_t> space_of_;                 // by domain
  std::vector<std::uint32_t> spaces_;                                         // by tenant
  std::vector<std::string> names_;
  std::uint32_t streams_ = 0;
  RecordingContent content_;
};

class ReplayScript {
 public:
  static constexpr std::uint16_t kForeignDomain = 0;  // no address space has it
  static constexpr Bytes kLargestChange = Bytes{1} << 30;
  static constexpr std::uint64_t kBytesPerPage = 128;  // of explicit page tables, their tables included

  // `source` is at its start; `tenants` must be of the same recording and outlive this.
  ReplayScript(const ReplayConfig& config, const RecordedTenants& tenants, std::unique_ptr<TraceSource> source);
  // False at the end. Throws TraceError.
  bool Next(ReplayStep* step);
  const ReplayFacts& facts() const { return facts_; }  // of the steps so far

 private:
  void Interpret(const TraceRecord& record);
  // Recorded pages must be some that the tables can hold; else these throw TraceError with the record.
  void CheckRange(const TraceRecord& record, const char* what) const;
  void CheckPage(const TraceRecord& record, const char* what) const;
  void CheckPages(const TraceRecord& record, std::uint64_t more) const;
  [[noreturn]] void FailRecord(const TraceRecord& record, const std::string& why) const;
  void Access(const TraceRecord& record);
  void Map(const TraceRecord& record);
  void Unmap(const TraceRecord& record);
  void Invalidate(const TraceRecord& record);
  std::uint32_t SpaceOfInvalidation(const TraceRecord& record);
  bool Translates(const TraceRecord* mapping, const TraceRecord& access, std::uint8_t rights) const;
  // Of a page whose entry was not recorded both is allowed: that it is read first does not show that it only may be.
  void ImplyMapping(const TraceRecord& access, std::uint8_t rights);
  void PushMap(const TraceRecord& mapping, bool implied);
  void PushUnmap(const TraceRecord& unmap, std::uint32_t space, bool recorded);
  void MapRecordPages();
  bool MapsPages() const { return config_.pages == ReplayPages::kRecorded; }

  ReplayConfig config_;
  const RecordedTenants& tenants_;
  std::unique_ptr<TraceSource> source_;
  LiveMappings live_;
  std::uint32_t invalidated_domain_ = TraceRecord::kNoDomain;  // by the last IOTLB invalidation
  std::uint64_t record_ = 0;                                   // number of the one at hand, from 1
  std::deque<ReplayStep> ready_;
  ReplayFacts facts_;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_REPLAY_REPLAY_SCRIPT_H_

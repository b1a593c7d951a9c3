// SPDX-License-Identifier: Apache-2.0
// Joins the two recordings of one run: what the guest kernel did (maps, unmaps) and what the emulated IOMMU saw
// (accesses, invalidations, commands, interrupts).
//
// The clocks are aligned by the k-th translation invalidation, which both sides recorded, if not always in one order
// (displaced_pairs.h); between two of them time is interpolated. The result takes mappings from the guest and all else
// from the emulator. What interpolation blurs is repaired from what must have been: an access comes after the mapping
// it was translated by and before its unmapping. Accesses then take direction from their mapping, and the part of the
// driver's buffer that lies in their page as their size (of a scatter list, whose lengths are not recorded, the rest of
// the page). Memory: 16 bytes for each invalidation, and a look-ahead of kLookAhead records on either side.
#ifndef SIOV_MODELS_WORKLOAD_TRACE_TRACE_MERGE_H_
#define SIOV_MODELS_WORKLOAD_TRACE_TRACE_MERGE_H_

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/workload/trace/displaced_pairs.h"
#include "models/workload/trace/live_mappings.h"
#include "models/workload/trace/trace_record.h"

namespace siov {

class MergedTrace final : public TraceSource {
 public:
  static constexpr std::size_t kLookAhead = 8'192;

  // Both must outlive this. `name` stands for the pair in messages.
  MergedTrace(TraceSource& guest, TraceSource& qemu, std::string name);
  bool Next(TraceRecord* record) override;  // throws TraceError when the two are not of one run
  void Rewind() override;
  const TraceInfo& info() const override { return info_; }
  // Accesses for which the guest's recording holds no mapping with the translation the IOMMU made.
  std::uint64_t unmapped_accesses() const { return unmapped_accesses_; }
  // How many places an invalidation stands apart in the two recordings, at most.
  std::uint64_t displacement() const { return displacement_; }

 private:
  struct Anchor {
    Picoseconds guest_ps;
    Picoseconds qemu_ps;
  };
  void Align();
  [[noreturn]] void FailToAlign(const DisplacedPairs& pairs) const;
  Picoseconds ToQemuTime(Picoseconds guest_ps);
  void FillGuest();
  void FillQemu();
  bool GuestIsNext();
  bool TranslatedByLive(const TraceRecord& access) const;
  bool StillUsed(const TraceRecord& unmap) const;
  bool PullMappingFor(const TraceRecord& access, TraceRecord* record);
  void EmitGuest(std::size_t index, TraceRecord* record);
  void EmitQemu(TraceRecord* record);
  void Refine(TraceRecord* access);
  std::uint32_t Adopt(const TraceInfo& from, std::uint32_t stream);

  TraceSource& guest_;
  TraceSource& qemu_;
  std::string name_;
  TraceInfo info_;
  std::vector<Anchor> anchors_;
  std::size_t anchor_ = 0;  // the first one not before the guest record last read
  std::deque<TraceRecord> guest_ahead_;
  std::deque<TraceRecord> qemu_ahead_;
  bool aligned_ = false;
  Picoseconds time_unit_ps_ = kPsPerUs;  // the emulator's
  bool guest_ended_ = false;
  bool qemu_ended_ = false;
  LiveMappings live_;
  std::unordered_map<std::string, std::uint32_t> stream_of_;  // by name
  Picoseconds latest_ps_ = 0;
  std::uint64_t unmapped_accesses_ = 0;
  std::uint64_t displacement_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TRACE_TRACE_MERGE_H_

// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/trace_merge.h"

#include <algorithm>
#include <utility>

namespace siov {
namespace {

bool NextInvalidation(TraceSource& source, TraceRecord* record) {
  while (source.Next(record)) {
    if (record->is_translation_invalidation()) return true;
  }
  return false;
}

bool Overlaps(const TraceRecord& a, const TraceRecord& b) {
  return a.domain == b.domain && a.iova < b.iova + b.size_bytes && b.iova < a.iova + a.size_bytes;
}

bool Covers(const TraceRecord& range, std::uint32_t domain, std::uint64_t iova) {
  return range.domain == domain && iova - range.iova < range.size_bytes;
}

// Is this the invalidation after which the pages of an unmapped range may be mapped anew?
bool Flushes(const TraceRecord& invalidation, const TraceRecord& unmap) {
  if (invalidation.kind != TraceKind::kInvalidateIotlb) return false;
  if (invalidation.scope == InvalidationScope::kGlobal) return true;
  if (invalidation.domain != unmap.domain) return false;
  const Bytes bytes = kPage4K << std::min<unsigned>(invalidation.mask_order, 51);
  return invalidation.scope == InvalidationScope::kDomain || unmap.iova - AlignDown(invalidation.iova, bytes) < bytes;
}

}  // namespace

MergedTrace::MergedTrace(TraceSource& guest, TraceSource& qemu, std::string name)
    : guest_(guest), qemu_(qemu), name_(std::move(name)) {}

void MergedTrace::Align() {
  anchors_.clear();
  DisplacedPairs pairs;
  TraceRecord guest;
  TraceRecord qemu;
  while (true) {
    const bool more = NextInvalidation(guest_, &guest);
    if (more != NextInvalidation(qemu_, &qemu)) {
      throw TraceError(name_ + ": the two recordings hold different numbers of invalidations (they agree on " +
                       std::to_string(anchors_.size()) + "), so they are cut or not of one run.");
    }
    if (!more) break;
    if (!pairs.Add(guest, qemu)) FailToAlign(pairs);
    anchors_.push_back({guest.time_ps, qemu.time_ps});
  }
  if (!pairs.all_matched()) FailToAlign(pairs);
  if (anchors_.empty()) throw TraceError(name_ + ": without any invalidation the two clocks cannot be aligned.");
  displacement_ = pairs.farthest();
  time_unit_ps_ = qemu_.info().time_unit_ps;
  info_.time_unit_ps = time_unit_ps_;
  guest_.Rewind();
  qemu_.Rewind();
  aligned_ = true;
}

void MergedTrace::FailToAlign(const DisplacedPairs& pairs) const {
  throw TraceError(name_ + ": invalidation " + std::to_string(pairs.first_unmatched()) +
                   " of the first is none of those within " + std::to_string(DisplacedPairs::kWindow) +
                   " places of it in the second, so they are not of one run.");
}

Picoseconds MergedTrace::ToQemuTime(Picoseconds guest_ps) {
  while (anchor_ < anchors_.size() && anchors_[anchor_].guest_ps < guest_ps) ++anchor_;
  const auto shifted = [guest_ps](const Anchor& anchor) {
    const Picoseconds ahead = anchor.qemu_ps + guest_ps;
    return ahead > anchor.guest_ps ? ahead - anchor.guest_ps : 0;
  };
  Picoseconds time_ps = 0;
  if (anchor_ == 0) {
    time_ps = shifted(anchors_.front());
  } else if (anchor_ == anchors_.size()) {
    time_ps = shifted(anchors_.back());
  } else {
    const Anchor& before = anchors_[anchor_ - 1];
    const Anchor& after = anchors_[anchor_];
    const double part = static_cast<double>(guest_ps - before.guest_ps) /
                        static_cast<double>(after.guest_ps - before.guest_ps);  // not 0: before < guest_ps <= after
    time_ps = before.qemu_ps + static_cast<Picoseconds>(part * static_cast<double>(after.qemu_ps - before.qemu_ps));
  }
  return AlignDown(time_ps, info_.time_unit_ps);
}

void MergedTrace::FillGuest() {
  while (!guest_ended_ && guest_ahead_.size() < kLookAhead) {
    TraceRecord record;
    guest_ended_ = !guest_.Next(&record);
    if (guest_ended_ || (record.kind != TraceKind::kMap && record.kind != TraceKind::kUnmap)) continue;
    record.time_ps = ToQemuTime(record.time_ps);
    guest_ahead_.push_back(std::move(record));
  }
}

void MergedTrace::FillQemu() {
  while (!qemu_ended_ && qemu_ahead_.size() < kLookAhead) {
    TraceRecord record;
    qemu_ended_ = !qemu_.Next(&record);
    if (!qemu_ended_) qemu_ahead_.push_back(std::move(record));
  }
}

bool MergedTrace::Next(TraceRecord* record) {
  if (!aligned_) Align();
  FillGuest();
  FillQemu();
  if (guest_ahead_.empty() && qemu_ahead_.empty()) {
    TraceInfo joined = qemu_.info();
    joined.streams = info_.streams;
    joined.source = "ftrace+qemu";
    joined.clock =
        "Host time of the emulator, distorted by software emulation; mappings aligned to it by invalidations.";
    joined.skipped_lines += guest_.info().skipped_lines;
    joined.ignored_lines += guest_.info().ignored_lines;
    joined.lost_events += guest_.info().lost_events;
    joined.lost_gaps += guest_.info().lost_gaps;
    joined.foreign_lines += guest_.info().foreign_lines;
    joined.boot_identity_maps += guest_.info().boot_identity_maps;
    joined.clamped_times += guest_.info().clamped_times;
    info_ = joined;
    return false;
  }
  if (GuestIsNext()) {
    EmitGuest(0, record);
  } else if (!qemu_ahead_.front().is_access() || TranslatedByLive(qemu_ahead_.front()) ||
             !PullMappingFor(qemu_ahead_.front(), record)) {
    EmitQemu(record);
  }
  record->time_ps = std::max(record->time_ps, latest_ps_);
  latest_ps_ = record->time_ps;
  return true;
}

bool MergedTrace::GuestIsNext() {
  if (guest_ahead_.empty()) return false;
  if (qemu_ahead_.empty()) return true;
  if (guest_ahead_.front().time_ps > qemu_ahead_.front().time_ps) return false;
  return guest_ahead_.front().kind != TraceKind::kUnmap || !StillUsed(guest_ahead_.front());
}

bool MergedTrace::TranslatedByLive(const TraceRecord& access) const {
  const TraceRecord* mapping = live_.Find(access.domain, access.iova);
  return mapping != nullptr && mapping->pa + (access.iova - mapping->iova) == access.pa;
}

// Will the device still reach the range before the flush that ends its use?
bool MergedTrace::StillUsed(const TraceRecord& unmap) const {
  for (const TraceRecord& record : qemu_ahead_) {
    if (Flushes(record, unmap)) return false;
    if (record.is_access() && Covers(unmap, record.domain, record.iova) && TranslatedByLive(record)) return true;
  }
  return false;
}

// Moves the mapping an access needs ahead of it. What stands between and touches the same range goes first.
bool MergedTrace::PullMappingFor(const TraceRecord& access, TraceRecord* record) {
  for (std::size_t index = 0; index < guest_ahead_.size(); ++index) {
    const TraceRecord& mapping = guest_ahead_[index];
    if (mapping.kind != TraceKind::kMap || !Covers(mapping, access.domain, access.iova)) continue;
    if (mapping.pa + (access.iova - mapping.iova) != access.pa) continue;
    for (std::size_t earlier = 0; earlier < index; ++earlier) {
      if (!Overlaps(guest_ahead_[earlier], mapping)) continue;
      index = earlier;
      break;
    }
    EmitGuest(index, record);
    record->time_ps = std::min(record->time_ps, access.time_ps);
    return true;
  }
  return false;
}

void MergedTrace::EmitGuest(std::size_t index, TraceRecord* record) {
  *record = std::move(guest_ahead_[index]);
  guest_ahead_.erase(guest_ahead_.begin() + static_cast<std::ptrdiff_t>(index));
  record->stream = Adopt(guest_.info(), record->stream);
  if (record->kind == TraceKind::kMap) {
    live_.Map(*record);
  } else {
    live_.Unmap(record->domain, record->iova, record->size_bytes);
  }
}

void MergedTrace::EmitQemu(TraceRecord* record) {
  *record = std::move(qemu_ahead_.front());
  qemu_ahead_.pop_front();
  record->stream = Adopt(qemu_.info(), record->stream);
  if (record->is_access()) Refine(record);
}

void MergedTrace::Refine(TraceRecord* access) {
  if (!TranslatedByLive(*access)) {
    ++unmapped_accesses_;
    return;
  }
  const TraceRecord& mapping = *live_.Find(access->domain, access->iova);
  if (mapping.permissions == kPermissionRead) access->kind = TraceKind::kRead;
  if (mapping.permissions == kPermissionWrite) access->kind = TraceKind::kWrite;
  const Bytes left_in_page = kPage4K - access->iova % kPage4K;
  const std::uint64_t into = access->iova - mapping.iova - mapping.buffer_offset;
  if (access->size_bytes != 0) return;  // the log knows
  if (into < mapping.buffer_bytes) {
    access->size_bytes = std::min(mapping.buffer_bytes - into, left_in_page);
  } else if (mapping.buffer_bytes == 0 && access->kind != TraceKind::kAccess) {
    access->size_bytes = left_in_page;  // one of a list of buffers, which block drivers fill page by page
  }
}

std::uint32_t MergedTrace::Adopt(const TraceInfo& from, std::uint32_t stream) {
  if (stream == TraceRecord::kNoStream) return stream;
  const TraceStream& known = from.streams[stream];
  const auto [place, added] = stream_of_.try_emplace(known.name, static_cast<std::uint32_t>(info_.streams.size()));
  if (added) info_.streams.push_back(known);
  return place->second;
}

void MergedTrace::Rewind() {
  guest_.Rewind();
  qemu_.Rewind();
  info_ = TraceInfo();
  info_.time_unit_ps = time_unit_ps_;
  anchor_ = 0;
  guest_ahead_.clear();
  qemu_ahead_.clear();
  guest_ended_ = false;
  qemu_ended_ = false;
  live_.Clear();
  stream_of_.clear();
  latest_ps_ = 0;
  unmapped_accesses_ = 0;
}

}  // namespace siov

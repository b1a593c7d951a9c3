// SPDX-License-Identifier: Apache-2.0
#include "models/workload/trace/recording_content.h"

namespace siov {
namespace {

std::string Times(std::uint64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string Accesses(std::uint64_t count) { return Times(count, "access has", "accesses have"); }

void NotesOnAccesses(const RecordingContent& content, std::vector<std::string>* notes) {
  if (content.accesses == 0) {
    notes->push_back(
        "It holds no accesses of devices, so it cannot be replayed; its mappings, invalidations and commands can be "
        "counted. Accesses come from the log of QEMU's vtd_iotlb_page_* and vtd_dmar_translate events.");
    return;
  }
  if (content.without_direction != 0) {
    notes->push_back(Accesses(content.without_direction) + " no direction; a replay takes them as reads.");
  }
  if (content.without_size != 0) {
    notes->push_back(Accesses(content.without_size) + " no size; a replay takes replay.unknown_size_bytes.");
  }
  if (content.without_domain != 0) {
    notes->push_back(Accesses(content.without_domain) +
                     " no domain; in recorded order invalidations of domains do not reach their pages.");
  }
  if (content.without_device != 0) {
    notes->push_back(Accesses(content.without_device) + " no device; a replay takes them as one device's.");
  }
  if (content.maps == 0) {
    notes->push_back("It holds no mappings: in recorded order pages are mapped when first used.");
  } else if (content.unmaps == 0) {
    notes->push_back("It holds no unmappings: pages stay mapped in recorded order.");
  }
  if (content.invalidations == 0) notes->push_back("It holds no invalidations: recorded order has none to replay.");
}

}  // namespace

std::string NothingToReplay(const RecordingContent& content) {
  return "holds no accesses, so there is nothing to replay (it holds " + Times(content.maps, "map, ", "maps, ") +
         Times(content.unmaps, "unmap, ", "unmaps, ") +
         Times(content.invalidations, "invalidation and ", "invalidations and ") +
         Times(content.commands, "command", "commands") +
         "; accesses are in the log of QEMU's vtd_iotlb_page_* and vtd_dmar_translate events)";
}

void RecordingContent::See(const TraceRecord& record) {
  if (record.is_access()) {
    ++accesses;
    without_direction += record.kind == TraceKind::kAccess ? 1u : 0u;
    without_size += record.size_bytes == 0 ? 1u : 0u;
    without_domain += record.domain == TraceRecord::kNoDomain ? 1u : 0u;
    without_device += record.stream == TraceRecord::kNoStream ? 1u : 0u;
  }
  maps += record.kind == TraceKind::kMap ? 1u : 0u;
  unmaps += record.kind == TraceKind::kUnmap ? 1u : 0u;
  commands += record.kind == TraceKind::kCommand ? 1u : 0u;
  invalidations += record.is_translation_invalidation() ? 1u : 0u;
}

void RecordingContent::SeeEnd(const TraceInfo& at_end) {
  info = at_end;
  info.streams.clear();
}

std::vector<std::string> NotesOn(const RecordingContent& content) {
  std::vector<std::string> notes;
  const TraceInfo& info = content.info;
  NotesOnAccesses(content, &notes);
  if (info.lost_events != 0 || info.lost_gaps != 0) {
    std::string lost = "The recorder lost ";
    if (info.lost_events != 0) lost += Times(info.lost_events, "event", "events");
    if (info.lost_gaps != 0) {
      lost += std::string(info.lost_events != 0 ? " and " : "") + "an unknown number of events in " +
              Times(info.lost_gaps, "place", "places");
    }
    notes.push_back(lost + ": counts of the machine it was made on are higher.");
  }
  if (info.cut) notes.push_back("It was cut: " + Times(info.cut_lines, "line is", "lines are") + " missing.");
  if (info.skipped_lines != 0) {
    notes.push_back(Times(info.skipped_lines, "damaged line was", "damaged lines were") + " left out.");
  }
  if (info.clamped_times != 0) {
    notes.push_back(Times(info.clamped_times, "time", "times") + " stepped back and " +
                    (info.clamped_times == 1 ? "was" : "were") + " moved forward.");
  }
  if (info.boot_identity_maps != 0) {
    notes.push_back(Times(info.boot_identity_maps, "identity map", "identity maps") +
                    " of firmware, made at boot, left out.");
  }
  return notes;
}

}  // namespace siov

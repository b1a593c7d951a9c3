// SPDX-License-Identifier: Apache-2.0
#include "models/device/engine/engine_statistics.h"

#include <algorithm>

namespace siov {

EngineStatistics::EngineStatistics(StatGroup& group, const EngineConfig& config, const DataPath& data_path)
    : succeeded(group, "jobs_succeeded", "jobs", "Jobs executed to their end."),
      page_faults(group, "jobs_page_fault", "jobs", "Jobs stopped at a page that was not present."),
      translation_failures(group, "jobs_translation_failed", "jobs",
                           "Jobs stopped because an address could not be translated."),
      invalid_handles(group, "jobs_invalid_handle", "jobs",
                      "Jobs not executed because their interrupt handle names no message."),
      reads(group, "reads", "requests", "Memory reads issued."),
      writes(group, "writes", "requests", "Memory writes of data issued."),
      bytes_read(group, "bytes_read", "bytes", "Data read from host memory."),
      bytes_written(group, "bytes_written", "bytes", "Data written to host memory."),
      failed_reads(group, "failed_reads", "requests", "Reads answered with an error."),
      failed_writes(group, "failed_writes", "requests", "Data writes handed back untranslated."),
      records_lost(group, "records_lost", "records",
                   "Completion records handed back untranslated: their jobs' tenants never see them."),
      pending_translations(group, "pending_translations", "requests",
                           "Requests issued whose translation is not known yet; where their number keeps jobs from "
                           "beginning, up to that number.",
                           config.pending_translations),
      contexts(group, "contexts", "jobs", "Engine contexts that hold a job, from its dispatch on.", config.slots()),
      read_buffers(group, "read_buffers", "buffers",
                   "Read buffers in use, from a read's issue until its data is "
                   "handled.",
                   config.read_buffers),
      buffer_waiters(group, "buffer_waiters", "jobs", "Jobs that wait for a read buffer.", config.slots()),
      engine_busy(group, "engine_data_path", "Time the data paths of the engines were moving data.", config.engines(),
                  [&data_path](Picoseconds at) { return data_path.EnginesBusyAfter(at); }),
      device_busy(group, "device_data_path", "Time the data path of the device was moving data.", 1) {
  if (config.read_issue_interval_ps != 0) {
    read_issue.emplace(group, "read_issue", "Time in which no further read could be issued.", 1);
  }
  if (config.read_store().any()) {
    read_store.emplace(group, "read_store", "Time the read engine was storing what was read.", 1);
  }
  if (config.read_buffer_bytes != 0) {
    read_buffer_bytes.emplace(group, "read_buffer_bytes", "bytes", "Bytes of the reads that hold read buffers.",
                              config.read_buffer_bytes);
  }
  if (config.divides_read_buffers()) {
    const std::vector<std::uint32_t>& allowed = config.group_read_buffers_allowed;
    const std::size_t last = *std::max_element(config.group_of_engine.begin(), config.group_of_engine.end());
    for (std::size_t i = 0; i <= last; ++i) {
      groups.push_back(std::make_unique<OfGroup>(group, i, i < allowed.size() ? allowed[i] : 0));
    }
  }
  if (config.write_issue_interval_ps != 0) {
    write_issue.emplace(group, "write_issue", "Time in which no further write could be issued.", 1);
  }
  if (config.write_stage().any()) {
    write_stage.emplace(group, "write_stage", "Time the write engine was staging what is to be written.", 1);
  }
  if (config.write_buffers != 0) {
    write_buffers.emplace(group, "write_buffers", "TLPs", "Writes staged or on their way out of the device.",
                          config.write_buffers);
  }
  if (config.write_buffer_bytes != 0) {
    write_buffer_bytes.emplace(group, "write_buffer_bytes", "bytes", "Bytes of those writes.",
                               config.write_buffer_bytes);
  }
  if (config.write_buffers != 0 || config.write_buffer_bytes != 0) {
    write_waiters.emplace(group, "write_waiters", "accesses", "Accesses that wait for room in the write buffers.", 0);
  }
}

EngineStatistics::OfGroup::OfGroup(StatGroup& group, std::size_t number, std::uint32_t allowed)
    : name("group" + std::to_string(number) + "_read_buffers"),
      read_buffers(group, name.c_str(), "buffers", "Read buffers that the engines of this group have.", allowed) {}

}  // namespace siov

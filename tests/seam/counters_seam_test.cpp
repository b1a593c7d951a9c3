// SPDX-License-Identifier: Apache-2.0
// Every counter of every block on a small platform, worked out from what its jobs do: what is listed counts so many,
// and what is not listed counts nothing. Each table says what differs from sixteen reads of 64 bytes.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/seam/seam_run.h"

namespace siov::seam {
namespace {

using Counts = std::map<std::string, double>;

constexpr double kJobs = 16, kReadBytes = 64, kRecordBytes = 32, kMessageBytes = 4, kPageBytes = 4096;
constexpr double kPages = 2;       // a page of buffers, a page of records
constexpr double kStructures = 4;  // root, context, PASID directory and entry: with the first walk
constexpr double kLevels = 4, kEntryBytes = 8;
// On the wire: framing, header with a 64-bit address, PASID prefix; completions have three double words of header.
constexpr double kRequest = 8 + 16 + 4, kCompletion = 8 + 12, kMessage = 8 + 16, kDmwrBytes = 64;

bool IsCount(const std::string& name, double value) {
  if (value > 0 && value < 1) return false;  // a share of the time
  for (const char* other : {".mean", ".capacity", ".p50", ".p99", "latency.", "_rate", "stage.", "job."}) {
    if (name.find(other) != std::string::npos) return false;
  }
  return true;
}

void ExpectCounts(const SeamRun& run, const Counts& expected) {
  for (const auto& [name, value] : run.values()) {
    if (!IsCount(name, value)) continue;
    const auto found = expected.find(name);
    // Times are sums of transfers that are rounded to a picosecond each.
    EXPECT_NEAR(value, found == expected.end() ? 0 : found->second, value > 1e5 ? 50 : 0) << name;
  }
  for (const auto& [name, value] : expected) EXPECT_EQ(run.values().count(name), 1u) << name << " " << value;
}

Counts With(Counts counts, const Counts& more) {
  for (const auto& [name, value] : more) counts[name] += value;
  return counts;
}

// `walks` more walks of four levels below a known PASID entry, asked for by as many translation requests.
Counts Walks(double walks) {
  Counts counts{{"dsa0.atc.translation_requests", walks},
                {"dsa0.atc.translations_asked", walks},
                {"dsa0.atc.translations_answered", walks},
                {"dsa0.port.upstream_requests", walks},
                {"dsa0.port.answers", walks},
                {"iommu0.iotlb.misses", walks},
                {"iommu0.iotlb.translation_requests", walks},
                {"iommu0.page_walker.requests", walks},
                {"iommu0.page_walker.pasid_cache.hits", walks},
                {"mem0.reads", walks * kLevels},
                {"mem0.read_bytes", walks * kLevels * kEntryBytes},
                {"mem0.dram_lines", walks * kLevels},
                {"rp0.to_iotlb", walks},
                {"rp0.answers", walks},
                {"rp0-dsa0.upstream_nonposted_tlps", walks},
                {"rp0-dsa0.upstream_nonposted_bytes", walks * kRequest},
                {"rp0-dsa0.downstream_completion_tlps", walks},
                {"rp0-dsa0.downstream_completion_bytes", walks * (kCompletion + kEntryBytes)},
                {"rp0-dsa0.downstream_data_bytes", walks * kEntryBytes}};
  for (const char* level : {"l1", "l2", "l3", "l4"}) {
    counts[std::string("iommu0.page_walker.reads.first.") + level] = walks;
  }
  return counts;
}

Counts SixteenReads() {
  const double round_trip =  // ENQCMD, down, decoded, back, and both packets on the wire
      (29 + 61 + 7 + 11 + 5 + 59 + 8 + 2 * 10) * 1e3 + (kRequest + kDmwrBytes + kCompletion) * 17.596;
  return With(Walks(kPages), {{"dsa0.atc.hits", 2 * kJobs - kPages},
                              {"dsa0.atc.misses", kPages},
                              {"dsa0.atc.translations.max", 1},
                              {"dsa0.engine.jobs_succeeded", kJobs},
                              {"dsa0.engine.reads", kJobs},
                              {"dsa0.engine.bytes_read", kJobs * kReadBytes},
                              {"dsa0.engine.pending_translations.max", 1},
                              {"dsa0.engine.contexts.max", 1},
                              {"dsa0.engine.read_buffers.max", 1},
                              {"dsa0.port.upstream_requests", 2 * kJobs},
                              {"dsa0.port.downstream_requests", kJobs},
                              {"dsa0.port.answers", kJobs},
                              {"dsa0.port.tags_in_use.max", 1},
                              {"dsa0.port.posted_queue.max", 1},
                              {"dsa0.swq_arbiter.shared.accepted", kJobs},
                              {"dsa0.swq_arbiter.shared.dispatches", kJobs},
                              {"dsa0.swq_arbiter.shared.occupancy.max", 1},
                              {"host0.submissions", kJobs},
                              {"host0.enqcmds", kJobs},
                              {"host0.accepted", kJobs},
                              {"host0.cpu_time", kJobs * round_trip},
                              {"host0.enqcmd_round_trip", kJobs * round_trip},
                              {"host0.enqcmds_in_flight.max", 1},
                              {"host0.polls", kJobs},
                              {"host0.fault_service.resident_bytes.max", (1 << 20) + kPageBytes},
                              {"iommu0.iotlb.walks.max", 1},
                              {"iommu0.page_walker.walkers.max", 1},
                              {"iommu0.page_walker.context_cache.misses", 1},
                              {"iommu0.page_walker.pasid_cache.misses", 1},
                              {"iommu0.page_walker.pasid_cache.hits", -1},  // the first of Walks() knew nothing
                              {"iommu0.page_walker.reads.structures", kStructures},
                              {"mem0.reads", kJobs + kStructures},
                              {"mem0.read_bytes", kJobs * kReadBytes + kStructures * kEntryBytes},
                              {"mem0.writes", kJobs},
                              {"mem0.written_bytes", kJobs * kRecordBytes},
                              {"mem0.records", kJobs},
                              {"mem0.dram_lines", 2 * kJobs + kStructures},
                              {"rp0.to_memory", 2 * kJobs},
                              {"rp0.downstream_requests", kJobs},
                              {"rp0.answers", kJobs},
                              {"rp0-dsa0.upstream_posted_tlps", kJobs},
                              {"rp0-dsa0.upstream_posted_bytes", kJobs * (kRequest + kRecordBytes)},
                              {"rp0-dsa0.upstream_nonposted_tlps", kJobs},
                              {"rp0-dsa0.upstream_nonposted_bytes", kJobs * kRequest},
                              {"rp0-dsa0.upstream_completion_tlps", kJobs},
                              {"rp0-dsa0.upstream_completion_bytes", kJobs * kCompletion},
                              {"rp0-dsa0.upstream_data_bytes", kJobs * kRecordBytes},
                              {"rp0-dsa0.downstream_nonposted_tlps", kJobs},
                              {"rp0-dsa0.downstream_nonposted_bytes", kJobs * (kRequest + kDmwrBytes)},
                              {"rp0-dsa0.downstream_completion_tlps", kJobs},
                              {"rp0-dsa0.downstream_completion_bytes", kJobs * (kCompletion + kReadBytes)},
                              {"rp0-dsa0.downstream_data_bytes", kJobs * (kDmwrBytes + kReadBytes)},
                              {"traffic.submitted", kJobs},
                              {"traffic.succeeded", kJobs},
                              {"traffic.bytes", kJobs * kReadBytes},
                              {"traffic.in_flight.max", 1}});
}

TEST(Seam, CountersOfReads) { ExpectCounts(SeamRun({}), SixteenReads()); }

TEST(Seam, CountersOfWrites) {
  const double bytes = kJobs * kReadBytes;
  ExpectCounts(SeamRun({Jobs("op=WRITE")}),
               With(SixteenReads(), {{"dsa0.engine.reads", -kJobs},
                                     {"dsa0.engine.bytes_read", -bytes},
                                     {"dsa0.engine.read_buffers.max", -1},
                                     {"dsa0.engine.writes", kJobs},
                                     {"dsa0.engine.bytes_written", bytes},
                                     {"dsa0.port.answers", -kJobs},
                                     {"mem0.reads", -kJobs},
                                     {"mem0.read_bytes", -bytes},
                                     {"mem0.writes", kJobs},
                                     {"mem0.written_bytes", bytes},
                                     {"rp0.answers", -kJobs},
                                     {"rp0-dsa0.upstream_posted_tlps", kJobs},
                                     {"rp0-dsa0.upstream_posted_bytes", kJobs * kRequest + bytes},
                                     {"rp0-dsa0.upstream_nonposted_tlps", -kJobs},
                                     {"rp0-dsa0.upstream_nonposted_bytes", -kJobs * kRequest},
                                     {"rp0-dsa0.upstream_data_bytes", bytes},
                                     {"rp0-dsa0.downstream_completion_tlps", -kJobs},
                                     {"rp0-dsa0.downstream_completion_bytes", -kJobs * kCompletion - bytes},
                                     {"rp0-dsa0.downstream_data_bytes", -bytes}}));
}

// Messages of four bytes without PASID, one remapping entry read once, a posted-interrupt descriptor for each.
TEST(Seam, CountersOfInterrupts) {
  const double record_minus_ims = 80'000 - 23'000 + (kRequest + kRecordBytes - kMessage - kMessageBytes) * 17.596;
  ExpectCounts(SeamRun({Tenants("wants_interrupt=true")}),
               With(SixteenReads(), {{"dsa0.ims.hits", kJobs},
                                     {"dsa0.ims.messages", kJobs},
                                     {"dsa0.ims.requests.max", 1},
                                     {"dsa0.port.upstream_requests", kJobs},
                                     {"host0.polls", -kJobs},
                                     {"host0.notifications", kJobs},
                                     {"iommu0.interrupt_remapper.interrupts", kJobs},
                                     {"iommu0.interrupt_remapper.notifications", kJobs},
                                     {"iommu0.interrupt_remapper.entry_misses", 1},
                                     {"iommu0.interrupt_remapper.entry_hits", kJobs - 1},
                                     {"iommu0.interrupt_remapper.entry_reads.max", 1},
                                     {"mem0.reads", 1},
                                     {"mem0.read_bytes", 16},
                                     {"mem0.writes", kJobs},
                                     {"mem0.written_bytes", kJobs * 64},
                                     {"mem0.dram_lines", kJobs + 1},
                                     {"rp0.interrupts", kJobs},
                                     {"rp0.message_order_wait", kJobs * record_minus_ims},
                                     {"rp0-dsa0.upstream_posted_tlps", kJobs},
                                     {"rp0-dsa0.upstream_posted_bytes", kJobs * (kMessage + kMessageBytes)},
                                     {"rp0-dsa0.upstream_data_bytes", kJobs * kMessageBytes}}));
}

// Each of the two pages is asked for once, by a descriptor of 32 bytes each way, and translated again.
TEST(Seam, CountersOfPageFaults) {
  ExpectCounts(SeamRun({Space("resident_fraction=0")}),
               With(With(SixteenReads(), Walks(kPages)),
                    {{"dsa0.atc.no_access_answers", kPages},
                     {"dsa0.atc.page_requests", kPages},
                     {"dsa0.atc.page_groups", kPages},
                     {"dsa0.atc.page_responses.success", kPages},
                     {"dsa0.atc.faults.max", 1},
                     {"dsa0.atc.gathering.max", 1},
                     {"dsa0.port.upstream_requests", kPages},
                     {"dsa0.port.downstream_requests", kPages},
                     {"host0.fault_service.events", kPages},
                     {"host0.fault_service.wakeups", kPages},
                     {"host0.fault_service.passes", kPages},
                     {"host0.fault_service.entries", kPages},
                     {"host0.fault_service.served", kPages},
                     {"host0.fault_service.minor_faults", kPages},
                     {"host0.fault_service.resident_bytes.max", kPages * kPageBytes - (1 << 20) - kPageBytes},
                     {"iommu0.invalidation_queue.commands", kPages},
                     {"iommu0.invalidation_queue.fetches", kPages},
                     {"iommu0.invalidation_queue.page_responses", kPages},
                     {"iommu0.invalidation_queue.ring.max", 1},
                     {"iommu0.iotlb.no_access_answers", kPages},
                     {"iommu0.page_walker.faults", kPages},
                     {"iommu0.pri_queue.requests", kPages},
                     {"iommu0.pri_queue.events", kPages},
                     {"iommu0.pri_queue.responses.success", kPages},
                     {"iommu0.pri_queue.ring.max", 1},
                     {"mem0.reads", kPages},
                     {"mem0.read_bytes", kPages * 32},
                     {"mem0.writes", kPages},
                     {"mem0.written_bytes", kPages * 32},
                     {"mem0.dram_lines", 2 * kPages},
                     {"rp0.page_requests", kPages},
                     {"rp0.downstream_requests", kPages},
                     {"rp0-dsa0.upstream_posted_tlps", kPages},
                     {"rp0-dsa0.upstream_posted_bytes", kPages * kRequest},
                     {"rp0-dsa0.downstream_posted_tlps", kPages},
                     {"rp0-dsa0.downstream_posted_bytes", kPages * kRequest}}));
}

}  // namespace
}  // namespace siov::seam

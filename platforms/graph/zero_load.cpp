// SPDX-License-Identifier: Apache-2.0
#include "platforms/graph/zero_load.h"

#include <algorithm>

#include "platforms/kinds/memory_time.h"

namespace siov {
namespace {

constexpr std::uint32_t kTranslationBytes = 8;
constexpr std::uint32_t kTableEntryBytes = 8;
constexpr bool kWithPasid = true;

}  // namespace

// --- Parts of paths --------------------------------------------------------------------------------------------------

// The descriptor, what a fence waits for, and the instruction; then the way.
ZeroLoad::Moment ZeroLoad::Submit(LayeredGraph& graph, Moment from, const JobShape& job) const {
  const HostConfig& host = platform_.host.config;
  const Moment prepared = graph.After(from, {platform_.host.name, Stage::kSubmit,
                                             host.descriptor_preparation_ps + (job.fence ? host.store_drain_ps : 0)});
  const Picoseconds translation = job.guest && job.shared_queue ? host.pasid_translation_ps : 0;
  const Moment at = graph.After(prepared, {platform_.host.name, Stage::kSubmit, translation});
  return SubmitTo(graph, at, job.shared_queue);
}

ZeroLoad::Moment ZeroLoad::SubmitTo(LayeredGraph& graph, Moment from, bool shared) const {
  const HostConfig& host = platform_.host.config;
  const Moment at = graph.After(
      from, {platform_.host.name, Stage::kSubmit, shared ? host.enqcmd_latency_ps : host.movdir64b_latency_ps});
  return Pass(graph, at, Submission(), {Passage::Way::kDown, RequestTlp(kSubmissionBytes, kWithPasid)});
}

ZeroLoad::Moment ZeroLoad::Up(LayeredGraph& graph, Moment from, const WireTlp& tlp, Trail* trail) const {
  return Pass(graph, from, Upstream(), {Passage::Way::kUp, tlp}, trail);
}

ZeroLoad::Moment ZeroLoad::IotlbLookup(LayeredGraph& graph, Moment from, Trail* trail) const {
  return Pass(graph, from, Part(NodeKind::kIommu, "iotlb"), trail);
}

ZeroLoad::Moment ZeroLoad::Walk(LayeredGraph& graph, Moment from, const WalkReads& walk) const {
  if (walk.structure + walk.table == 0) {
    return from;
  }
  const PageWalkerConfig& walker = iommu_.page_walker;
  const std::string place = iommu_.name + ".page_walker";
  const Picoseconds begin = walker.cache_latency_ps + walker.setup_latency_ps;
  Moment at = graph.After(from, {place, Stage::kWalk, begin + walk.lookups_ps});
  const auto read = [&](unsigned reads, std::uint32_t home) {
    for (; reads > 0; --reads) at = WalkRead(graph, at, home);
  };
  const unsigned in_guest = walk.structure_in_guest + walk.table_in_guest;
  const unsigned at_iommu = walk.structure - walk.structure_in_guest + walk.table_at_iommu;
  read(at_iommu, iommu_.tables_home);
  read(in_guest, pages_);
  read(walk.structure + walk.table - in_guest - at_iommu, page_tables_);
  return at;
}

ZeroLoad::Moment ZeroLoad::WalkRead(LayeredGraph& graph, Moment from, std::uint32_t home) const {
  const Moment at = graph.After(from, {MemoryName(home), Stage::kWalkMemory, TableReadLatency(home)});
  return graph.After(at, {iommu_.name + ".page_walker", Stage::kWalk, iommu_.page_walker.step_latency_ps});
}

// Where the IOMMU's own reads are always in the cache, its answer is as long as ever.
Picoseconds ZeroLoad::TableReadLatency(std::uint32_t home) const {
  const MemoryConfig& memory = platform_.memories[home].config;
  const Picoseconds latency = MemoryLatency(home, kTableEntryBytes, false);
  if (!memory.iommu_reads_hit) return latency;
  return latency - MemoryTime(memory, kTableEntryBytes, false) + memory.llc_latency_ps;
}

Picoseconds ZeroLoad::MemoryLatency(std::uint32_t home, std::uint32_t bytes, bool write) const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  return graph.Shortest(from, Memory(graph, from, home, bytes, write)).total_ps;
}

ZeroLoad::Moment ZeroLoad::Memory(LayeredGraph& graph, Moment from, std::uint32_t home, std::uint32_t bytes, bool write,
                                  Trail* trail) const {
  const Blocks link = SocketLinkTo(home);
  const Topology::Block memory = topology_.BlockOf({NodeKind::kMemory, home}, "memory");
  Moment at = Pass(graph, from, link, {Passage::Way::kUp, {}, bytes, write}, trail);
  at = Pass(graph, at, Blocks{memory}, {Passage::Way::kUp, {}, bytes, write});
  return Pass(graph, at, link, {Passage::Way::kBack, {}, bytes, write});
}

ZeroLoad::Moment ZeroLoad::AtcLookup(LayeredGraph& graph, Moment from, Trail* trail) const {
  return Pass(graph, from, Part(NodeKind::kEndpoint, "atc"), trail);
}

ZeroLoad::Moment ZeroLoad::ReadBack(LayeredGraph& graph, Moment from, std::uint32_t bytes) const {
  return Pass(graph, from, Reversed(Upstream()), {Passage::Way::kBack, CompletionTlp(bytes)});
}

ZeroLoad::Moment ZeroLoad::Ats(LayeredGraph& graph, Moment from, const WalkReads& walk) const {
  const Moment at = IotlbLookup(graph, Up(graph, from, RequestTlp(0, kWithPasid)));
  return ReadBack(graph, Walk(graph, at, walk), kTranslationBytes);
}

// --- Request kinds ---------------------------------------------------------------------------------------------------

ZeroLoadPath ZeroLoad::SubmitDedicated() const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  return Named("submit to a dedicated queue, accepted", graph.Shortest(from, SubmitTo(graph, from, false)));
}

ZeroLoadPath ZeroLoad::SubmitShared() const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  return Named("submit to a shared queue, accepted", graph.Shortest(from, SubmitTo(graph, from, true)));
}

ZeroLoadPath ZeroLoad::SubmitSharedRoundTrip() const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  const Moment at = Up(graph, SubmitTo(graph, from, true), CompletionTlp(0));
  return Named("submit to a shared queue, round trip", graph.Shortest(from, at));
}

// From the instruction until the function has served it.
ZeroLoad::Moment ZeroLoad::Access(LayeredGraph& graph, Moment from, const WireTlp& tlp) const {
  const Passage down{Passage::Way::kDown, tlp};
  Moment at = PassKind(graph, from, "register_accesses", topology_.At({NodeKind::kHost, 0}), down);
  at = Pass(graph, at, Reversed(Upstream()), down);
  return PassKind(graph, at, "function", topology_.At(device_), down);
}

ZeroLoadPath ZeroLoad::ConfigurationAccess(bool write) const {
  constexpr std::uint32_t kDoubleWord = 4;
  LayeredGraph graph;
  const Moment from = graph.Start();
  const Moment at = Access(graph, from, ConfigurationTlp(write ? kDoubleWord : 0));
  return Named(write ? "configuration write, round trip" : "configuration read, round trip",
               graph.Shortest(from, Up(graph, at, CompletionTlp(write ? 0 : kDoubleWord))));
}

ZeroLoadPath ZeroLoad::RegisterRead(std::uint32_t bytes) const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  const Moment at = Up(graph, Access(graph, from, RegisterTlp(0)), CompletionTlp(bytes));
  return Named("register read of " + std::to_string(bytes) + " B, round trip", graph.Shortest(from, at));
}

ZeroLoadPath ZeroLoad::RegisterWrite(std::uint32_t bytes) const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  return Named("register write of " + std::to_string(bytes) + " B, at the device",
               graph.Shortest(from, Access(graph, from, RegisterTlp(bytes))));
}

Picoseconds ZeroLoad::SubmittingCpu(const JobShape& job) const {
  const HostConfig& host = platform_.host.config;
  const Picoseconds prepared = host.descriptor_preparation_ps + (job.fence ? host.store_drain_ps : 0);
  if (!job.shared_queue) return prepared + host.movdir64b_latency_ps;
  return prepared + (job.guest ? host.pasid_translation_ps : 0) + SubmitSharedRoundTrip().total_ps;
}

ZeroLoadPath ZeroLoad::Read(const std::string& name, std::uint32_t bytes, const WalkReads* walk) const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  Moment at = walk == nullptr ? AtcLookup(graph, from) : from;
  at = Up(graph, at, RequestTlp(0, kWithPasid));
  if (walk != nullptr) {
    at = Walk(graph, IotlbLookup(graph, at), *walk);
  } else if (checks_translated()) {
    at = IotlbLookup(graph, at);
  }
  at = ReadBack(graph, Memory(graph, at, pages_, bytes, false), bytes);
  return Named(name, graph.Shortest(from, at));
}

ZeroLoadPath ZeroLoad::Write(const std::string& name, std::uint32_t bytes, bool translated) const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  Moment at = translated ? AtcLookup(graph, from) : from;
  at = Up(graph, at, RequestTlp(bytes, kWithPasid));
  if (!translated || checks_translated()) {
    at = IotlbLookup(graph, at);
  }
  return Named(name, graph.Shortest(from, Memory(graph, at, pages_, bytes, true)));
}

ZeroLoadPath ZeroLoad::TranslatedRead(std::uint32_t bytes) const {
  return Read("translated read of " + std::to_string(bytes) + " B", bytes, nullptr);
}

ZeroLoadPath ZeroLoad::TranslatedWrite(std::uint32_t bytes) const {
  return Write("translated write of " + std::to_string(bytes) + " B", bytes, true);
}

ZeroLoadPath ZeroLoad::CheckedReadCold(std::uint32_t bytes, const WalkReads& check) const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  Moment at = Up(graph, AtcLookup(graph, from), RequestTlp(0, kWithPasid));
  at = Walk(graph, IotlbLookup(graph, at), check);
  at = ReadBack(graph, Memory(graph, at, pages_, bytes, false), bytes);
  return Named("translated read of " + std::to_string(bytes) + " B, cold check of " + std::to_string(check.structure) +
                   " + " + std::to_string(check.table) + " reads",
               graph.Shortest(from, at));
}

ZeroLoadPath ZeroLoad::UntranslatedRead(std::uint32_t bytes) const {
  const WalkReads none;
  return Read("untranslated read of " + std::to_string(bytes) + " B, IOTLB hit", bytes, &none);
}

ZeroLoadPath ZeroLoad::UntranslatedWrite(std::uint32_t bytes) const {
  return Write("untranslated write of " + std::to_string(bytes) + " B, IOTLB hit", bytes, false);
}

ZeroLoadPath ZeroLoad::UntranslatedReadCold(std::uint32_t bytes, const WalkReads& walk) const {
  return Read("untranslated read of " + std::to_string(bytes) + " B, cold walk of " + std::to_string(walk.structure) +
                  " + " + std::to_string(walk.table) + " reads",
              bytes, &walk);
}

ZeroLoadPath ZeroLoad::AtsHit() const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  return Named("translation request, IOTLB hit", graph.Shortest(from, Ats(graph, from, {})));
}

ZeroLoadPath ZeroLoad::AtsCold(const WalkReads& walk) const {
  LayeredGraph graph;
  const Moment from = graph.Start();
  return Named("translation request, cold walk of " + std::to_string(walk.structure) + " + " +
                   std::to_string(walk.table) + " reads",
               graph.Shortest(from, Ats(graph, from, walk)));
}

// From the event to the answer: the host's thread and handler, or also the guest's.
ZeroLoad::Moment ZeroLoad::FaultHandler(LayeredGraph& graph, Moment from, bool guest) const {
  const FaultServiceConfig& faults = platform_.host.config.faults;
  const std::string place = platform_.host.name + ".fault_service";
  const auto mean = [](const Distribution& service) { return static_cast<Picoseconds>(service.MeanPs() + 0.5); };
  const Moment at = graph.After(from, {place, Stage::kPageEvent, faults.wakeup_ps});
  const Picoseconds service = guest ? faults.guest_inject_ps + mean(faults.guest_service) + faults.guest_respond_ps
                                    : mean(faults.minor_service);
  return graph.After(at, {place, Stage::kPageFault, faults.entry_ps + service});
}

ZeroLoadPath ZeroLoad::PageRequest(bool guest) const {
  LayeredGraph graph;
  const Topology::Block port = Part(NodeKind::kEndpoint, "port");
  const Topology::Block queue = Part(NodeKind::kIommu, "pri_queue");
  const WireTlp message = RequestTlp(0, kWithPasid);
  const Moment from = graph.Start();
  Moment at = Pass(graph, from, Route(port, queue), {Passage::Way::kUp, message});
  const std::uint32_t rings = iommu_.tables_home;
  at = graph.After(
      at, {MemoryName(rings), Stage::kPageRequest, MemoryLatency(rings, iommu_.pri_queue.descriptor_bytes, true)});
  at = FaultHandler(graph, at, guest);
  const InvalidationQueueConfig& descriptors = iommu_.invalidation_queue;
  at = graph.After(at, {iommu_.name + ".invalidation_queue", Stage::kPageResponse,
                        MemoryLatency(rings, descriptors.descriptor_bytes, false) + descriptors.execute_latency_ps});
  at = Pass(graph, at, Route(queue, port), {Passage::Way::kDown, message});
  return Named(guest ? "page request of a guest to group response" : "page request to group response",
               graph.Shortest(from, at));
}

ZeroLoadPath ZeroLoad::Named(const std::string& name, ZeroLoadPath path) {
  path.name = name;
  return path;
}

std::vector<ZeroLoadPath> ZeroLoad::All(const std::vector<AddressSpaceClass>& spaces) const {
  constexpr std::uint32_t kLineBytes = 64;
  constexpr std::uint32_t kRegisterBytes = 8;
  std::vector<ZeroLoadPath> paths = {SubmitDedicated(), SubmitShared(), SubmitSharedRoundTrip()};
  std::vector<WalkReads> walks;
  for (const AddressSpaceClass& space : spaces) {
    const WalkReads walk = ColdWalk(space, iommu_.page_walker);
    const bool known =
        std::any_of(walks.begin(), walks.end(), [&walk](const WalkReads& other) { return other.table == walk.table; });
    if (!known) {
      walks.push_back(walk);
    }
  }
  // A cache of no entries is never hit.
  const bool iotlb_hits = iommu_.iotlb.geometry.entries != 0;
  if (has_atc()) {
    if (endpoint_.atc->geometry.entries != 0 && (iotlb_hits || !checks_translated())) {
      paths.push_back(TranslatedRead(kLineBytes));
      paths.push_back(TranslatedWrite(kLineBytes));
    }
    if (iotlb_hits) paths.push_back(AtsHit());
    for (const WalkReads& walk : walks) {
      paths.push_back(AtsCold(walk));
    }
    if (checks_translated() && !spaces.empty()) {
      paths.push_back(CheckedReadCold(kLineBytes, ColdCheck(spaces[0], iommu_.page_walker, iommu_.iotlb.containment)));
    }
    if (endpoint_.atc->pri.enabled) {
      paths.push_back(PageRequest());
    }
  } else {
    if (iotlb_hits) {
      paths.push_back(UntranslatedRead(kLineBytes));
      paths.push_back(UntranslatedWrite(kLineBytes));
    }
    for (const WalkReads& walk : walks) {
      paths.push_back(UntranslatedReadCold(kLineBytes, walk));
    }
  }
  paths.push_back(Interrupt());
  for (const bool write : {false, true}) paths.push_back(ConfigurationAccess(write));
  paths.push_back(RegisterRead(kRegisterBytes));
  paths.push_back(RegisterWrite(kRegisterBytes));
  for (const bool interrupt : {false, true}) {
    JobShape job;
    job.interrupt = interrupt;
    job.shared_queue = endpoint_.arbiter.queues.empty() || endpoint_.arbiter.queues[0].mode == QueueMode::kShared;
    paths.push_back(WholeJob(job));
  }
  return paths;
}

}  // namespace siov

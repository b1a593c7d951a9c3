// SPDX-License-Identifier: Apache-2.0
// Everything of an IOMMU but its page walker and its invalidation queue, which have files of their own.
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_blocks.h"
#include "platforms/resolve/translate.h"

namespace siov {
namespace {

PrefetchConfig PrefetchOf(const siovsim::Prefetch& prefetch) {
  PrefetchConfig config;
  if (prefetch.policy() == siovsim::Prefetch::NONE) return config;
  config.policy = prefetch.policy() == siovsim::Prefetch::STRIDE ? PrefetchPolicy::kStride : PrefetchPolicy::kNextPage;
  config.pages = prefetch.pages();
  if (config.policy == PrefetchPolicy::kStride) config.streams = prefetch.streams();
  return config;
}

IotlbOrder OrderOf(siovsim::Iotlb::Order order) {
  return Translate<siovsim::Iotlb::Order, IotlbOrder>(
      order, {
                 {siovsim::Iotlb::ARRIVAL, IotlbOrder::kArrival},
                 {siovsim::Iotlb::ROUND_ROBIN_PORTS, IotlbOrder::kRoundRobinPorts},
                 {siovsim::Iotlb::ROUND_ROBIN_FUNCTIONS, IotlbOrder::kRoundRobinFunctions},
                 {siovsim::Iotlb::ROUND_ROBIN_PASIDS, IotlbOrder::kRoundRobinPasids},
             });
}

IotlbConfig ResolveIotlb(const NodeScope& scope, const siovsim::Iotlb& iotlb) {
  const BlockReader reader = Reader(scope, iotlb, "iommu.iotlb");
  IotlbConfig config;
  config.geometry.entries = iotlb.entries();
  config.geometry.ways = iotlb.ways();
  config.geometry.policy = ModelOf(iotlb.policy());
  config.geometry.partitions = iotlb.partitions();
  config.lookup_latency_ps = reader.Time("lookup_latency");
  config.lookup_interval_ps = reader.Time("lookup_interval");
  config.miss_slots = iotlb.miss_slots();
  config.order = OrderOf(iotlb.order());
  config.prefetch = PrefetchOf(iotlb.prefetch());
  reader.Report(config.Validate());
  return config;
}

PriQueueConfig ResolvePriQueue(const NodeScope& scope, const siovsim::PriQueue& queue, IommuProfile profile) {
  const BlockReader reader = Reader(scope, queue, "iommu.pri_queue");
  PriQueueConfig config;
  config.entries = queue.entries();
  config.riscv = profile == IommuProfile::kRiscv;
  config.descriptor_bytes = config.riscv ? 16 : 32;
  if (queue.has_descriptor_bytes() && queue.descriptor_bytes() != config.descriptor_bytes) {
    scope.context.Add(reader.path() + ".descriptor_bytes", std::to_string(queue.descriptor_bytes()),
                      "the profile's page requests have another size", std::to_string(config.descriptor_bytes));
  }
  config.enabled = queue.enabled();
  config.overflow_response =
      queue.overflow_response() == siovsim::PriQueue::FAILURE ? PageResponseCode::kFailure : PageResponseCode::kSuccess;
  config.enqueue_latency_ps = reader.Time("enqueue_latency");
  config.response_latency_ps = reader.Time("response_latency");
  reader.Report(config.Validate());
  return config;
}

InterruptRemapperConfig ResolveRemapper(const NodeScope& scope, const siovsim::InterruptRemapper& remapper) {
  const BlockReader reader = Reader(scope, remapper, "iommu.interrupt_remapper");
  InterruptRemapperConfig config;
  config.table_entries = remapper.table_entries();
  config.entry_cache = GeometryOf(remapper.entry_cache());
  config.delivery = remapper.delivery() == siovsim::InterruptRemapper::POSTED ? InterruptDelivery::kPosted
                                                                              : InterruptDelivery::kRemapped;
  config.lookup_latency_ps = reader.Time("lookup_latency");
  config.delivery_latency_ps = reader.Time("delivery_latency");
  config.notification_window_ps = reader.Time("notification_window");
  reader.Report(config.Validate());
  return config;
}

FaultRecordingConfig ResolveFaultRecording(const NodeScope& scope, const siovsim::FaultRecording& recording,
                                           IommuProfile profile) {
  const BlockReader reader = Reader(scope, recording, "iommu.fault_recording");
  FaultRecordingConfig config;
  Read(reader, recording, &config);
  config.profile = profile;
  reader.Report(config.Validate());
  return config;
}

void ResolveProfile(const siovsim::Iommu& iommu, PageWalkerConfig* walker) {
  if (iommu.profile() != siovsim::Iommu::RISCV) return;
  walker->profile = IommuProfile::kRiscv;
  walker->device_directory_levels = static_cast<std::uint8_t>(iommu.device_directory_levels());
  walker->process_directory_levels = static_cast<std::uint8_t>(iommu.process_directory_levels());
}

Containment ContainmentOf(siovsim::Iommu::TranslatedRequests what) {
  return Translate<siovsim::Iommu::TranslatedRequests, Containment>(
      what, {
                {siovsim::Iommu::TRUSTED, Containment::kNone},
                {siovsim::Iommu::GUEST_PHYSICAL, Containment::kSecondStage},
                {siovsim::Iommu::PERMISSION_TABLE, Containment::kPermissionTable},
            });
}

void ResolveContainment(const NodeScope& scope, const siovsim::Iommu& iommu, ResolvedIommu* resolved) {
  const Containment containment = ContainmentOf(iommu.translated_requests());
  const bool riscv = iommu.profile() == siovsim::Iommu::RISCV;
  if (containment != Containment::kNone && riscv != (containment == Containment::kSecondStage)) {
    scope.context.Add(scope.node + ".iommu.translated_requests", riscv ? "PERMISSION_TABLE" : "GUEST_PHYSICAL",
                      riscv ? "the host permission table is VT-d's: it needs profile VTD"
                            : "T2GPA is RISC-V's: it needs profile RISCV");
  }
  resolved->iotlb.containment = containment;
  resolved->page_walker.host_permission_shift = Translate<siovsim::Iommu::PermissionPage, std::uint8_t>(
      iommu.permission_page(), {
                                   {siovsim::Iommu::PERMISSION_4K, kPageShift4K},
                                   {siovsim::Iommu::PERMISSION_2M, kPageShift2M},
                                   {siovsim::Iommu::PERMISSION_1G, kPageShift1G},
                               });
}

}  // namespace

ResolvedIommu ResolveIommu(const NodeScope& scope, const siovsim::Iommu& iommu) {
  ResolvedIommu resolved;
  const auto profile = iommu.profile() == siovsim::Iommu::RISCV ? IommuProfile::kRiscv : IommuProfile::kVtd;
  resolved.fault_recording = ResolveFaultRecording(scope, iommu.fault_recording(), profile);
  resolved.iotlb = ResolveIotlb(scope, iommu.iotlb());
  resolved.iotlb.profile = profile;
  resolved.page_walker = ResolvePageWalker(scope, iommu.page_walker());
  ResolveProfile(iommu, &resolved.page_walker);
  ResolveContainment(scope, iommu, &resolved);
  resolved.pri_queue = ResolvePriQueue(scope, iommu.pri_queue(), profile);
  resolved.pri_queue.device_directory_levels = resolved.page_walker.device_directory_levels;
  resolved.interrupt_remapper = ResolveRemapper(scope, iommu.interrupt_remapper());
  resolved.invalidation_queue = ResolveInvalidationQueue(scope, iommu.invalidation_queue(), profile);
  return resolved;
}

}  // namespace siov

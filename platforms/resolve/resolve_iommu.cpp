// SPDX-License-Identifier: Apache-2.0
// Everything of an IOMMU but its page walker and its invalidation queue, which have files of their own.
#include "platforms/resolve/read_parameters.h"
#include "platforms/resolve/resolve_blocks.h"

namespace siov {
namespace {

IotlbConfig ResolveIotlb(const NodeScope& scope, const siovsim::Iotlb& iotlb) {
  const BlockReader reader = Reader(scope, iotlb, "iommu.iotlb");
  IotlbConfig config;
  Read(reader, iotlb, &config);
  reader.Report(config.Validate());
  return config;
}

PriQueueConfig ResolvePriQueue(const NodeScope& scope, const siovsim::PriQueue& queue, IommuProfile profile) {
  const BlockReader reader = Reader(scope, queue, "iommu.pri_queue");
  PriQueueConfig config;
  Read(reader, queue, &config);
  config.riscv = profile == IommuProfile::kRiscv;
  config.descriptor_bytes = config.riscv ? 16 : 32;
  if (queue.has_descriptor_bytes() && queue.descriptor_bytes() != config.descriptor_bytes) {
    scope.context.Add(reader.path() + ".descriptor_bytes", std::to_string(queue.descriptor_bytes()),
                      "the profile's page requests have another size", std::to_string(config.descriptor_bytes));
  }
  reader.Report(config.Validate());
  return config;
}

InterruptRemapperConfig ResolveRemapper(const NodeScope& scope, const siovsim::InterruptRemapper& remapper) {
  const BlockReader reader = Reader(scope, remapper, "iommu.interrupt_remapper");
  InterruptRemapperConfig config;
  Read(reader, remapper, &config);
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

void ResolveContainment(const NodeScope& scope, const siovsim::Iommu& iommu, ResolvedIommu* resolved) {
  const Containment containment = ModelOf(iommu.translated_requests());
  const bool riscv = iommu.profile() == siovsim::Iommu::RISCV;
  if (containment != Containment::kNone && riscv != (containment == Containment::kSecondStage)) {
    scope.context.Add(scope.node + ".iommu.translated_requests", riscv ? "PERMISSION_TABLE" : "GUEST_PHYSICAL",
                      riscv ? "the host permission table is VT-d's: it needs profile VTD"
                            : "T2GPA is RISC-V's: it needs profile RISCV");
  }
  resolved->iotlb.containment = containment;
  resolved->page_walker.host_permission_shift = ModelOf(iommu.permission_page());
}

}  // namespace

ResolvedIommu ResolveIommu(const NodeScope& scope, const siovsim::Iommu& iommu) {
  ResolvedIommu resolved;
  const IommuProfile profile = ModelOf(iommu.profile());
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

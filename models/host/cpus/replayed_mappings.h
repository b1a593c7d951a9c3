// SPDX-License-Identifier: Apache-2.0
// Changes of explicit address spaces that replaying tenants ask for (docs/translation.md, "Mapping requests"): the
// tables change here; the invalidations that follow, and their time, are the driver's.
#ifndef SIOV_MODELS_HOST_CPUS_REPLAYED_MAPPINGS_H_
#define SIOV_MODELS_HOST_CPUS_REPLAYED_MAPPINGS_H_

#include "models/host/driver/driver.h"
#include "models/kernel/block_parts.h"
#include "models/translation/address_spaces.h"

namespace siov {

class ReplayedMappings final : public BlockPart {
 public:
  ReplayedMappings(PartedBlock& host, StatGroup& statistics, AddressSpaces& spaces, Driver& driver);

  TargetSocket<ReplayedMappings, MappingRequest> from_replay;

  void Answer(MappingRequest& request);

 private:
  enum : std::uint32_t { kRequest };

  tlm::tlm_sync_enum OnRequest(std::uint32_t, MappingRequest& request, Picoseconds delay);
  void OnDue(const DueItem& item) override { Change(PacketOf<MappingRequest>(item)); }
  void Change(MappingRequest& request);
  void Map(const MappingRequest& request);
  void Unmap(Pasid pasid, std::uint64_t address, Bytes bytes);

  AddressSpaces& spaces_;
  Driver& driver_;
  Counter pages_mapped_;
  Counter pages_unmapped_;
};

}  // namespace siov

#endif  // SIOV_MODELS_HOST_CPUS_REPLAYED_MAPPINGS_H_

// SPDX-License-Identifier: Apache-2.0
// What groups of tenants ask of the places they share: devices, links, IOMMUs and queues. Each group by itself is
// checked where it is resolved.
#ifndef SIOV_PLATFORMS_RESOLVE_WORKLOAD_PLACES_H_
#define SIOV_PLATFORMS_RESOLVE_WORKLOAD_PLACES_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "platforms/resolve/block_reader.h"
#include "platforms/resolve/resolved.h"

namespace siov {

class WorkloadPlaces {
 public:
  WorkloadPlaces(const ResolveContext& context, const ResolvedPlatform& platform)
      : context_(context), platform_(platform) {}

  // Software counts the credits of a queue it submits to; what begins in the device would use them up unseen.
  void CheckOrigins(const std::string& path, std::uint16_t endpoint, const std::vector<QueueId>& queues,
                    JobOrigin origin);
  // A class whose jobs begin in the device.
  void AddOwnJobs(const std::string& path, const TenantClassConfig& config);
  // REQUIRES that all such classes were added. A job of a closed loop has nowhere to wait but its queue.
  void CheckRoomForOwnJobs();
  // Whether link and IOMMU can tell the tenants of a group apart, the last of which has PASID `last_pasid`.
  void CheckPasidsReach(const std::string& path, std::uint16_t index, std::uint32_t tenants, std::uint64_t last_pasid);

 private:
  using Place = std::pair<std::uint16_t, std::uint32_t>;  // endpoint and queue
  struct OwnJobs {
    std::string path;  // of the last class that brings some
    std::uint64_t in_loops = 0;
    bool from_lines = false;
  };
  const ResolveContext& context_;
  const ResolvedPlatform& platform_;
  std::map<std::uint16_t, std::uint64_t> tenants_without_prefix_;  // by endpoint
  std::map<Place, JobOrigin> origins_;
  std::map<Place, OwnJobs> own_jobs_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_WORKLOAD_PLACES_H_

// SPDX-License-Identifier: Apache-2.0
// A device as its host driver sees it when it allocates ADIs: the function that jobs use, whose queues have their
// portals in the pages of which ADI, and who submits to its shared queues.
#ifndef SIOV_PLATFORMS_RESOLVE_ADI_DEVICE_H_
#define SIOV_PLATFORMS_RESOLVE_ADI_DEVICE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/device/adi/adi_core.h"
#include "platforms/resolve/resolved.h"

namespace siov {

class AdiDevice {
 public:
  // Why no ADI of the device can be allocated (requirements SIOV-04, SIOV-25); empty if some can.
  static std::string WhyNone(const ResolvedEndpoint& endpoint);

  // REQUIRES that WhyNone() says nothing. The endpoint outlives this.
  explicit AdiDevice(const ResolvedEndpoint& endpoint);

  const AdiConfig& config() const { return config_; }
  AdiCore& core() { return core_; }
  std::optional<std::uint32_t> FindType(const std::string& name) const;
  // What keeps tenants from submitting to the queues of a type's ADIs by the pages of these; empty: nothing.
  const std::string& PortalFault(std::uint32_t type) const { return portal_faults_[type]; }
  // False: the queue gets submissions of another ADI under this PASID, and cannot tell them apart.
  bool AddSubmitter(std::uint32_t queue, Pasid pasid) { return submitters_.insert({queue, pasid.value()}).second; }

 private:
  std::vector<std::vector<std::uint32_t>> QueuesByPlace(std::uint32_t type) const;
  AdiConfig WithPortals();
  std::string BindPortals(std::uint32_t index, AdiType* type) const;

  const ResolvedEndpoint& endpoint_;
  AdiMap map_;
  std::vector<std::string> portal_faults_;  // by type
  AdiConfig config_;
  AdiCore core_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> submitters_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_ADI_DEVICE_H_

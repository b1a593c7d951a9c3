// SPDX-License-Identifier: Apache-2.0
// What the drivers of devices do for tenants that ask for ADIs: they allocate each from its function's (AdiCore), give
// it its PASIDs and activate it, in the order that is allowed. Queues that other tenants are given stay the function's
// own. The first tenant that does not fit is named, and what there is too little of.
#ifndef SIOV_PLATFORMS_RESOLVE_ALLOCATE_ADIS_H_
#define SIOV_PLATFORMS_RESOLVE_ALLOCATE_ADIS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "configs/schema/workload.pb.h"
#include "platforms/resolve/adi_device.h"
#include "platforms/resolve/block_reader.h"

namespace siov {

class AdiAllocator {
 public:
  // REQUIRES a platform that is wired. All outlive this.
  AdiAllocator(const ResolveContext& context, const siovsim::Workload& workload, const ResolvedPlatform& platform)
      : context_(context), workload_(workload), platform_(platform), devices_(platform.endpoints.size()) {}

  // For the tenants of a class, numbered from `first_tenant` on: config->adis, and its queues where ADIs have their
  // own. False: what is wrong has been said. REQUIRES that the class asks for ADIs, and that config's endpoint, tenants
  // and named queues are resolved.
  bool Allocate(const siovsim::TenantClass& tenants, std::uint32_t first_tenant, TenantClassConfig* config);
  // What can be said when all classes have theirs.
  void CheckAll(const TrafficConfig& traffic, const std::vector<AddressSpaceClass>& address_spaces) const;

 private:
  struct Wish {
    const siovsim::TenantClass& tenants;
    std::uint32_t first_tenant;
    const TenantClassConfig& config;
    AdiDevice& device;
    const AdiType& type;
  };

  AdiDevice* DeviceOf(const siovsim::TenantClass& tenants, std::size_t endpoint);
  void ReserveNamedQueues(std::size_t endpoint, AdiDevice* device) const;
  void CheckContexts(const TrafficConfig& traffic) const;
  bool CheckType(const Wish& wish) const;
  bool CheckQueues(const Wish& wish) const;
  bool CheckModes(const Wish& wish, const TenantAdisConfig& adis) const;
  // False: what there is too little of has been said.
  bool Grant(const Wish& wish, std::uint32_t tenant, std::uint32_t number, TenantAdisConfig* adis) const;
  bool Activate(const Wish& wish, std::uint32_t tenant, AdiGrant* grant) const;
  bool Submit(const Wish& wish, std::uint32_t tenant, std::size_t number, AdiGrant* grant) const;
  void Refuse(const Wish& wish, std::uint32_t tenant, const std::string& why) const;
  Pasid CompletionPasid(const Wish& wish) const;
  int PositionOf(const std::string& tenant_class) const;
  const std::vector<WorkQueueConfig>& QueuesOf(const TenantClassConfig& config) const {
    return platform_.endpoints[config.endpoint].arbiter.queues;
  }
  void Add(const siovsim::TenantClass& tenants, const std::string& field, const std::string& value,
           const std::string& message, const std::string& allowed = {}) const;

  const ResolveContext& context_;
  const siovsim::Workload& workload_;
  const ResolvedPlatform& platform_;
  std::vector<std::unique_ptr<AdiDevice>> devices_;  // by endpoint; null: nobody has asked yet
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_RESOLVE_ALLOCATE_ADIS_H_

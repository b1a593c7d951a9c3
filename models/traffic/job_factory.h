// SPDX-License-Identifier: Apache-2.0
// Fills in the jobs of one class of tenants: what is asked for (job mix) and where (address pattern).
//
// State per tenant: the number of its jobs so far, and a cursor if the pattern is sequential.
#ifndef SIOV_MODELS_TRAFFIC_JOB_FACTORY_H_
#define SIOV_MODELS_TRAFFIC_JOB_FACTORY_H_

#include <cstdint>
#include <vector>

#include "models/base/random.h"
#include "models/tlm/job.h"
#include "models/traffic/address_pattern.h"
#include "models/traffic/traffic_config.h"

namespace siov {

// What the tenant is: same for synthetic and replayed jobs. PASID 0 is used only by tenant 1,048,575.
void SetTenant(std::uint32_t tenant, std::uint16_t tenant_class, std::uint16_t endpoint, QueueId queue,
               bool wants_interrupt, Job* job);

class JobFactory {
 public:
  // `first_tenant` is the number of the class's first tenant over all classes.
  JobFactory(const TenantClassConfig& config, std::uint16_t tenant_class, std::uint32_t first_tenant);
  // The next job of the class's tenant `index`.
  void Fill(std::uint32_t index, RandomStream& random, Job* job);

 private:
  TenantClassConfig config_;
  std::uint16_t tenant_class_;
  std::uint32_t first_tenant_;
  AddressMap map_;
  AliasTable mix_;
  std::vector<AddressPatternSampler> samplers_;  // by job kind
  std::vector<std::uint32_t> jobs_;              // by tenant
  std::vector<std::uint64_t> cursors_;           // by tenant, if sequential
  std::uint64_t no_cursor_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_TRAFFIC_JOB_FACTORY_H_

// SPDX-License-Identifier: Apache-2.0
// Fills in the jobs of one class of tenants: what is asked for (job mix) and where (address pattern).
//
// State per tenant: the number of its jobs so far, and a cursor if the pattern is sequential.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_JOB_FACTORY_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_JOB_FACTORY_H_

#include <cstdint>
#include <vector>

#include "models/base/random.h"
#include "models/protocol/job.h"
#include "models/workload/tenants/address_pattern.h"
#include "models/workload/tenants/traffic_config.h"

namespace siov {

// Who the tenants of a class are and how they submit: the same for synthetic and replayed jobs.
struct TenantGroup {
  std::uint16_t tenant_class = 0;
  std::uint32_t first_tenant = 0;  // number of the group's first tenant over all classes
  std::uint16_t endpoint = 0;
  std::vector<QueueId> queues;
  bool wants_interrupt = false;
  std::uint32_t first_handle = 0;
  bool from_device = false;

  Pasid PasidOf(std::uint32_t index) const { return PasidOfTenant(first_tenant + index); }
  // Fills in what follows from being the group's tenant `index`. PASID 0 is used by tenant 1,048,575 alone.
  void SetTenant(std::uint32_t index, Job* job) const;
};

class JobFactory {
 public:
  JobFactory(const TenantClassConfig& config, std::uint16_t tenant_class, std::uint32_t first_tenant);
  // The next job of the class's tenant `index`.
  void Fill(std::uint32_t index, RandomStream& random, Job* job);

 private:
  void UseAdi(std::uint32_t index, Job* job) const;
  std::uint64_t RecordsOf(std::uint32_t index) const;

  TenantClassConfig config_;
  TenantGroup group_;
  AddressMap map_;
  AliasTable mix_;
  std::vector<AddressPatternSampler> samplers_;  // by job kind
  std::vector<std::uint32_t> jobs_;              // by tenant
  std::vector<std::uint64_t> cursors_;           // by tenant, if sequential
  std::uint64_t no_cursor_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_JOB_FACTORY_H_

// SPDX-License-Identifier: Apache-2.0
// Software that is a model from outside: it says when tenants submit, and is told when they have noticed the end. A
// write of 64 bytes to page t of its address map is a submission of tenant t, as software maps one portal page for
// each; the platform's CPUs, queues and driver do the rest. The answer to the write is the end of the job.
//
// It does not replace the host: instructions, retries, credits, page faults and interrupt handlers stay the platform's.
#ifndef SIOV_MODELS_BRIDGE_HOST_BRIDGE_H_
#define SIOV_MODELS_BRIDGE_HOST_BRIDGE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/base/latency_statistic.h"
#include "models/bridge/device_info.h"
#include "models/bridge/outside_target.h"
#include "models/kernel/block.h"

namespace siov {

class HostBridge final : public Block, private OutsideTarget::Client {
 public:
  // Submits for a tenant, with a number of this bridge's own, after `change` has made the job what it is to be.
  using Submit = std::function<bool(std::uint32_t tenant, std::uint32_t slot, const std::function<void(Job*)>& change)>;

  HostBridge(const sc_core::sc_module_name& name, Simulation& simulation, const std::string& path, Submit submit);

  OutsideTarget software;
  // The job submitted with `slot` is over for its tenant.
  void End(std::uint32_t slot, const Job& job);

  std::vector<std::string> PassesOnTo() const override { return {"traffic"}; }

 private:
  void OnRequest(OutsideTarget::Request& request) override;
  void OnDue(const DueItem&) override {}

  Submit submit_;
  std::vector<OutsideTarget::Request*> open_;  // by slot
  std::vector<std::uint32_t> free_;

  Counter submitted_{statistics_, "submitted", "jobs", "Jobs the model submitted."};
  Counter refused_{statistics_, "refused", "writes", "Its payloads that are no submission of a tenant of its."};
  Counter failed_{statistics_, "failed", "jobs", "Its jobs that ended with an error."};
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_HOST_BRIDGE_H_
